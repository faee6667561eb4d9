"""Makes probe-classifier.json: the linear classifiers of the published evaluations, as PyTorch trains them, in float64.

    apt-get install python3-torch            # Debian 12: PyTorch 1.13
    /usr/bin/python3 test/cli/make_probe_fixtures.py

Optimizers, schedule and initial weights are those of linear_eval.py (github.com/SsnL/align_uniform) and main_lincls.py
(github.com/SsnL/moco_align_uniform, after facebookresearch/moco). Features, labels and initial weights come from the formula
of test/parity/counter.py, which the spec computes too; a case holds the order of rows in each epoch and, after each epoch,
the weights.
"""

import json
import pathlib
import sys

sys.dont_write_bytecode = True
FOLDER = pathlib.Path(__file__).parent
sys.path.insert(0, str(FOLDER.parent / "parity"))

import torch
from torch import nn
from torch.nn import functional as F

torch.set_num_threads(1)
torch.set_default_dtype(torch.float64)

from counter import uniform

# Where each quantity's counters start, and the sizes; the spec has the same table.
WEIGHTS, FEATURES, TEACHER = 0, 1_000_000, 2_000_000
ROWS, WIDTH, CLASSES, EPOCHS, BATCH = 30, 5, 3, 6, 8
MILESTONES = [2, 4]


def run(name, optimizer_of, gamma, unit, scale):
    features = uniform(FEATURES, [ROWS, WIDTH], 2)
    labels = (features @ uniform(TEACHER, [WIDTH, CLASSES], 1)).argmax(1)
    if unit:
        features = F.normalize(features)
    layer = nn.Linear(WIDTH, CLASSES)
    with torch.no_grad():
        layer.weight.copy_(uniform(WEIGHTS, [CLASSES, WIDTH], scale))
        layer.bias.copy_(uniform(WEIGHTS + CLASSES * WIDTH, [CLASSES], scale))
    optimizer = optimizer_of(layer.parameters())
    scheduler = torch.optim.lr_scheduler.MultiStepLR(optimizer, gamma=gamma, milestones=MILESTONES)
    orders, epochs = [], []
    for epoch in range(EPOCHS):
        order = torch.randperm(ROWS, generator=torch.Generator().manual_seed(epoch))
        orders.append(order.tolist())
        for rows in order.split(BATCH):
            optimizer.zero_grad()
            F.cross_entropy(layer(features[rows]), labels[rows]).backward()
            optimizer.step()
        scheduler.step()
        epochs.append({"weight": layer.weight.flatten().tolist(), "bias": layer.bias.tolist()})
    return {"name": name, "unit": unit, "scale": scale, "gamma": gamma, "labels": labels.tolist(), "orders": orders, "epochs": epochs}


cases = [
    run("adam", lambda p: torch.optim.Adam(p, lr=1e-3, betas=(0.5, 0.999)), 0.2, False, WIDTH**-0.5),
    run("sgd", lambda p: torch.optim.SGD(p, 30, momentum=0.9, weight_decay=0), 0.1, True, 0.01),
]
header = f'"pytorch": {json.dumps(torch.__version__)},\n"madeBy": "/usr/bin/python3 test/cli/make_probe_fixtures.py"'
lines = ",\n".join(json.dumps(case, separators=(",", ":")) for case in cases)
(FOLDER / "probe-classifier.json").write_text(f'{{\n{header},\n"cases": [\n{lines}\n]\n}}\n')
print(f"probe-classifier.json: {len(cases)} cases")
