"""Builds and runs one case: a call, or a program of several, with its value and gradients."""

import math
import random

import torch

from meaning import MEANING

# Options whose value is an object of its own, not the last argument's named options.
OBJECTS = ("copyView", "placeView", "pick", "unpick", "avgSpread")


class Fixed:
    """An input that requires no gradient."""

    def __init__(self, tensor):
        self.tensor = tensor


class Running:
    """A buffer that the call may update."""

    def __init__(self, tensor):
        self.tensor = tensor


DEVICE = {"$": "device"}
GENERATOR = {"$": "generator"}


def numbers(seed):
    """Random tensors, rounded so that JSON stays short: numbers(seed)([2, 3], low, high)."""
    source = random.Random(seed)

    def draw(shape, low=-2.0, high=2.0, digits=3):
        count = math.prod(shape)
        return torch.tensor([round(source.uniform(low, high), digits) for _ in range(count)]).reshape(shape)

    return draw


def plain(x):
    """Numbers, lists and dicts fit for JSON."""
    if isinstance(x, float):
        if math.isnan(x):
            return "NaN"
        if math.isinf(x):
            return "Infinity" if x > 0 else "-Infinity"
        return int(x) if x.is_integer() and abs(x) < 1e15 and math.copysign(1, x) > 0 else x
    if isinstance(x, dict):
        return {key: plain(value) for key, value in x.items()}
    return [plain(value) for value in x] if isinstance(x, (list, tuple)) else x


def data(x):
    return plain(x.detach().reshape(-1).tolist())


def described(x):
    return {"shape": list(x.shape), "data": data(x)}


def call(name, *args):
    """The steps, inputs and buffers of a single call in which tensors were written where they go."""
    inputs, buffers = [], []

    def refer(x):
        if isinstance(x, (torch.Tensor, Fixed)):
            inputs.append(x)
            return {"$": len(inputs) - 1}
        if isinstance(x, Running):
            buffers.append(x.tensor)
            return {"$buffer": len(buffers) - 1}
        if isinstance(x, dict):
            return {key: refer(value) for key, value in x.items()}
        return [refer(value) for value in x] if isinstance(x, (list, tuple)) else x

    return {"steps": [[name, [refer(a) for a in args]]], "inputs": inputs, "buffers": buffers}


def evaluate(steps, values, buffers=(), meaning=MEANING):
    """All values of a program, inputs first."""
    values = list(values)

    def resolve(x):
        if isinstance(x, dict):
            if "$buffer" in x:
                return buffers[x["$buffer"]]
            if "$" in x:
                return values[x["$"]] if isinstance(x["$"], int) else x["$"]
            return {key: resolve(value) for key, value in x.items()}
        return [resolve(value) for value in x] if isinstance(x, list) else x

    for name, args in steps:
        args = [resolve(a) for a in args]
        options = args.pop() if name not in OBJECTS and isinstance(args[-1], dict) else {}
        made = meaning[name](*args, **options)
        values.extend(made if isinstance(made, list) else [made])
    return values


def gradients(y, leaves, cotangent, create_graph=False):
    if not y.requires_grad:
        return [None for _ in leaves]
    wanted = [x for x in leaves if x.requires_grad]
    found = iter(torch.autograd.grad(y, wanted, cotangent, create_graph=create_graph, allow_unused=True))
    return [next(found) if x.requires_grad else None for x in leaves]


def finish(name, steps, inputs, buffers=(), second=False, output=None, meaning=None):
    """Runs a program and writes down the case. `meaning` replaces PyTorch where we differ on purpose."""
    leaves = [
        x.tensor.clone() if isinstance(x, Fixed) else x.detach().clone().requires_grad_() for x in inputs
    ]
    state = [b.clone() for b in buffers]
    case = {
        "name": name,
        "inputs": [
            {**described(leaf), "fixed": True} if isinstance(x, Fixed) else described(leaf)
            for x, leaf in zip(inputs, leaves)
        ],
        "steps": plain(steps),
    }
    values = evaluate(steps, leaves, state, {**MEANING, **(meaning or {})})
    output = len(values) - 1 if output is None else output
    y = values[output]
    cotangent = signed(f"cotangent {name}", list(y.shape))
    grads = gradients(y, leaves, cotangent, create_graph=second)
    if buffers:
        case["buffers"] = [{**described(b), "after": data(s)} for b, s in zip(buffers, state)]
    case["output"] = output
    case["value"] = described(y)
    case["cotangent"] = data(cotangent)
    case["grads"] = [None if g is None else data(g) for g in grads]
    if second:
        penalty = sum(g.square().sum() for g in grads if g is not None)
        again = gradients(penalty, leaves, torch.tensor(1.0))
        case["penalty"] = plain(penalty.item())
        case["penaltyGrads"] = [
            None if not x.requires_grad else data(torch.zeros_like(x) if g is None else g)
            for x, g in zip(leaves, again)
        ]
    if meaning:
        theirs = evaluate(steps, leaves, state)[output]
        case["pytorch"] = {
            "value": data(theirs),
            "grads": [None if g is None else data(g) for g in gradients(theirs, leaves, cotangent)],
        }
    return case


def signed(seed, shape):
    """Random numbers of either sign, away from 0."""
    source = random.Random(seed)
    entries = [round(source.choice((-1, 1)) * source.uniform(0.25, 1.75), 2) for _ in range(math.prod(shape))]
    return torch.tensor(entries).reshape(shape)


def single(note, name, *args, second=False, output=None, meaning=None):
    made = call(name, *args)
    return finish(f"{name}: {note}", **made, second=second, output=output, meaning=meaning)
