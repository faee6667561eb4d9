"""Files of ResNet-50's weights between torchvision and here.

    /usr/bin/python3 test/parity/resnet_interop.py IN OUT MOCO

Loads our file IN strictly, checks it against the same weights by formula, and writes OUT, from torchvision's own fresh model
filled by the formula, and MOCO, a checkpoint as MoCo's main_moco.py saves one of ResNet-18: every name behind `module.`.
"""

import json
import pathlib
import sys

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).parent.parent.parent / "scripts"))

import torch

torch.set_num_threads(1)
torch.set_default_dtype(torch.float64)  # numbers by formula are rounded once, as there

from momentum_runs import MoCo
from resnet_cases import filled, images, resnet, results
from safetensors_torch import read_safetensors, write_safetensors

source, target, moco = sys.argv[1:]
given, _ = read_safetensors(source)
ours = resnet("resnet50").float()
ours.load_state_dict(given)  # strict
theirs = filled(resnet("resnet50")).float()
x = images(40, 40).float()
differing = [name for name, value in theirs.state_dict().items() if not torch.equal(value, given[name])]
pooled, features = results(ours.eval(), x)
write_safetensors(target, theirs.state_dict())

torch.manual_seed(0)
checkpoint = MoCo(lambda: resnet("resnet18"), 128, 64, 0.999)
checkpoint.start()
checkpoint.queue_ptr[0] = 16
write_safetensors(moco, {f"module.{name}": value for name, value in checkpoint.state_dict().items()})
checkpoint.eval()
_, queries = results(checkpoint.encoder_q.float(), x)
print(json.dumps({"differing": differing, "features": features.tolist(), "queries": queries.tolist()}))
