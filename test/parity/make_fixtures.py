"""Makes the JSON fixtures of this folder: values and gradients as PyTorch computes them, in float64.

    apt-get install python3-torch python3-torchvision    # Debian 12: PyTorch 1.13, torchvision 0.14
    /usr/bin/python3 test/parity/make_fixtures.py           # all
    /usr/bin/python3 test/parity/make_fixtures.py ops       # one

Deterministic: inputs come from seeded generators, one thread is used, nothing reads a clock. On another processor
the last digit of a value may differ; the specs' tolerance allows for that.

A case is a small program in our own calling convention: `steps` are [op, arguments], where {"$": i} stands for value i
(the inputs first, then what each step made, a list entry by entry), {"$": "device"} for the device under test,
{"$": "generator"} for a generator and {"$buffer": i} for buffer i. `meaning.py` says what each op is in PyTorch.
NaN and infinities are the strings "NaN", "Infinity" and "-Infinity". One case a line.
"""

import json
import pathlib
import sys

FOLDER = pathlib.Path(__file__).parent
sys.dont_write_bytecode = True
sys.path.insert(0, str(FOLDER.parent.parent / "scripts"))

import torch

torch.set_num_threads(1)
torch.set_default_dtype(torch.float64)

import encoder_runs
import layer_cases
import loss_cases
import momentum_runs
import op_cases
import quick_thought_runs
import random_programs
import resnet_cases
import schedule_cases
import sequence_cases
import small_alex_net_runs
import training_runs


def write(name, cases):
    header = {
        "pytorch": torch.__version__,
        "madeBy": "/usr/bin/python3 test/parity/make_fixtures.py (Debian package python3-torch)",
    }
    lines = ",\n".join(json.dumps(c, separators=(",", ":"), allow_nan=False) for c in cases)
    head = ",\n".join(f"{json.dumps(key)}: {json.dumps(value)}" for key, value in header.items())
    (FOLDER / f"{name}.json").write_text(f'{{\n{head},\n"cases": [\n{lines}\n]\n}}\n')
    print(f"{name}.json: {len(cases)} cases")


CASES = {
    "ops": op_cases.cases,
    "losses": loss_cases.cases,
    "programs": random_programs.cases,
    "layers": layer_cases.cases,
    "sequences": sequence_cases.cases,
    "training": training_runs.cases,
    "schedules": schedule_cases.cases,
    "encoder": encoder_runs.cases,
    "resnet": resnet_cases.cases,
    "momentum": momentum_runs.cases,
    "small-alex-net": small_alex_net_runs.cases,
    "quick-thought": quick_thought_runs.cases,
}
for name in sys.argv[1:] or CASES:
    write(name, CASES[name]())
