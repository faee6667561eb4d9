"""Twenty training steps of a small QuickThought with both objectives. Weights and sentences come from `counter.py`'s formula,
which the spec computes too, so a case holds only losses, norms, checksums, and names with shapes."""

import torch
from torch import nn
from torch.nn.functional import cross_entropy

from case import plain
from counter import uniform
from encoder_runs import checksum
from encoders_torch import QuickThought
from meaning import uniform_loss

STEPS, SENTENCES, MOST = 20, 8, 7
SIZES = {"vocabulary": 30, "embeddingDim": 6, "hidden": 5}
TAU, T, CLIP = 0.075, 5, 0.5

# Where each quantity's counters start; the spec has the same table.
START = {"weights": 0, "lengths": 1_000_000, "words": 2_000_000, "checksum": 3_000_000, "features": 4_000_000}


def below(bound, start, count):
    return [int((a + 1) / 2 * bound) for a in uniform(start, [count], 1).tolist()]


def sentences(step):
    """Consecutive sentences of 1 to MOST words, at random."""
    first = step * SENTENCES
    lengths = below(MOST, START["lengths"] + first, SENTENCES)
    words = [below(SIZES["vocabulary"], START["words"] + (first + i) * MOST, MOST) for i in range(SENTENCES)]
    return [row[: length + 1] for row, length in zip(words, lengths)]


def contrastive(f, g):
    """Each neighbour has the same share; the sentence itself is none of the choices."""
    n = f.shape[0]
    places = torch.arange(n)
    neighbours = ((places[:, None] - places).abs() == 1).to(f.dtype)
    logits = f @ g.t() / TAU - 1e4 * torch.eye(n)
    return cross_entropy(logits, neighbours / neighbours.sum(1, keepdim=True))


def align_uniform(f, g):
    """Neighbours in either order; both uniformities, summed."""
    to_next = (f[:-1] - g[1:]).square().sum(1)
    to_last = (f[1:] - g[:-1]).square().sum(1)
    return 0.9 * torch.cat([to_next, to_last]).mean() + 0.1 * (uniform_loss(f, T) + uniform_loss(g, T))


OBJECTIVES = {"contrastive": contrastive, "alignUniform": align_uniform}


def run(objective, lr):
    model, counter = QuickThought(**SIZES), START["weights"]
    with torch.no_grad():
        for p in model.parameters():
            p.copy_(uniform(counter, p.shape, 0.8))
            counter += p.numel()
    optimizer = torch.optim.Adam(model.parameters(), lr=lr)
    losses, norms = [], []
    for step in range(STEPS):
        batch = sentences(step)
        loss = OBJECTIVES[objective](model.f(batch), model.g(batch))
        optimizer.zero_grad()
        loss.backward()
        norms.append(nn.utils.clip_grad_norm_(model.parameters(), CLIP).item())
        optimizer.step()
        losses.append(loss.item())
    return {
        "name": f"{objective} at a rate of {lr}",
        "objective": objective,
        "lr": lr,
        "state": {key: list(value.shape) for key, value in model.state_dict().items()},
        "clipped": sum(norm > CLIP for norm in norms),
        "losses": losses,
        "parameters": checksum(model.parameters(), START["checksum"]),
        "features": checksum([model(batch)], START["features"]),
    }


def cases():
    return plain([run(objective, lr) for objective in OBJECTIVES for lr in (5e-4, 1e-2)])
