"""Training steps of MoCo's two encoders and queue with the losses of Wang & Isola's ImageNet code, in groups with batch
statistics of their own. Weights, images and the order of a shuffle come from formulas that the spec computes too, so a case
holds only losses, checksums, and names with shapes."""

import math

import torch
import torch.nn.functional as F
import torchvision
from torch import nn

from case import plain
from counter import uniform
from encoder_runs import checksum, initial
from layer_cases import build
from meaning import align_loss, queue_contrastive_loss, queue_uniform_loss

STEPS, GROUPS = 10, 2
WEIGHTS = {"align": 3, "uniform": 1, "contrastive": 0.5}
SMALL = [
    "Sequential",
    ["Conv2d", 3, 4, 3, {"padding": 1, "bias": False}], ["BatchNorm2d", 4], ["ReLU"], ["MaxPool2d", 2],
    ["Conv2d", 4, 6, 3, {"padding": 1, "bias": False}], ["BatchNorm2d", 6], ["ReLU"], ["AdaptiveAvgPool2d", 1],
    ["Flatten"], ["Linear", 6, 5], ["L2Norm"],
]

# Where each quantity's counters start; the spec has the same table.
PARAMETERS, QUEUE, COLOURS, IMAGES, SHIFTS, CHECKSUM, FEATURES = (k * 20_000_000 for k in range(7))


def shuffled(n, step):
    """Where the images of a step go before they are cut into groups: 5 is prime to every n in use."""
    return torch.tensor([(5 * i + 3 * step) % n for i in range(n)])


class MoCo(nn.Module):
    """He et al. 2020, of one process: what its GPUs do at once the groups do one after another."""

    def __init__(self, make, dim, size, m):
        super().__init__()
        self.m = m
        self.encoder_q, self.encoder_k = make(), make()
        self.register_buffer("queue", F.normalize(uniform(QUEUE, [dim, size], 1), dim=0))
        self.register_buffer("queue_ptr", torch.zeros(1, dtype=torch.long))

    def start(self):
        for query, key in zip(self.encoder_q.parameters(), self.encoder_k.parameters()):
            key.data.copy_(query.data)
            key.requires_grad = False

    def features(self, encoder, images):
        return torch.cat([F.normalize(encoder(group), dim=1) for group in images.chunk(GROUPS)])

    @torch.no_grad()
    def keys(self, images, step):
        for query, key in zip(self.encoder_q.parameters(), self.encoder_k.parameters()):
            key.data = key.data * self.m + query.data * (1.0 - self.m)
        order = shuffled(len(images), step)
        return self.features(self.encoder_k, images[order])[torch.argsort(order)]

    @torch.no_grad()
    def enqueue(self, keys):
        place = int(self.queue_ptr)
        self.queue[:, place : place + len(keys)] = keys.T
        self.queue_ptr[0] = (place + len(keys)) % self.queue.shape[1]


def resnet18(mlp):
    model = torchvision.models.resnet18(num_classes=128)
    if mlp:  # as moco/builder.py does it
        width = model.fc.weight.shape[1]
        model.fc = nn.Sequential(nn.Linear(width, width), nn.ReLU(), model.fc)
    return model


def images_at(step, images, side):
    """A colour and noise: with noise alone all pictures are alike to a network that pools."""
    at = step * images
    colour = uniform(COLOURS + at * 3, [images, 3, 1, 1], 1)
    x = colour + uniform(IMAGES + at * 3 * side**2, [images, 3, side, side], 0.5)
    return x, x + uniform(SHIFTS + at * 3 * side**2, [images, 3, side, side], 0.3)


def run(name, encoder, images, side, dim, size, m, lr, dtypes):
    moco = MoCo(lambda: resnet18(**encoder) if isinstance(encoder, dict) else build(encoder), dim, size, m)
    counter = PARAMETERS
    with torch.no_grad():
        for key, p in moco.encoder_q.named_parameters():
            p.copy_(initial(key, p.shape, counter))
            counter += p.numel()
    moco.start()
    optimizer = torch.optim.SGD(moco.parameters(), lr=lr, momentum=0.9, weight_decay=1e-4)
    losses = []
    for step in range(STEPS):
        x, y = images_at(step, images, side)
        q = moco.features(moco.encoder_q, x)
        k = moco.keys(y, step)
        negatives = moco.queue.clone().detach().T
        terms = {
            "align": align_loss(q, k),
            "uniform": queue_uniform_loss(q, negatives),
            "contrastive": queue_contrastive_loss(q, k, negatives),
        }
        optimizer.zero_grad()
        sum(WEIGHTS[term] * value for term, value in terms.items()).backward()
        optimizer.step()
        moco.enqueue(k)
        losses.append([terms[term].item() for term in WEIGHTS])
    moco.eval()
    with torch.no_grad():
        q, k = F.normalize(moco.encoder_q(x), dim=1), F.normalize(moco.encoder_k(x), dim=1)
    return {
        "name": name,
        "encoder": encoder,
        **{"images": images, "side": side, "featDim": dim, "size": size, "momentum": m, "lr": lr, "groups": GROUPS},
        "dtypes": dtypes,
        "weights": WEIGHTS,
        "state": {key: list(value.shape) for key, value in moco.state_dict().items()},
        "losses": losses,
        "checksums": {
            "parameters of the query encoder": checksum(moco.encoder_q.parameters(), CHECKSUM),
            "parameters of the key encoder": checksum(moco.encoder_k.parameters(), CHECKSUM),
            "buffers of the query encoder": checksum(moco.encoder_q.buffers(), CHECKSUM),
            "buffers of the key encoder": checksum(moco.encoder_k.buffers(), CHECKSUM),
            "queue": checksum([moco.queue, moco.queue_ptr], CHECKSUM),
            # By the running statistics.
            "features of the query encoder": checksum([q], FEATURES),
            "features of the key encoder": checksum([k], FEATURES),
        },
    }


def cases():
    """In float32 a ResNet has the recipe's rate, 0.03 · 16 / 256, a thousand times smaller: of its million ReLUs one turns by
    rounding nearly every step, which changes gradients by a hundredth, and at the recipe's rate PyTorch's own float32 is 1e-1
    away from its float64 after ten steps; at 2e-6 it stays within 2e-4."""
    of_resnet = {"images": 16, "side": 32, "dim": 128, "size": 64, "m": 0.9}
    exactly = {**of_resnet, "lr": 0.03 * 16 / 256, "dtypes": ["float64"]}
    roughly = {**of_resnet, "lr": 2e-6, "dtypes": ["float32"]}
    both = ["float64", "float32"]
    return plain([
        run("a small encoder", SMALL, images=8, side=6, dim=5, size=24, m=0.8, lr=0.05, dtypes=both),
        run("ResNet-18", {"mlp": False}, **exactly),
        run("ResNet-18 with a head of two layers", {"mlp": True}, **exactly),
        run("ResNet-18 at a low rate", {"mlp": False}, **roughly),
        run("ResNet-18 with a head of two layers at a low rate", {"mlp": True}, **roughly),
    ])
