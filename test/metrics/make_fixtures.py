"""Makes linear-probe.json: a linear layer trained on features as PyTorch does it, in float64.

    apt-get install python3-torch            # Debian 12: PyTorch 1.13
    /usr/bin/python3 test/metrics/make_fixtures.py

Features and initial weights come from the formula of test/parity/counter.py, which the spec computes too; a case holds
labels, the order of rows in each epoch, and what PyTorch found.
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

# Where each quantity's counters start; the spec has the same table.
WEIGHTS, TRAIN, TEST, TEACHER = 0, 1_000_000, 2_000_000, 3_000_000
ROWS, ASKED, WIDTH, CLASSES = 53, 29, 7, 4


def run(name, options, epochs=10, batch_size=256, lr=1e-3, normalize=False):
    layer = nn.Linear(WIDTH, CLASSES)
    bound = WIDTH**-0.5
    with torch.no_grad():
        layer.weight.copy_(uniform(WEIGHTS, [CLASSES, WIDTH], bound))
        layer.bias.copy_(uniform(WEIGHTS + CLASSES * WIDTH, [CLASSES], bound))
    train, test = uniform(TRAIN, [ROWS, WIDTH], 2), uniform(TEST, [ASKED, WIDTH], 2)
    teacher = uniform(TEACHER, [WIDTH, CLASSES], 1)
    train_labels, test_labels = (train @ teacher).argmax(1), (test @ teacher).argmax(1)
    if normalize:
        train, test = F.normalize(train), F.normalize(test)
    optimizer = torch.optim.Adam(layer.parameters(), lr=lr)
    orders = []
    for epoch in range(epochs):
        order = torch.randperm(ROWS, generator=torch.Generator().manual_seed(epoch))
        orders.append(order.tolist())
        for rows in order.split(batch_size):
            optimizer.zero_grad()
            F.cross_entropy(layer(train[rows]), train_labels[rows]).backward()
            optimizer.step()
    with torch.no_grad():
        logits = layer(test)
    return {
        "name": name,
        "options": options,
        "trainLabels": train_labels.tolist(),
        "testLabels": test_labels.tolist(),
        "orders": orders,
        "loss": F.cross_entropy(logits, test_labels).item(),
        "accuracy": (logits.argmax(1) == test_labels).double().mean().item(),
        "predictions": logits.argmax(1).tolist(),
    }


cases = [
    run("by default", {}),
    run("in small steps", {"epochs": 3, "batchSize": 16, "lr": 0.05}, epochs=3, batch_size=16, lr=0.05),
    run("of unit rows", {"normalize": True, "lr": 0.1}, lr=0.1, normalize=True),
]
header = f'"pytorch": {json.dumps(torch.__version__)},\n"madeBy": "/usr/bin/python3 test/metrics/make_fixtures.py"'
lines = ",\n".join(json.dumps(case, separators=(",", ":")) for case in cases)
(FOLDER / "linear-probe.json").write_text(f'{{\n{header},\n"cases": [\n{lines}\n]\n}}\n')
print(f"linear-probe.json: {len(cases)} cases")
