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

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "examples/pytorch-ddp"))

from digits import MNIST_DATA, affine_views, digits
from lanes.pytorch import conv_encoder, sgd, training_step

BATCH = 256
RANGES = {"angle": 0.35, "scale": [0.7, 1.15], "shear": 0.2, "translate": 0.2}  # as in src/cli/train/mnist/config.ts


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("threads", type=int)
    parser.add_argument("--steps", type=int)
    parser.add_argument("--data", default=MNIST_DATA)
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    torch.manual_seed(0)

    images = digits(options.data)
    encoder = conv_encoder()
    optimizer = sgd(encoder, BATCH)
    batches = torch.randperm(len(images))[: len(images) // BATCH * BATCH].split(BATCH)[: options.steps]
    losses = []
    start = time.perf_counter()
    for batch in batches:
        views = [affine_views(images[batch], RANGES) for _ in range(2)]
        losses.append(training_step(encoder, optimizer, torch.cat(views)))
        print(f"\r{len(losses)}/{len(batches)}", end="", file=sys.stderr)
    seconds = time.perf_counter() - start
    print(file=sys.stderr)
    _, align, uniform = torch.tensor(losses).mean(dim=0).tolist()
    result = {"version": torch.__version__, "steps": len(batches), "seconds": seconds}
    print(json.dumps({**result, "align": align, "uniform": uniform}))


if __name__ == "__main__":
    main()
