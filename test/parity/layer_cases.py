"""Forward and backward of layers built from a description, with their state-dict names and shapes."""

from torch import nn

from case import data, described, numbers, plain, signed


class L2Norm(nn.Module):
    def forward(self, x):
        return nn.functional.normalize(x, dim=1)


LAYERS = {
    "Linear": lambda inputs, outputs, bias=True: nn.Linear(inputs, outputs, bias),
    "ReLU": nn.ReLU,
    "L2Norm": L2Norm,
    "Sequential": lambda *layers: nn.Sequential(*(build(layer) for layer in layers)),
}


def build(description):
    """["Linear", 3, 4, {"bias": false}]: a name, arguments, and options last."""
    name, *args = description
    options = args.pop() if args and isinstance(args[-1], dict) else {}
    return LAYERS[name](*args, **options)


def cases():
    draw = numbers("layers")

    def case(note, description, *shape):
        layer = build(description)
        state = {name: draw(list(value.shape)) for name, value in layer.state_dict().items()}
        layer.load_state_dict(state)
        x = draw(list(shape)).requires_grad_()
        y = layer(x)
        cotangent = signed(note, list(y.shape))
        y.backward(cotangent)
        return {
            "name": note,
            "layer": plain(description),
            "state": {name: described(value) for name, value in state.items()},
            "input": described(x),
            "value": described(y),
            "cotangent": data(cotangent),
            "inputGrad": data(x.grad),
            "grads": {name: data(p.grad) for name, p in layer.named_parameters()},
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
    ]
