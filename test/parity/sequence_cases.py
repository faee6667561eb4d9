"""Forward and backward of the layers that read sequences, with their state-dict names and shapes. A GRU given lengths is
PyTorch's between pack_padded_sequence and pad_packed_sequence; both its output and its last state have a cotangent."""

import torch
from torch import nn
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence

from case import data, described, numbers, plain, signed

SNAKE = {"numLayers": "num_layers", "batchFirst": "batch_first"}


def drawn(draw, layer):
    """Loads numbers into every weight. Returns the state."""
    state = {name: draw(list(value.shape), -1, 1) for name, value in layer.state_dict().items()}
    layer.load_state_dict(state)
    return {name: described(value) for name, value in state.items()}


def embedding(draw, note, count, width, indices):
    layer = nn.Embedding(count, width)
    state = drawn(draw, layer)
    y = layer(torch.tensor(indices, dtype=torch.long))
    cotangent = signed(note, list(y.shape))
    y.backward(cotangent)
    return {
        "name": note,
        "layer": ["Embedding", count, width],
        "state": state,
        "indices": indices,
        "value": described(y),
        "cotangent": data(cotangent),
        "grads": {name: data(p.grad) for name, p in layer.named_parameters()},
    }


def read(layer, x, lengths, initial):
    """The output, padded as x is, and the last state."""
    if lengths is None:
        return layer(x, initial)
    first = layer.batch_first
    packed = pack_padded_sequence(x, torch.tensor(lengths), batch_first=first, enforce_sorted=False)
    y, last = layer(packed, initial)
    return pad_packed_sequence(y, batch_first=first, total_length=x.shape[1 if first else 0])[0], last


def gru(draw, note, inputs, hidden, shape, lengths=None, initial=False, **options):
    """`shape` is [n, places]."""
    layer = nn.GRU(inputs, hidden, **{SNAKE.get(key, key): value for key, value in options.items()})
    state = drawn(draw, layer)
    n, places = shape
    x = draw([n, places, inputs] if options.get("batchFirst") else [places, n, inputs]).requires_grad_()
    layers = layer.num_layers * (2 if layer.bidirectional else 1)
    start = draw([layers, n, hidden], -1, 1).requires_grad_() if initial else None
    y, last = read(layer, x, lengths, start)
    cotangents = signed(note, list(y.shape)), signed(f"{note}, last", list(last.shape))
    torch.autograd.backward([y, last], cotangents)
    return {
        "name": note,
        "layer": ["GRU", inputs, hidden, options],
        "state": state,
        "input": described(x),
        **({} if lengths is None else {"lengths": lengths}),
        **({"initial": described(start), "initialGrad": data(start.grad)} if initial else {}),
        "output": described(y),
        "last": described(last),
        "cotangents": [data(c) for c in cotangents],
        "inputGrad": data(x.grad),
        "grads": {name: data(p.grad) for name, p in layer.named_parameters()},
    }


def cases():
    draw = numbers("sequences")
    both = {"bidirectional": True}
    uneven = [2, 5, 1, 5, 3]
    return plain([
        embedding(draw, "Embedding, some rows again and some never", 5, 3, [4, 0, 4, 4, 2]),
        embedding(draw, "Embedding of nothing", 2, 3, []),
        gru(draw, "GRU", 3, 4, [2, 5]),
        gru(draw, "GRU with no bias", 3, 2, [2, 3], bias=False),
        gru(draw, "GRU, batch first", 2, 3, [3, 4], batchFirst=True),
        gru(draw, "GRU from a state", 2, 3, [3, 4], initial=True),
        gru(draw, "GRU of lengths", 3, 2, [5, 5], uneven),
        gru(draw, "GRU of lengths below the places there are", 2, 2, [3, 6], [2, 4, 1], batchFirst=True),
        gru(draw, "GRU of two layers", 3, 2, [2, 4], numLayers=2),
        gru(draw, "GRU both ways", 3, 2, [3, 4], **both),
        gru(draw, "GRU both ways, no bias, of lengths", 2, 3, [5, 5], uneven, bias=False, **both),
        gru(draw, "GRU both ways from a state, of lengths", 3, 2, [5, 5], uneven, initial=True, **both),
        gru(draw, "GRU of two layers both ways from a state, of lengths, batch first", 2, 3, [5, 5], uneven,
            initial=True, numLayers=2, batchFirst=True, **both),
        gru(draw, "GRU of one item", 1, 1, [1, 1], initial=True, **both),
    ])
