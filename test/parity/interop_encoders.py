"""The encoders' weights between PyTorch and here.

    /usr/bin/python3 test/parity/interop_encoders.py make                         # writes interop-encoders.json
    /usr/bin/python3 test/parity/interop_encoders.py exchange ENCODER OPTIONS IN OUT

`make` fills each encoder by a formula that the spec computes too, so that 58 million weights need no file, and writes what
PyTorch makes of two images, in float64. `exchange` loads our file IN strictly, and writes to OUT what PyTorch makes of the
images with these weights (`ours`), other weights of PyTorch's own (`model.NAME`), and what it makes with those (`theirs`).
"""

import json
import math
import pathlib
import sys

FOLDER = pathlib.Path(__file__).parent
sys.dont_write_bytecode = True
sys.path.insert(0, str(FOLDER.parent.parent / "scripts"))

import torch

from counter import uniform
from encoders_torch import ConvEncoder, SmallAlexNet
from safetensors_torch import read_safetensors, write_safetensors

torch.set_num_threads(1)

ENCODERS = {"convEncoder": (ConvEncoder, [1, 28, 28]), "smallAlexNet": (SmallAlexNet, [3, 64, 64])}
IMAGES = 2

# Where each quantity's counters start; the spec has the same table.
WEIGHTS, PICTURES = 0, 100_000_000


def pictures(image):
    return uniform(PICTURES, [IMAGES, *image], 1)


def filled(state):
    """Numbers of the size that each entry has in a trained encoder: variances positive, scales about 1."""
    counter, made = WEIGHTS, {}
    for name, value in state.items():
        if name.endswith("num_batches_tracked"):
            made[name] = torch.tensor(counter)
        elif value.dim() > 1:
            made[name] = uniform(counter, value.shape, math.sqrt(3 / math.prod(value.shape[1:])))
        else:
            made[name] = uniform(counter, value.shape, 0.5) + (1 if name.endswith(("weight", "running_var")) else 0)
        counter += value.numel()
    return made


def make():
    torch.set_default_dtype(torch.float64)
    cases = []
    for name, (encoder, image) in ENCODERS.items():
        model = encoder().eval()
        model.load_state_dict(filled(model.state_dict()))
        with torch.no_grad():
            features, fc7 = model(pictures(image)), model(pictures(image), layer_index=-2)
        cases.append({
            "encoder": name,
            "image": image,
            "state": {key: list(value.shape) for key, value in model.state_dict().items()},
            "features": features.flatten().tolist(),
            "fc7": fc7.flatten()[::61].tolist(),
        })
    header = {
        "pytorch": torch.__version__,
        "madeBy": "/usr/bin/python3 test/parity/interop_encoders.py make (Debian package python3-torch)",
    }
    head = ",\n".join(f"{json.dumps(key)}: {json.dumps(value)}" for key, value in header.items())
    lines = ",\n".join(json.dumps(case, separators=(",", ":")) for case in cases)
    (FOLDER / "interop-encoders.json").write_text(f'{{\n{head},\n"cases": [\n{lines}\n]\n}}\n')


def exchange(name, options, source, target):
    encoder, _ = ENCODERS[name]
    options = json.loads(options)
    images = pictures([options["inChannels"], options["imageSize"], options["imageSize"]])
    torch.manual_seed(1)
    model, other = encoder(**options).eval(), encoder(**options)

    weights, _ = read_safetensors(source)
    model.load_state_dict(weights)  # strict; it converts element types, so these are compared here
    wrong = [key for key, value in model.state_dict().items() if value.dtype != weights[key].dtype]
    assert not wrong, f"of another element type: {wrong}"

    other(uniform(WEIGHTS, images.shape, 1))  # moves the running statistics
    with torch.no_grad():
        out = {"ours": model(images), "theirs": other.eval()(images)}
    write_safetensors(target, {**out, **{f"model.{key}": value for key, value in other.state_dict().items()}})


{"make": make, "exchange": exchange}[sys.argv[1]](*sys.argv[2:])
