"""Forward and backward of layers built from a description, with their state-dict names and shapes."""

import torch
from torch import nn

from case import data, described, numbers, plain, signed
from encoders_torch import L2Norm

LAYERS = {
    **{name: getattr(nn, name) for name in (
        "Linear", "Conv2d", "BatchNorm1d", "BatchNorm2d", "LayerNorm", "ReLU",
        "MaxPool2d", "AvgPool2d", "AdaptiveAvgPool2d", "Flatten", "Dropout",
    )},
    "L2Norm": L2Norm,
    "Sequential": lambda *layers: nn.Sequential(*(build(layer) for layer in layers)),
}


SNAKE = {"elementwiseAffine": "elementwise_affine"}


def build(description):
    """["Linear", 3, 4, {"bias": false}]: a name, arguments, and options last."""
    name, *args = description
    options = args.pop() if args and isinstance(args[-1], dict) else {}
    return LAYERS[name](*args, **{SNAKE.get(key, key): value for key, value in options.items()})


FLAT = {"stride": [2, 1], "padding": [1, 2], "dilation": [2, 1]}
NORMS = [
    ("BatchNorm1d of rows", ["BatchNorm1d", 3], 5, 3),
    ("BatchNorm1d of sequences", ["BatchNorm1d", 2], 3, 2, 4),
    ("BatchNorm1d with other options", ["BatchNorm1d", 3, {"eps": 0.01, "momentum": 0.3}], 4, 3),
    ("BatchNorm2d", ["BatchNorm2d", 2], 3, 2, 2, 3),
    ("BatchNorm2d with nothing learnt", ["BatchNorm2d", 2, {"affine": False}], 2, 2, 3, 2),
    ("BatchNorm2d averaging all batches", ["BatchNorm2d", 2, {"momentum": None}], 2, 2, 2, 2),
]
CONVOLUTIONAL = [
    "Sequential",
    ["Sequential", ["Conv2d", 1, 2, 3, {"padding": 1, "bias": False}], ["BatchNorm2d", 2], ["ReLU"], ["MaxPool2d", 2]],
    ["Sequential", ["Flatten"], ["Linear", 8, 4, {"bias": False}], ["BatchNorm1d", 4], ["ReLU"]],
    ["Sequential", ["Linear", 4, 3], ["L2Norm"]],
]


def cases():
    draw = numbers("layers")

    def entry(name, value):
        """A variance is positive, a count whole; all else may be anything."""
        if name.endswith("num_batches_tracked"):
            return torch.tensor(3)
        return draw(list(value.shape), 0.3, 2) if name.endswith("running_var") else draw(list(value.shape))

    def case(note, description, *shape, training=True, before=0):
        """A forward and a backward, after `before` other batches that only move the running statistics."""
        layer = build(description).train(training)
        state = {name: entry(name, value) for name, value in layer.state_dict().items()}
        layer.load_state_dict(state)
        earlier = [draw(list(shape)) for _ in range(before)]
        for x in earlier:
            layer(x)
        x = draw(list(shape)).requires_grad_()
        y = layer(x)
        cotangent = signed(note, list(y.shape))
        y.backward(cotangent)
        return {
            "name": note,
            "layer": plain(description),
            "training": training,
            "state": {name: described(value) for name, value in state.items()},
            "before": [described(x) for x in earlier],
            "input": described(x),
            "value": described(y),
            "cotangent": data(cotangent),
            "inputGrad": data(x.grad),
            "grads": {name: data(p.grad) for name, p in layer.named_parameters()},
            "buffers": {name: data(b) for name, b in layer.named_buffers()},
        }

    mlp = ["Sequential", ["Linear", 3, 5], ["ReLU"], ["Linear", 5, 2], ["L2Norm"]]
    nested = ["Sequential", ["Sequential", ["Linear", 3, 4], ["ReLU"]], ["Linear", 4, 2, {"bias": False}]]
    return [
        case("Linear of a batch", ["Linear", 3, 4], 5, 3),
        case("Linear of a sequence", ["Linear", 3, 2], 2, 4, 3),
        case("Linear with no bias", ["Linear", 3, 4, {"bias": False}], 2, 3),
        case("Linear of one row, one output", ["Linear", 2, 1], 1, 2),
        case("ReLU", ["ReLU"], 3, 4),
        case("L2Norm", ["L2Norm"], 3, 4),
        case("an MLP ending on the sphere", mlp, 4, 3),
        case("Sequential inside Sequential", nested, 4, 3),
        case("Linear of a vector", ["Linear", 3, 2], 3),
        case("Conv2d", ["Conv2d", 2, 3, 3], 2, 2, 4, 5),
        case("Conv2d with padding and no bias", ["Conv2d", 1, 2, 3, {"padding": 1, "bias": False}], 2, 1, 4, 4),
        case("Conv2d of a flat kernel with all options", ["Conv2d", 2, 2, [3, 2], FLAT], 1, 2, 6, 5),
        *(
            case(f"{note}, {'training' if training else 'evaluation'}", description, *shape, training=training)
            for note, description, *shape in NORMS
            for training in (True, False)
        ),
        case("BatchNorm2d after three other batches", ["BatchNorm2d", 2], 2, 2, 2, 3, before=3),
        case("BatchNorm1d after two other batches, averaging all", ["BatchNorm1d", 2, {"momentum": None}], 4, 2, before=2),
        case("LayerNorm of the last dimension", ["LayerNorm", 4], 3, 4),
        case("LayerNorm of two dimensions of four", ["LayerNorm", [2, 3], {"eps": 0.1}], 2, 2, 2, 3),
        case("LayerNorm with nothing learnt", ["LayerNorm", [3], {"elementwiseAffine": False}], 2, 3),
        case("MaxPool2d", ["MaxPool2d", 2], 2, 2, 4, 5),
        case("MaxPool2d with stride and padding", ["MaxPool2d", 3, {"stride": 2, "padding": 1}], 1, 2, 5, 6),
        case("AvgPool2d", ["AvgPool2d", 2], 2, 2, 4, 5),
        case("AvgPool2d of a flat window", ["AvgPool2d", [2, 3], {"stride": [1, 2], "padding": [1, 0]}], 1, 2, 4, 5),
        case("AdaptiveAvgPool2d to one pixel", ["AdaptiveAvgPool2d", 1], 2, 2, 3, 4),
        case("AdaptiveAvgPool2d to bins that divide", ["AdaptiveAvgPool2d", [2, 3]], 1, 2, 4, 6),
        case("AdaptiveAvgPool2d to bins that overlap", ["AdaptiveAvgPool2d", [3, 4]], 1, 1, 7, 6),
        case("AdaptiveAvgPool2d to more bins than pixels", ["AdaptiveAvgPool2d", [5, 2]], 1, 2, 3, 3),
        case("Flatten", ["Flatten"], 2, 3, 2, 2),
        case("Flatten of all", ["Flatten", 0], 2, 3, 2),
        case("Dropout of nothing in training", ["Dropout", 0], 3, 4),
        case("Dropout of all in training", ["Dropout", 1], 3, 4),
        case("Dropout in evaluation", ["Dropout", 0.5], 3, 4, training=False),
        case("a convolutional encoder in training", CONVOLUTIONAL, 3, 1, 4, 4, before=1),
        case("a convolutional encoder in evaluation", CONVOLUTIONAL, 3, 1, 4, 4, training=False),
        case("Conv2d and ReLU", ["Sequential", ["Conv2d", 2, 3, 3, {"padding": 1}], ["ReLU"]], 2, 2, 4, 5),
        case("Linear of a sequence and ReLU", ["Sequential", ["Linear", 3, 4], ["ReLU"]], 2, 4, 3),
    ]
