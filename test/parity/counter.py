"""Numbers from a counter: the same formula as `counter.ts`, bit for bit."""

import math

import numpy as np
import torch


def splitmix64(start, count):
    """Outputs start, start + 1, ... of splitmix64 seeded with 0 (Steele, Lea & Flood 2014)."""
    word = np.uint64
    z = np.arange(start + 1, start + 1 + count, dtype=word) * word(0x9E3779B97F4A7C15)
    z = (z ^ z >> word(30)) * word(0xBF58476D1CE4E5B9)
    z = (z ^ z >> word(27)) * word(0x94D049BB133111EB)
    return z ^ z >> word(31)


def uniform(start, shape, a):
    """U(-a, a) from counters start, start + 1, ...: the top 53 bits, mapped from [0, 1)."""
    numbers = ((splitmix64(start, math.prod(shape)) >> np.uint64(11)) / 2**53 * 2 - 1) * a
    return torch.from_numpy(numbers).to(torch.get_default_dtype()).reshape(list(shape))
