"""Numbers from a counter: the same formula as `counter.ts`, bit for bit."""

import math

import torch

BITS = (1 << 64) - 1


def splitmix64(index):
    """Output `index` of splitmix64 seeded with 0 (Steele, Lea & Flood 2014)."""
    z = (index + 1) * 0x9E3779B97F4A7C15 & BITS
    z = (z ^ z >> 30) * 0xBF58476D1CE4E5B9 & BITS
    z = (z ^ z >> 27) * 0x94D049BB133111EB & BITS
    return z ^ z >> 31


def uniform(start, shape, a):
    """U(-a, a) from counters start, start + 1, ...: the top 53 bits, mapped from [0, 1)."""
    count = math.prod(shape)
    entries = [((splitmix64(start + i) >> 11) / 2**53 * 2 - 1) * a for i in range(count)]
    return torch.tensor(entries).reshape(list(shape))
