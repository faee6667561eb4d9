"""Fifty learning rates of each schedule, described as ["StepLR", {"stepSize": 7}]."""

import torch
from torch.optim import lr_scheduler

from case import plain

STEPS = 50
BASE = 0.12
SNAKE = {"stepSize": "step_size", "tMax": "T_max", "etaMin": "eta_min"}


def make(description, optimizer):
    name, options = description
    if name != "LinearWarmup":
        return getattr(lr_scheduler, name)(optimizer, **{SNAKE.get(k, k): v for k, v in options.items()})
    steps = options["steps"]
    factor = {"start_factor": options["startFactor"]} if "startFactor" in options else {}
    warmup = lr_scheduler.LinearLR(optimizer, total_iters=steps, **factor)
    if "after" not in options:
        return warmup
    return lr_scheduler.SequentialLR(optimizer, [warmup, make(options["after"], optimizer)], milestones=[steps])


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
    ])
