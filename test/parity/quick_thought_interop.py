"""QuickThought's weights between PyTorch and here.

    /usr/bin/python3 test/parity/quick_thought_interop.py IN OUT

Loads our file IN strictly, and writes to OUT what PyTorch makes of the sentences of a training run's first step with these
weights (`ours`), other weights of PyTorch's own (`model.NAME`), and what it makes with those (`theirs`).
"""

import pathlib
import sys

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).parent.parent.parent / "scripts"))

import torch

from encoders_torch import QuickThought
from quick_thought_runs import SIZES, sentences
from safetensors_torch import read_safetensors, write_safetensors

torch.set_num_threads(1)
torch.manual_seed(1)

source, target = sys.argv[1:]
model, other = QuickThought(**SIZES), QuickThought(**SIZES)
weights, _ = read_safetensors(source)
model.load_state_dict(weights)  # strict
with torch.no_grad():
    out = {"ours": model(sentences(0)), "theirs": other(sentences(0))}
write_safetensors(target, {**out, **{f"model.{key}": value for key, value in other.state_dict().items()}})
