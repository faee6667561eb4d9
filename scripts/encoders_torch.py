"""The encoders of `src/models`, in PyTorch: the same blocks under the same names. Options are named as there."""

import torch
from torch import nn
from torch.nn.functional import normalize
from torch.nn.utils.rnn import pack_sequence


class L2Norm(nn.Module):
    def forward(self, x):
        return nn.functional.normalize(x, dim=1)


class BlockEncoder(nn.Module):
    def __init__(self, *blocks):
        super().__init__()
        self.blocks = nn.Sequential(*blocks)

    def forward(self, x, layer_index=-1):
        last = layer_index + (len(self.blocks) if layer_index < 0 else 0)
        return self.blocks[: last + 1](x)


def conv_block(inputs, outputs, *pool):
    conv = nn.Conv2d(inputs, outputs, 3, padding=1, bias=False)
    return nn.Sequential(conv, nn.BatchNorm2d(outputs), nn.ReLU(), *([nn.MaxPool2d(*pool)] if pool else []))


def hidden_block(inputs, outputs, *before):
    return nn.Sequential(*before, nn.Linear(inputs, outputs, bias=False), nn.BatchNorm1d(outputs), nn.ReLU())


class ConvEncoder(BlockEncoder):
    """`convEncoder`, with its defaults: [n, inChannels, imageSize, imageSize] -> [n, featDim]."""

    def __init__(self, imageSize=28, inChannels=1, channels=(32, 64, 128), hidden=256, featDim=64):
        widths = [inChannels, *channels]
        flat = widths[-1] * (imageSize // 2 ** len(channels)) ** 2
        super().__init__(
            *(conv_block(a, b, 2) for a, b in zip(widths, channels)),
            hidden_block(flat, hidden, nn.Flatten()),
            nn.Sequential(nn.Linear(hidden, featDim), L2Norm()),
        )


class SmallAlexNet(BlockEncoder):
    """The encoder for STL-10 in the code published with Wang & Isola 2020: [n, inChannels, imageSize, imageSize] -> [n, featDim]."""

    def __init__(self, inChannels=3, imageSize=64, featDim=128):
        side = imageSize
        for _ in range(3):
            side = (side - 3) // 2 + 1
        super().__init__(
            conv_block(inChannels, 96, 3, 2),
            conv_block(96, 192, 3, 2),
            conv_block(192, 384),
            conv_block(384, 384),
            conv_block(384, 192, 3, 2),
            hidden_block(192 * side**2, 4096, nn.Flatten()),
            hidden_block(4096, 4096),
            nn.Sequential(nn.Linear(4096, featDim), L2Norm()),
        )
        for layer in self.modules():
            if isinstance(layer, (nn.Conv2d, nn.Linear)):
                nn.init.normal_(layer.weight, 0, 0.02)
                if layer.bias is not None:
                    nn.init.zeros_(layer.bias)


class SentenceEncoder(nn.Module):
    """A list of sentences, each a list of word numbers -> [n, 2 hidden]"""

    def __init__(self, vocabulary, embeddingDim, hidden):
        super().__init__()
        self.embedding = nn.Embedding(vocabulary, embeddingDim)
        self.gru = nn.GRU(embeddingDim, hidden, bidirectional=True)

    def forward(self, sentences):
        words = [self.embedding(torch.tensor(sentence)) for sentence in sentences]
        _, last = self.gru(pack_sequence(words, enforce_sorted=False))
        return normalize(torch.cat([last[0], last[1]], dim=1))


class QuickThought(nn.Module):
    """`quickThought`, with its defaults: a list of sentences -> [n, 4 hidden]"""

    def __init__(self, vocabulary, embeddingDim=620, hidden=1200):
        super().__init__()
        self.f = SentenceEncoder(vocabulary, embeddingDim, hidden)
        self.g = SentenceEncoder(vocabulary, embeddingDim, hidden)

    def forward(self, sentences):
        return normalize(torch.cat([self.f(sentences), self.g(sentences)], dim=1))
