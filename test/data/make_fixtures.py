"""Makes transforms.json: pictures as torchvision transforms them, with amounts that are fixed.

    apt-get install python3-torchvision      # Debian 12: torchvision 0.14, PyTorch 1.13
    /usr/bin/python3 test/data/make_fixtures.py

Pixels come from a seeded generator, in float64, rounded to 4 digits; the results to 8.
"""

import json
import pathlib
import sys

sys.dont_write_bytecode = True

import torch
import torch.nn.functional as F
import torchvision
import torchvision.transforms as T
import torchvision.transforms.functional as TF

torch.manual_seed(0)
torch.set_num_threads(1)


def picture(*shape):
    return (torch.rand(shape, dtype=torch.float64) * 1e4).round() / 1e4


def numbers(x, digits):
    return {"shape": list(x.shape), "data": [round(v, digits) for v in x.flatten().tolist()]}


def warp():
    images = picture(2, 2, 5, 7)
    matrices = [
        [1, 0, 0, 0, 1, 0],  # as it is
        [1, 0, 2 / 7, 0, 1, -2 / 5],  # one pixel to the left and down
        [0.3, 0, 0.1, 0, 0.4, 0.2],  # all inside
        [-1.2, 0.5, 0.3, -0.4, 0.9, -0.7],
        [0.6, -1.4, 0.2, 1.1, 0.7, 0.1],
        [2.5, 0, 0, 0, 2.5, 0],  # mostly outside
        [0, 0, 0.37, 0, 0, -1.15],  # one place for all, in the border
        [1, 0, 5, 0, 1, 0],  # nothing in sight
    ]
    indices = [i % 2 for i in range(len(matrices))]
    theta = torch.tensor(matrices, dtype=torch.float64).reshape(-1, 2, 3)
    chosen = images[indices]
    grid = F.affine_grid(theta, list(chosen.shape), align_corners=False)
    out = F.grid_sample(chosen, grid, mode="bilinear", padding_mode="zeros", align_corners=False)
    return {
        "images": numbers(images, 4),
        "matrices": [v for m in matrices for v in m],
        "indices": indices,
        "value": numbers(out, 8),
    }


def pictures():
    color, gray, wide = picture(3, 6, 5), picture(1, 4, 5), picture(2, 9, 14)
    # A grey pixel, and pixels where two channels share the largest or the smallest value, are where hue formulas fork.
    color[:, 0, 0] = 0.5
    color[:, 0, 1] = torch.tensor([0.8, 0.8, 0.1], dtype=torch.float64)
    color[:, 0, 2] = torch.tensor([0.2, 0.7, 0.2], dtype=torch.float64)
    color[:, 0, 3] = torch.tensor([0.1, 0.6, 0.6], dtype=torch.float64)
    color[:, 0, 4] = 0
    bytes_ = (torch.arange(4 * 3 * 2) * 11 % 256).to(torch.uint8).reshape(4, 3, 2)
    return {"color": color, "gray": gray, "wide": wide, "tall": wide.transpose(1, 2).contiguous(), "bytes": bytes_}


def cases(color, gray, wide, tall, bytes):
    names = {id(color): "color", id(gray): "gray", id(wide): "wide", id(tall): "tall", id(bytes): "bytes"}

    def case(name, image, args, value):
        return {"name": name, "image": names[id(image)], "args": args, "value": numbers(value, 8)}

    for size in ([4, 6], [9, 14], [3, 20], [23, 5], [1, 1], [10, 13]):
        yield case("resize", wide, [size], TF.resize(wide, size, antialias=True))
    for size in (5, 9, 12):
        for image in (wide, tall):
            yield case("resize", image, [size], TF.resize(image, size, antialias=True))
    for size in ([9, 14], [4, 5], [6, 11], [8, 13], [7, 12], [12, 6], [5, 19], [12, 17]):
        yield case("centerCrop", wide, [size], TF.center_crop(wide, size))
    for top, left, height, width in ((0, 0, 9, 14), (2, 3, 5, 7), (8, 0, 1, 14)):
        value = TF.resize(TF.crop(wide, top, left, height, width), [6, 6], antialias=True)
        yield case("resizedCrop", wide, [[top, left], [height, width], [6, 6]], value)
    yield case("horizontalFlip", wide, [], TF.hflip(wide))
    for image in (color, gray):
        for factor in (0, 0.4, 1, 1.7):
            yield case("brightness", image, [factor], TF.adjust_brightness(image, factor))
            yield case("contrast", image, [factor], TF.adjust_contrast(image, factor))
            yield case("saturation", image, [factor], TF.adjust_saturation(image, factor))
        for turn in (-0.5, -0.13, 0, 0.21, 0.5):
            yield case("hue", image, [turn], TF.adjust_hue(image, turn))
    yield case("grayscale", color, [], TF.rgb_to_grayscale(color, 3))
    mean, std = [0.485, 0.456, 0.406], [0.229, 0.224, 0.225]
    yield case("normalizeChannels", color, [mean, std], TF.normalize(color, mean, std))
    yield case("toTensor", bytes, [], T.ToTensor()(bytes.numpy()))


images = pictures()
header = {
    "torchvision": torchvision.__version__,
    "madeBy": "/usr/bin/python3 test/data/make_fixtures.py (Debian package python3-torchvision)",
    "warp": warp(),
    "images": {name: numbers(image, 4) for name, image in images.items()},
}
body = ",\n".join(json.dumps(c, separators=(",", ":"), allow_nan=False) for c in cases(**images))
head = ",\n".join(f"{json.dumps(k)}: {json.dumps(v, separators=(',', ':'))}" for k, v in header.items())
path = pathlib.Path(__file__).parent / "transforms.json"
path.write_text(f'{{\n{head},\n"cases": [\n{body}\n]\n}}\n')
print(f"{path.name}: {body.count(chr(10)) + 1} cases")
