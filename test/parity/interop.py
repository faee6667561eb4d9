"""Weights and checkpoints between PyTorch and here, through safetensors files.

    /usr/bin/python3 test/parity/interop.py make          # writes interop.safetensors and interop.json
    /usr/bin/python3 test/parity/interop.py step IN OUT   # one more step of training from our checkpoint IN

`make` writes what PyTorch has to say about a small MNIST encoder: its state dict, filled by `counter.py`'s formula, and
its output. `step` loads our checkpoint strictly, trains one step, and writes a checkpoint for us.
"""

import json
import pathlib
import sys

FOLDER = pathlib.Path(__file__).parent
sys.dont_write_bytecode = True
sys.path.insert(0, str(FOLDER.parent.parent / "scripts"))

import torch

from counter import uniform
from encoders_torch import ConvEncoder
from safetensors_torch import read_safetensors, write_safetensors

torch.set_num_threads(1)
torch.set_default_dtype(torch.float64)

# Reduced from the default of convEncoder; a picture of 9 pixels is 4, 2 and 1 wide after the pools.
SIZES = {"imageSize": 9, "channels": [3, 4, 5], "hidden": 7, "featDim": 4}
ROWS = 6

# Where each quantity's counters start; the spec has the same table.
WEIGHTS, PICTURES, COTANGENT = 0, 1_000_000, 2_000_000


def pictures():
    return uniform(PICTURES, [ROWS, 1, SIZES["imageSize"], SIZES["imageSize"]], 1)


def make():
    model = ConvEncoder(**SIZES)
    counter, state = WEIGHTS, {}
    for name, value in model.state_dict().items():
        if name.endswith("num_batches_tracked"):
            state[name] = torch.tensor(counter)  # any number will do, so long as it is another each time
        else:
            state[name] = (uniform(counter, value.shape, 1) + (2 if name.endswith("running_var") else 0)).float()
        counter += value.numel()
    model.load_state_dict(state)
    write_safetensors(FOLDER / "interop.safetensors", state)
    trained = model(pictures())
    model.load_state_dict(state)  # training has moved the running statistics
    evaluated = model.eval()(pictures())
    fixture = {
        "pytorch": torch.__version__,
        "madeBy": "/usr/bin/python3 test/parity/interop.py make (Debian package python3-torch)",
        "sizes": SIZES,
        "rows": ROWS,
        "counts": [value.item() for name, value in state.items() if name.endswith("num_batches_tracked")],
        "training": trained.flatten().tolist(),
        "evaluating": evaluated.flatten().tolist(),
    }
    lines = ",\n".join(f"{json.dumps(key)}: {json.dumps(value)}" for key, value in fixture.items())
    (FOLDER / "interop.json").write_text(f"{{\n{lines}\n}}\n")


def step(source, target):
    tensors, metadata = read_safetensors(source)
    part = lambda name: {k[len(name) + 1 :]: v for k, v in tensors.items() if k.startswith(f"{name}.")}
    model = ConvEncoder(**SIZES)
    model.load_state_dict(part("model"))  # strict

    numbers, config = json.loads(metadata["optimizer"]), json.loads(metadata["config"])
    made = getattr(torch.optim, config["optimizer"])(model.parameters(), **config["options"])
    made.param_groups[0]["lr"] = numbers["lr"]
    # SGD counts no steps; Adam's step is beside its averages.
    counts = {} if config["optimizer"] == "SGD" else {"step": numbers["steps"]}
    state = {i: {key: torch.tensor(float(k[i])) for key, k in counts.items()} for i in range(len(numbers["steps"]))}
    for name, value in part("optimizer").items():
        slot, i = name.rsplit(".", 1)
        state[int(i)][slot] = value
    made.load_state_dict({**made.state_dict(), "state": state})

    y = model(pictures())
    (y * uniform(COTANGENT, y.shape, 1)).sum().backward()
    made.step()

    out = {f"model.{name}": value for name, value in model.state_dict().items()}
    for i, slots in made.state_dict()["state"].items():
        out.update({f"optimizer.{slot}.{i}": value for slot, value in slots.items() if slot != "step"})
    numbers["steps"] = [k + 1 for k in numbers["steps"]]
    write_safetensors(target, out, {"optimizer": json.dumps(numbers)})


{"make": make, "step": step}[sys.argv[1]](*sys.argv[2:])
