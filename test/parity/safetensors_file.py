"""The safetensors format in a few lines, as Debian has no package of it."""

import json
import pathlib

import numpy as np
import torch

CODES = {"F64": "<f8", "F32": "<f4", "F16": "<f2", "I64": "<i8", "U8": "|u1"}


def read_safetensors(path):
    """({name: tensor}, {key: text}) of a safetensors file."""
    content = pathlib.Path(path).read_bytes()
    start = 8 + int.from_bytes(content[:8], "little")
    header = json.loads(content[8:start])
    metadata = header.pop("__metadata__", {})
    tensors = {}
    for name, entry in header.items():
        begin, end = (start + at for at in entry["data_offsets"])
        array = np.frombuffer(content[begin:end], CODES[entry["dtype"]]).reshape(entry["shape"])
        tensors[name] = torch.from_numpy(array.copy())
    return tensors, metadata


def write_safetensors(path, tensors, metadata={}):
    """Writes named tensors and texts as a safetensors file."""
    header, parts, end = {"__metadata__": metadata} if metadata else {}, [], 0
    for name, value in tensors.items():
        array = value.detach().numpy()
        code = next(code for code, kind in CODES.items() if np.dtype(kind) == array.dtype)
        header[name] = {"dtype": code, "shape": list(array.shape), "data_offsets": [end, end + array.nbytes]}
        parts.append(array.tobytes())
        end += array.nbytes
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    pathlib.Path(path).write_bytes(len(text).to_bytes(8, "little") + text + b"".join(parts))
