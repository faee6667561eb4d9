"""Fifty learning rates of each schedule, described as ["StepLR", {"stepSize": 7}]."""

import torch
from torch.optim import lr_scheduler

from case import plain

STEPS = 50
BASE = 0.12
SNAKE = {"stepSize": "step_size", "tMax": "T_max", "etaMin": "eta_min"}


def single(description, optimizer):
    name, options = description
    if name != "LinearWarmup":
        return getattr(lr_scheduler, name)(optimizer, **{SNAKE.get(k, k): v for k, v in options.items()})
    steps = options["steps"]
    factor = {"start_factor": options["startFactor"]} if "startFactor" in options else {}
    return lr_scheduler.LinearLR(optimizer, total_iters=steps, **factor)


def make(description, optimizer):
    """One after the other: a SequentialLR in a SequentialLR cannot be moved on in PyTorch 1.13."""
    schedulers, milestones, end = [single(description, optimizer)], [], 0
    while "after" in description[1]:
        end += description[1]["steps"]
        milestones.append(end)
        description = description[1]["after"]
        schedulers.append(single(description, optimizer))
    return lr_scheduler.SequentialLR(optimizer, schedulers, milestones) if milestones else schedulers[0]


def case(name, schedule):
    optimizer = torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=BASE)
    made = make(schedule, optimizer)
    rates = [optimizer.param_groups[0]["lr"]]
    for _ in range(STEPS):
        optimizer.step()
        made.step()
        rates.append(optimizer.param_groups[0]["lr"])
    return {"name": name, "schedule": schedule, "base": BASE, "rates": rates}


def cases():
    cosine = ["CosineAnnealingLR", {"tMax": 40, "etaMin": 0.001}]
    early = {"milestones": [0, 12], "gamma": 0.5}
    steps = ["MultiStepLR", {"milestones": [10, 25], "gamma": 0.3}]
    return plain([
        case("MultiStepLR with defaults", ["MultiStepLR", {"milestones": [15, 30, 45]}]),
        case("MultiStepLR, a milestone twice and out of order", ["MultiStepLR", {"milestones": [20, 5, 20], "gamma": 0.5}]),
        case("StepLR with defaults", ["StepLR", {"stepSize": 12}]),
        case("StepLR with a small decay", ["StepLR", {"stepSize": 3, "gamma": 0.8}]),
        case("CosineAnnealingLR down to 0", ["CosineAnnealingLR", {"tMax": 50}]),
        case("CosineAnnealingLR to a least rate and up again", ["CosineAnnealingLR", {"tMax": 15, "etaMin": 0.01}]),
        case("LinearWarmup with defaults", ["LinearWarmup", {"steps": 10}]),
        case("LinearWarmup from little", ["LinearWarmup", {"steps": 7, "startFactor": 0.01}]),
        case("LinearWarmup, then cosine", ["LinearWarmup", {"steps": 10, "startFactor": 0.1, "after": cosine}]),
        case("LinearWarmup, then steps", ["LinearWarmup", {"steps": 5, "startFactor": 0.2, "after": steps}]),
        case("LinearWarmup, then StepLR", ["LinearWarmup", {"steps": 4, "after": ["StepLR", {"stepSize": 6}]}]),
        case("MultiStepLR from a milestone at 0", ["MultiStepLR", early]),
        case("LinearWarmup, then a milestone at once", ["LinearWarmup", {"steps": 6, "after": ["MultiStepLR", early]}]),
        case("LinearWarmup twice", ["LinearWarmup", {"steps": 8, "after": ["LinearWarmup", {"steps": 20, "startFactor": 0.1}]}]),
        case("LinearWarmup twice, then cosine", ["LinearWarmup", {"steps": 3, "after": ["LinearWarmup", {"steps": 5, "after": cosine}]}]),
    ])
