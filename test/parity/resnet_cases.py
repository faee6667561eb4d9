"""What torchvision's ResNets are called inside, and what they make of a few images, in evaluation. Weights and images come from
`counter.py`'s formula, so a case holds only names with shapes and some of the results."""

import math

import torch
import torch.nn.functional as F
import torchvision
from torch import nn

from case import plain
from counter import uniform

# Where each quantity's counters start; the spec has the same table.
WEIGHTS, IMAGES = 0, 50_000_000
ROWS, SHOWN = 2, 12


def resnet(name, mlp=False, smallInput=False, inChannels=3):
    model = getattr(torchvision.models, name)(num_classes=128)
    if mlp:  # as moco/builder.py does it
        width = model.fc.weight.shape[1]
        model.fc = nn.Sequential(nn.Linear(width, width), nn.ReLU(), model.fc)
    if smallInput:  # as MoCo's demo on CIFAR-10 does it
        model.conv1 = nn.Conv2d(inChannels, 64, 3, 1, 1, bias=False)
        model.maxpool = nn.Identity()
    return model


def filled(model):
    """The model with numbers by which signals neither die out nor explode on their way."""
    counter, state = WEIGHTS, {}
    for name, value in model.state_dict().items():
        shape = value.shape
        if name.endswith("num_batches_tracked"):
            state[name] = torch.tensor(counter % 1000)  # any number will do, so long as it is another each time
        elif len(shape) > 1:
            state[name] = uniform(counter, shape, math.sqrt(6 / math.prod(shape[1:])))
        else:
            about = 1 if name.endswith("running_var") or ("bn" in name or "downsample" in name) and name.endswith("weight") else 0
            state[name] = uniform(counter, shape, 0.1) + about
        counter += value.numel()
    model.load_state_dict(state)
    return model.eval()


def images(height, width, inChannels=3):
    return uniform(IMAGES, [ROWS, inChannels, height, width], 1)


@torch.no_grad()
def results(model, x):
    """The output of the last pooling, and the features of length 1."""
    y = model.maxpool(F.relu(model.bn1(model.conv1(x))))
    pooled = model.avgpool(model.layer4(model.layer3(model.layer2(model.layer1(y))))).flatten(1)
    features = F.normalize(model(x), dim=1)
    assert torch.equal(features, F.normalize(model.fc(pooled), dim=1))
    return pooled, features


def case(name, size, **options):
    model = filled(resnet(name, **options))
    pooled, features = results(model, images(*size, options.get("inChannels", 3)))
    return {
        "name": name,
        "options": options,
        "imageSize": size,
        "state": {key: list(value.shape) for key, value in model.state_dict().items()},
        "pooled": pooled[:, :SHOWN].tolist(),
        "features": features[:, :SHOWN].tolist(),
    }


def cases():
    return plain([
        case("resnet18", [12, 9], smallInput=True, inChannels=1),
        case("resnet34", [37, 50]),
        case("resnet50", [64, 64], mlp=True),
    ])
