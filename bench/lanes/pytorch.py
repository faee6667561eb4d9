"""PyTorch's way of doing each job of bench/job.ts, in a process that answers as bench/lanes/serve.ts does."""

import json
import resource
import sys
import time

import torch
import torch.nn as nn
import torch.nn.functional as F


def uniform_loss(x, t=2):
    """As in the code of Wang & Isola 2020."""
    return torch.pdist(x, p=2).pow(2).mul(-t).exp().mean().log()


def align_uniform_loss(features):
    """features: [2n, d], first all first views, then all second ones. Returns loss, alignment, uniformity."""
    x, y = features.chunk(2)
    align = (x - y).norm(p=2, dim=1).pow(2).mean()
    uniform = (uniform_loss(x) + uniform_loss(y)) / 2
    return align + uniform, align, uniform


class Unit(nn.Module):
    def forward(self, x):
        return F.normalize(x)


def conv_block(inputs, outputs, *pool):
    conv = nn.Conv2d(inputs, outputs, 3, padding=1, bias=False)
    return [conv, nn.BatchNorm2d(outputs), nn.ReLU(), *(nn.MaxPool2d(*pool) for _ in pool[:1])]


def hidden_block(inputs, outputs):
    return [nn.Linear(inputs, outputs, bias=False), nn.BatchNorm1d(outputs), nn.ReLU()]


def conv_encoder(size=28):
    """The same as convEncoder with its defaults. [n, 1, 28, 28] -> [n, 64]"""
    return nn.Sequential(
        *conv_block(1, 32, 2),
        *conv_block(32, 64, 2),
        *conv_block(64, 128, 2),
        nn.Flatten(),
        *hidden_block(128 * (size // 8) ** 2, 256),
        nn.Linear(256, 64),
        Unit(),
    )


def small_alex_net(size):
    """The same as smallAlexNet but for how weights start, on which no time depends. [n, 3, size, size] -> [n, 128]"""
    side = size
    for _ in range(3):
        side = (side - 3) // 2 + 1
    return nn.Sequential(
        *conv_block(3, 96, 3, 2),
        *conv_block(96, 192, 3, 2),
        *conv_block(192, 384),
        *conv_block(384, 384),
        *conv_block(384, 192, 3, 2),
        nn.Flatten(),
        *hidden_block(192 * side * side, 4096),
        *hidden_block(4096, 4096),
        nn.Linear(4096, 128),
        Unit(),
    )


def sgd(encoder, pairs):
    return torch.optim.SGD(encoder.parameters(), lr=0.12 * pairs / 256, momentum=0.9, weight_decay=1e-4)


def training_step(encoder, optimizer, images):
    """images: [2n, channels, height, width], as align_uniform_loss takes their features. Returns its numbers."""
    losses = align_uniform_loss(encoder(images))
    optimizer.zero_grad()
    losses[0].backward()
    optimizer.step()
    return [loss.item() for loss in losses]


def without_grad(f):
    def once():
        with torch.no_grad():
            f()

    return once


def maybe_backward(backward, f, inputs, gradient):
    if not backward:
        return without_grad(lambda: f(*inputs))
    leaves = [x.requires_grad_() for x in inputs]
    dy = gradient()
    return lambda: torch.autograd.grad(f(*leaves), leaves, dy)


def matmul(m, k, n):
    a, b = torch.randn(m, k), torch.randn(k, n)
    return without_grad(lambda: a @ b)


def linear(rows, inputs, outputs):
    given = [torch.randn(rows, inputs), torch.randn(outputs, inputs)]
    return maybe_backward(True, F.linear, given, lambda: torch.randn(rows, outputs))


def gru(sequences, most, inputs, hidden):
    """Lengths as in bench/job.ts."""
    lengths = [1 + 7 * i % most for i in range(sequences)]
    layer = nn.GRU(inputs, hidden, bidirectional=True)
    rows = [torch.randn(length, inputs) for length in lengths]
    packed = nn.utils.rnn.pack_sequence(rows, enforce_sorted=False)
    x = packed.data.requires_grad_()
    again = nn.utils.rnn.PackedSequence(x, *packed[1:])
    leaves, dy = [x, *layer.parameters()], torch.randn(sum(lengths), 2 * hidden)
    return lambda: torch.autograd.grad(layer(again)[0].data, leaves, dy)


def conv(batch, inputs, outputs, size, backward):
    given = [torch.randn(batch, inputs, size, size), torch.randn(outputs, inputs, 3, 3)]
    gradient = lambda: torch.randn(batch, outputs, size, size)
    return maybe_backward(backward, lambda x, w: F.conv2d(x, w, padding=1), given, gradient)


def uniform(n, d, backward):
    x = F.normalize(torch.randn(n, d))
    if not backward:
        return without_grad(lambda: uniform_loss(x))
    x.requires_grad_()
    return lambda: torch.autograd.grad(uniform_loss(x), x)


def uniformity(n, d):
    if n > 30_000:
        raise MemoryError("n² / 2 distances do not fit")
    x = F.normalize(torch.randn(n, d))
    return without_grad(lambda: uniform_loss(x).item())


def step(model, pairs, size):
    encoder, channels = (conv_encoder(size), 1) if model == "convEncoder" else (small_alex_net(size), 3)
    optimizer = sgd(encoder, pairs)
    images = torch.randn(2 * pairs, channels, size, size)
    return lambda: training_step(encoder, optimizer, images)


def pointwise(op, count):
    x = torch.randn(count).abs() if op in ("log", "pow") else torch.randn(count)
    if op == "add":
        return without_grad(lambda: x + x)
    if op == "pow":
        return without_grad(lambda: x**1.5)
    return without_grad(getattr(x, op))


def reduce(op, count):
    return without_grad(getattr(torch.randn(count), op))


def batch_norm(shape, backward):
    given = [torch.randn(shape), torch.randn(shape[1]), torch.randn(shape[1])]
    f = lambda x, weight, bias: F.batch_norm(x, None, None, weight, bias, training=True)
    return maybe_backward(backward, f, given, lambda: torch.randn(shape))


def max_pool(shape, backward):
    n, c, h, w = shape
    gradient = lambda: torch.randn(n, c, h // 2, w // 2)
    return maybe_backward(backward, lambda x: F.max_pool2d(x, 2), [torch.randn(shape)], gradient)


WAYS = {
    "matmul": matmul,
    "linear": linear,
    "gru": gru,
    "conv": conv,
    "uniformLoss": uniform,
    "uniformity": uniformity,
    "step": step,
    "pointwise": pointwise,
    "reduce": reduce,
    "batchNorm": batch_norm,
    "maxPool": max_pool,
}


def prepared(job):
    job = dict(job)
    way = WAYS.get(job.pop("kind"))
    if way is None:
        raise LookupError("–")
    return way(**job)


def timed(once, warm, milliseconds):
    if warm:
        once()
    start = time.perf_counter()
    passed = times = 0
    while times == 0 or passed < milliseconds:
        once()
        times += 1
        passed = 1000 * (time.perf_counter() - start)
    return passed / times


def serve():
    once = None
    for line in sys.stdin:
        try:
            request = json.loads(line)
            milliseconds = 0
            if "prepare" in request:
                once = prepared(request["prepare"])
            else:
                milliseconds = timed(once, **request)
            peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
            reply = {"milliseconds": milliseconds, "peak": peak, "about": f"{torch.get_num_threads()} threads"}
        except Exception as error:
            reply = {"error": str(error)}
        print(json.dumps(reply), flush=True)


if __name__ == "__main__":
    torch.set_num_threads(int(sys.argv[1]))
    torch.manual_seed(0)
    serve()
