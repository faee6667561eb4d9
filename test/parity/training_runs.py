"""Thirty training steps of a small encoder with each optimizer. Weights and batches come from `counter.py`'s formula,
which the spec computes too, so a case holds only the losses and a checksum of the final weights."""

import torch
from torch import nn

from case import plain
from counter import uniform
from layer_cases import build
from meaning import align_uniform_loss
from schedule_cases import make

STEPS = 30
MODEL = ["Sequential", ["Linear", 6, 8], ["ReLU"], ["Linear", 8, 4], ["L2Norm"]]
NORMED = ["Sequential", ["Linear", 6, 8, {"bias": False}], ["BatchNorm1d", 8], ["ReLU"], ["Linear", 8, 4], ["L2Norm"]]
ROWS, WIDTH = 6, 6

# Where each quantity's counters start; the spec has the same table.
WEIGHTS, BATCHES, SHIFTS, CHECKSUM = 0, 1_000_000, 2_000_000, 3_000_000


def checksum(tensors):
    total, counter = 0.0, CHECKSUM
    for x in tensors:
        total += (x.detach() * uniform(counter, x.shape, 1)).sum().item()
        counter += x.numel()
    return total


def drawn(description):
    """The model with the weights that the spec computes too."""
    model = build(description)
    counter = WEIGHTS
    with torch.no_grad():
        for p in model.parameters():
            p.copy_(uniform(counter, p.shape, 0.5))
            counter += p.numel()
    return model


def run(name, optimizer, options, clip_norm=None, lr_at=None, schedule=None, ema=None, description=MODEL):
    model = drawn(description)
    snake = {"weightDecay": "weight_decay"}
    made = getattr(torch.optim, optimizer)(model.parameters(), **{snake.get(k, k): v for k, v in options.items()})
    scheduler = schedule and make(schedule, made)
    average = drawn(description)
    losses = []
    for step in range(STEPS):
        if lr_at and str(step) in lr_at:
            made.param_groups[0]["lr"] = lr_at[str(step)]
        x = uniform(BATCHES + step * ROWS * WIDTH, [ROWS, WIDTH], 1)
        y = x + uniform(SHIFTS + step * ROWS * WIDTH, [ROWS, WIDTH], 0.3)
        loss = align_uniform_loss(model(x), model(y))[0]
        made.zero_grad()
        loss.backward()
        if clip_norm is not None:
            nn.utils.clip_grad_norm_(model.parameters(), clip_norm)
        made.step()
        losses.append(loss.item())
        if scheduler:
            scheduler.step()
        if ema is not None:
            with torch.no_grad():
                for p, q in zip(average.parameters(), model.parameters()):
                    p.mul_(ema).add_(q, alpha=1 - ema)
                for p, q in zip(average.buffers(), model.buffers()):
                    p.copy_(q)
    case = {"name": name, "model": description, "optimizer": optimizer, "options": options}
    if clip_norm is not None:
        case["clipNorm"] = clip_norm
    if lr_at:
        case["lrAt"] = lr_at
    if schedule:
        case["schedule"] = schedule
    if ema is not None:
        case["ema"] = {"momentum": ema, "parameters": checksum(average.parameters()), "buffers": checksum(average.buffers())}
    return {**case, "rows": ROWS, "losses": losses, "checksum": checksum(model.parameters())}


SCHEDULED = [
    ("SGD", {"lr": 0.05, "momentum": 0.8, "weightDecay": 0.01, "nesterov": True}),
    ("Adam", {"lr": 0.02, "weightDecay": 0.1}),
    ("AdamW", {"lr": 0.02, "weightDecay": 0.1}),
]
SCHEDULES = [
    ["MultiStepLR", {"milestones": [8, 20], "gamma": 0.2}],
    ["StepLR", {"stepSize": 6, "gamma": 0.5}],
    ["CosineAnnealingLR", {"tMax": 25, "etaMin": 0.001}],
    ["LinearWarmup", {"steps": 6, "startFactor": 0.1, "after": ["CosineAnnealingLR", {"tMax": 24}]}],
]


def cases():
    runs = [
        run("SGD", "SGD", {"lr": 0.1}),
        run("SGD with momentum", "SGD", {"lr": 0.05, "momentum": 0.9}),
        run("SGD with Nesterov momentum", "SGD", {"lr": 0.05, "momentum": 0.9, "nesterov": True}),
        run("SGD with weight decay", "SGD", {"lr": 0.1, "weightDecay": 0.05}),
        run("SGD with all of it", "SGD", {"lr": 0.05, "momentum": 0.8, "weightDecay": 0.01, "nesterov": True}),
        run("SGD whose rate drops", "SGD", {"lr": 0.1, "momentum": 0.9}, lr_at={"10": 0.02, "20": 0.004}),
        run("SGD with clipped gradients", "SGD", {"lr": 0.1, "momentum": 0.9}, clip_norm=0.25),
        run("Adam with defaults", "Adam", {}),
        run("Adam with a high rate", "Adam", {"lr": 0.02}),
        run("Adam with other betas", "Adam", {"lr": 0.01, "betas": [0.5, 0.99]}),
        run("Adam with weight decay", "Adam", {"lr": 0.01, "weightDecay": 0.1}),
        run("Adam with a large eps", "Adam", {"lr": 0.02, "eps": 0.01}),
        run("Adam with clipped gradients", "Adam", {"lr": 0.01}, clip_norm=0.1),
        run("AdamW with a high rate and the usual decay", "AdamW", {"lr": 0.05}),
        run("AdamW with a strong decay", "AdamW", {"lr": 0.02, "weightDecay": 0.3}),
        run("AdamW with no decay", "AdamW", {"lr": 0.03, "weightDecay": 0}),
        run("AdamW with all of it", "AdamW", {"lr": 0.01, "betas": [0.6, 0.98], "eps": 0.003, "weightDecay": 0.1}),
        run("SGD through batch norm", "SGD", {"lr": 0.05, "momentum": 0.9}, description=NORMED),
        run("SGD with a moving average", "SGD", {"lr": 0.05, "momentum": 0.9}, ema=0.8, description=NORMED),
        *(
            run(f"{optimizer} under {schedule[0]}", optimizer, options, schedule=schedule)
            for optimizer, options in SCHEDULED
            for schedule in SCHEDULES
        ),
    ]
    return plain(runs)
