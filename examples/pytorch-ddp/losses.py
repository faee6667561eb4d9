"""The losses of Wang & Isola 2020 as this library computes them. Rows of x and y are features of length 1, [n, d]."""

import math

import torch
import torch.nn.functional as F


def align_loss(x, y, alpha=2):
    return (x - y).norm(p=2, dim=1).pow(alpha).mean()


def uniform_loss(x, t=2):
    """Log of the mean over pairs, as log-sum-exp: the paper's line without its underflow to log 0."""
    squared = torch.pdist(x, p=2).pow(2)
    return torch.logsumexp(-t * squared, dim=0) - math.log(len(squared))


def contrastive_loss(x, y, tau=0.5):
    logits, own = x @ y.t() / tau, torch.arange(len(x), device=x.device)
    return (F.cross_entropy(logits, own) + F.cross_entropy(logits.t(), own)) / 2


def two_view_loss(x, y, config):
    """[loss, alignment, uniformity], weighted as a run's configuration says."""
    align = align_loss(x, y, config["alpha"])
    uniform = (uniform_loss(x, config["t"]) + uniform_loss(y, config["t"])) / 2
    loss = config["alignWeight"] * align + config["uniformWeight"] * uniform
    if config["contrastiveWeight"] != 0:
        loss = loss + config["contrastiveWeight"] * contrastive_loss(x, y, config["tau"])
    return torch.stack([loss, align, uniform])
