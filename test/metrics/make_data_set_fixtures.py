"""Makes data-set.json: alignment, uniformity and their companions of whole data sets, as PyTorch finds them in float64.

    apt-get install python3-torch            # Debian 12: PyTorch 1.13
    /usr/bin/python3 test/metrics/make_data_set_fixtures.py

Rows come from the formula of test/parity/counter.py, which the spec computes too, plus `shift` in every entry; entries of y
are those of x plus a tenth of other numbers. The losses are the original ones of github.com/SsnL/align_uniform.
"""

import json
import math
import pathlib
import sys

sys.dont_write_bytecode = True
FOLDER = pathlib.Path(__file__).parent
sys.path.insert(0, str(FOLDER.parent / "parity"))

import torch
from torch.nn import functional as F

torch.set_default_dtype(torch.float64)

from counter import uniform


def align_loss(x, y, alpha):
    return (x - y).norm(p=2, dim=1).pow(alpha).mean()


def uniform_loss(x, t):
    return torch.pdist(x, p=2).pow(2).mul(-t).exp().mean().log()


def standard_error(x, t):
    """Hoeffding's variance of the U-statistic, through the logarithm."""
    n = len(x)
    h = torch.exp(-t * torch.cdist(x, x, compute_mode="donot_use_mm_for_euclid_dist") ** 2)
    h.fill_diagonal_(0)
    pairs = h[torch.triu(torch.ones(n, n, dtype=bool), 1)]
    zeta1 = (h.sum(1) / (n - 1)).var()
    variance = 4 * (n - 2) / (n * (n - 1)) * zeta1 + 2 / (n * (n - 1)) * pairs.var()
    return (variance.sqrt() / pairs.mean()).item()


def effective_rank(x):
    sizes = torch.linalg.svdvals(x)
    shares = sizes / sizes.sum()
    shares = shares[shares > 1e-14]
    return math.exp(-(shares * shares.log()).sum())


def wasserstein(x):
    n, d = x.shape
    mean = x.mean(0)
    values = torch.linalg.eigvalsh((x - mean).T @ (x - mean) / n).clamp(min=0)
    values = torch.where(values > 1e-13 * values.max(), values, torch.zeros(()))
    return math.sqrt(max(0, mean @ mean + 1 + values.sum() - 2 / math.sqrt(d) * values.sqrt().sum()))


def case(n, d, shift, normalize=True, ts=(2, 0.5), alpha=2):
    x = uniform(0, [n, d], 1) + shift
    y = x + uniform(n * d, [n, d], 0.1)
    if normalize:
        x, y = F.normalize(x), F.normalize(y)
    distances = (x - y).norm(dim=1).pow(alpha)
    return {
        **{"n": n, "d": d, "shift": shift, "normalize": normalize, "alpha": alpha},
        "alignment": [align_loss(x, y, alpha).item(), (distances.std() / math.sqrt(n)).item()],
        "uniformity": [{"t": t, "value": uniform_loss(x, t).item(), "standardError": standard_error(x, t)} for t in ts],
        **{"effectiveRank": effective_rank(x), "wasserstein": wasserstein(x), "meanLength": x.mean(0).norm().item()},
    }


cases = [
    case(40, 3, 0),
    case(25, 60, 0.1),
    case(500, 17, 0.3, alpha=1),
    case(300, 5, 0, normalize=False, ts=(1,)),
    case(3000, 24, 0, ts=(2, 0.5, 3.5)),
    case(2500, 40, 0.5),
    case(2000, 7, -0.2, normalize=False, ts=(0.25,)),
    case(1500, 10, 3),  # all but one point: counted in float64
    case(1200, 4, 0, ts=(60,)),  # too sharp for float32
]
header = f'"pytorch": {json.dumps(torch.__version__)},\n"madeBy": "/usr/bin/python3 test/metrics/make_data_set_fixtures.py"'
lines = ",\n".join(json.dumps(case, separators=(",", ":")) for case in cases)
(FOLDER / "data-set.json").write_text(f'{{\n{header},\n"cases": [\n{lines}\n]\n}}\n')
print(f"data-set.json: {len(cases)} cases")
