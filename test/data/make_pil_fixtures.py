"""Makes pil.json: pictures of bytes as Pillow and torchvision transform them, with amounts that are fixed.

    apt-get install python3-torchvision      # Debian 12: torchvision 0.14, PyTorch 1.13, Pillow 9.4
    /usr/bin/python3 test/data/make_pil_fixtures.py

Pixels come from a seeded generator. Arrays are base64, [channels, height, width]: bytes, or float32 where it says so.
"""

import base64
import hashlib
import json
import math
import pathlib
import sys

sys.dont_write_bytecode = True

import numpy as np
import PIL
import torch
import torchvision
import torchvision.transforms.functional as TF
from PIL import Image, ImageFilter

torch.set_num_threads(1)
random = np.random.default_rng(0)
MEAN, STD = [0.485, 0.456, 0.406], [0.229, 0.224, 0.225]


def planar(x):
    """A Pillow picture as [channels, height, width]."""
    pixels = np.array(x)
    return pixels[None] if pixels.ndim == 2 else pixels.transpose(2, 0, 1)


def written(x):
    pixels = np.ascontiguousarray(x.numpy() if isinstance(x, torch.Tensor) else planar(x))
    kind = {"float32": "floats", "uint8": "bytes"}[str(pixels.dtype)]
    return {"shape": list(pixels.shape), kind: base64.b64encode(pixels.tobytes()).decode()}


def pictures():
    def noise(*shape):
        return random.integers(0, 256, shape, dtype=np.uint8)

    color = noise(11, 9, 3)
    color[0, :3] = [[90, 90, 90], [0, 0, 0], [255, 255, 255]]  # grey
    color[0, 3:6] = [[255, 0, 0], [0, 255, 255], [1, 255, 0]]  # saturated
    color[0, 6:] = [[204, 204, 30], [50, 180, 50], [20, 150, 150]]  # two channels share the largest or smallest value
    color[1, :3] = [[255, 254, 255], [3, 2, 2], [0, 0, 1]]  # nearly grey
    # What a photograph looks like: neighbours are alike.
    rows, columns = np.mgrid[0:16, 0:20]
    smooth = np.stack([128 + 100 * np.sin(rows / 5), 9 * columns, 250 - rows * 7 - columns * 3], -1)
    smooth = np.clip(smooth + random.normal(0, 4, smooth.shape), 0, 255).astype(np.uint8)
    return {
        "color": Image.fromarray(color),
        "smooth": Image.fromarray(smooth),
        "gray": Image.fromarray(noise(7, 10)),
        "pixel": Image.fromarray(noise(1, 1, 3)),
        "line": Image.fromarray(noise(1, 13)),
    }


TRANSFORMS = {
    "resize": lambda x, size: TF.resize(x, size),
    "centerCrop": lambda x, size: TF.center_crop(x, size),
    "resizedCrop": lambda x, corner, part, size: TF.resized_crop(x, *corner, *part, size),
    "horizontalFlip": TF.hflip,
    "brightness": TF.adjust_brightness,
    "contrast": TF.adjust_contrast,
    "saturation": TF.adjust_saturation,
    "hue": TF.adjust_hue,
    "grayscale": lambda x: TF.to_grayscale(x, len(x.getbands())),
    "gaussianBlur": lambda x, sigma: x.filter(ImageFilter.GaussianBlur(sigma)),
    "normalizeChannels": lambda x, mean, std: TF.normalize(TF.to_tensor(x), mean, std),
}

# As SimCLR, MoCo v2 and the evaluation of both have them, once their random numbers are drawn.
CHAINS = [
    [
        ["resizedCrop", [2, 3], [13, 14], [12, 12]],
        ["horizontalFlip"],
        ["hue", -0.31],
        ["contrast", 1.37],
        ["brightness", 0.66],
        ["saturation", 0.71],
        ["normalizeChannels", MEAN, STD],
    ],
    [
        ["resizedCrop", [0, 1], [7, 6], [12, 12]],
        ["brightness", 1.4],
        ["saturation", 1.29],
        ["hue", 0.08],
        ["contrast", 0.83],
        ["gaussianBlur", 1.2],
        ["horizontalFlip"],
        ["normalizeChannels", MEAN, STD],
    ],
    [["contrast", 0.6], ["grayscale"], ["gaussianBlur", 0.4]],
    [["resize", 9], ["centerCrop", [8, 8]], ["normalizeChannels", MEAN, STD]],
]


def cases(color, smooth, gray, pixel, line):
    for size in ([4, 6], [11, 9], [30, 25], [1, 1], [5, 40], 3, 7, 10, 21):
        yield color, "resize", [size]
    for size in ([6, 3], [7, 10], [16, 20], 5):
        yield gray, "resize", [size]
    for size in ([3, 3], [16, 12], [16, 20], 8):
        yield smooth, "resize", [size]
    for image, size in ((pixel, [3, 2]), (line, [2, 5]), (line, [1, 2])):
        yield image, "resize", [size]
    for box in (([0, 0], [11, 9]), ([2, 3], [5, 4]), ([10, 0], [1, 9]), ([3, 8], [8, 1]), ([4, 4], [1, 1])):
        yield color, "resizedCrop", [*box, [6, 7]]
    yield gray, "resizedCrop", [[1, 2], [6, 5], [8, 8]]
    yield smooth, "resizedCrop", [[1, 0], [15, 18], [8, 8]]
    for size in ([5, 4], [11, 9], [12, 6], [6, 13], [14, 12]):
        yield color, "centerCrop", [size]
        yield gray, "centerCrop", [size]
    for image in (color, gray, pixel):
        yield image, "horizontalFlip", []
        yield image, "grayscale", []
    for image in (color, smooth, gray):
        for factor in (0, 0.37, 1, 1.0001, 1.62, 2.9):
            for name in ("brightness", "contrast", "saturation"):
                yield image, name, [factor]
    for turn in (-0.5, -0.29, -0.003, 0, 0.003, 0.1, 0.37, 0.5):
        yield color, "hue", [turn]
    yield smooth, "hue", [0.2]
    yield gray, "hue", [0.2]
    for sigma in (0, 0.1, 0.35, 0.8, 1, 1.37, 2, 5):
        yield color, "gaussianBlur", [sigma]
    for sigma in (0.1, 0.9, 2):
        yield gray, "gaussianBlur", [sigma]
        yield line, "gaussianBlur", [sigma]
    yield pixel, "gaussianBlur", [1.5]
    yield color, "normalizeChannels", [MEAN, STD]
    yield gray, "normalizeChannels", [[0.3], [0.2]]


def follow(image, steps):
    for name, *args in steps:
        image = TRANSFORMS[name](image, *args)
    return image


def cube():
    """Colours whose channels are multiples of 3: what becomes of all of them, as one checksum."""
    levels = np.arange(0, 256, 3, dtype=np.uint8)
    colors = np.stack(np.meshgrid(levels, levels, levels, indexing="ij"), -1).reshape(-1, len(levels), 3)
    image = Image.fromarray(colors)
    steps = [["hue", turn] for turn in (-0.41, -0.1, 0, 0.05, 0.25, 0.5)]
    steps += [["saturation", factor] for factor in (0.63, 1.37)] + [["grayscale"]]
    for step in steps:
        yield {"step": step, "sha256": hashlib.sha256(planar(follow(image, [step])).tobytes()).hexdigest()}


def blurred_floats(pixels, sigma):
    """The box of Pillow's GaussianBlur as a plain kernel, in float64."""
    variance = sigma * sigma / 3
    whole = math.floor((math.sqrt(12 * variance + 1) - 1) / 2)
    fraction = (2 * whole + 1) * (whole * (whole + 1) - 3 * variance) / (6 * (variance - (whole + 1) ** 2))
    kernel = np.array([fraction, *[1] * (2 * whole + 1), fraction]) / (2 * (whole + fraction) + 1)
    for axis in (-1, -2):
        for _ in range(3):
            moved = np.moveaxis(pixels, axis, -1)
            padded = np.pad(moved, [(0, 0), (0, 0), (whole + 1, whole + 1)], mode="edge")
            windows = np.lib.stride_tricks.sliding_window_view(padded, len(kernel), axis=-1)
            pixels = np.moveaxis(windows @ kernel, -1, axis)
    return pixels


def floats():
    for shape in ((2, 6, 9), (1, 1, 4)):
        pixels = random.random(shape, dtype=np.float32)
        for sigma in (0.1, 0.7, 1.6, 2, 4.5):
            value = blurred_floats(pixels.astype(np.float64), sigma).astype(np.float32)
            yield {"image": written(torch.tensor(pixels)), "sigma": sigma, "value": written(torch.tensor(value))}


images = pictures()
names = {id(image): name for name, image in images.items()}
lists = {
    "cases": [
        {"name": name, "image": names[id(image)], "args": args, "value": written(TRANSFORMS[name](image, *args))}
        for image, name, args in cases(**images)
    ],
    "chains": [
        {"image": image, "steps": steps, "value": written(follow(images[image], steps))}
        for image in ("color", "smooth")
        for steps in CHAINS
        if image == "smooth" or steps is not CHAINS[0]  # whose box is too large for the other
    ],
    "cube": list(cube()),
    "floatBlurs": list(floats()),
}
header = {
    "pillow": PIL.__version__,
    "torchvision": torchvision.__version__,
    "madeBy": "/usr/bin/python3 test/data/make_pil_fixtures.py (Debian package python3-torchvision)",
    "images": {name: written(image) for name, image in images.items()},
}
compact = {"separators": (",", ":"), "allow_nan": False}
parts = [f"{json.dumps(key)}: {json.dumps(value, **compact)}" for key, value in header.items()]
for key, rows in lists.items():
    body = ",\n".join(json.dumps(row, **compact) for row in rows)
    parts.append(f"{json.dumps(key)}: [\n{body}\n]")
path = pathlib.Path(__file__).parent / "pil.json"
text = "{\n" + ",\n".join(parts) + "\n}\n"
path.write_text(text)
print(f"{path.name}: {len(text)} bytes, " + ", ".join(f"{len(rows)} {key}" for key, rows in lists.items()))
