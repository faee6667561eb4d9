"""PyTorch's weights as safetensors and back, with PyTorch alone: for where `pip install safetensors` is not to be had.

    python3 scripts/safetensors_torch.py encoder.pth encoder.safetensors
    python3 scripts/safetensors_torch.py encoder.safetensors encoder.pth
    python3 scripts/safetensors_torch.py moco.pth.tar moco.safetensors --key state_dict --prefix module.encoder_q.

The endings say which way. --key takes one entry of the file, --prefix only the tensors whose names begin so, without it.
"""

import argparse
import inspect
import json
import math
import pathlib
import pickle
import re
import sys

import torch

TYPES = {
    "F64": torch.float64, "F32": torch.float32, "F16": torch.float16, "BF16": torch.bfloat16,
    "I64": torch.int64, "I32": torch.int32, "I16": torch.int16, "I8": torch.int8, "U8": torch.uint8, "BOOL": torch.bool,
}
CODES = {kind: code for code, kind in TYPES.items()}


def read_safetensors(path):
    """({name: tensor}, {key: text}) of a safetensors file."""
    content = bytearray(pathlib.Path(path).read_bytes())
    start = 8 + int.from_bytes(content[:8], "little")
    if not 8 < start <= len(content):
        raise ValueError(f"{path} is no safetensors file, or cut off: {len(content)} bytes, and a header up to {start}")
    try:
        header = json.loads(content[8:start])
        metadata = header.pop("__metadata__", {})
        entries = [(name, each["dtype"], each["shape"], *each["data_offsets"]) for name, each in header.items()]
        sizes = [math.prod(shape) for _, _, shape, _, _ in entries]
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise ValueError(f"{path} is no safetensors file, or damaged: its header cannot be read ({error!r})")
    tensors = {}
    for (name, code, shape, begin, end), size in zip(entries, sizes):
        if code not in TYPES:
            raise ValueError(f"{name} is of type {code}, which this script does not know: {', '.join(TYPES)}")
        kind, there = TYPES[code], len(content) - start
        needed = size * torch.empty(0, dtype=kind).element_size()
        if not (0 <= begin <= end <= there and end - begin == needed):
            found = f"{name}, {code} {shape}, is at {begin} to {end} of {there} bytes of numbers and takes {needed}"
            raise ValueError(f"{path} is cut off or damaged: {found}")
        bare = content[start + begin : start + end]  # a copy, so that numbers lie at a multiple of their size
        tensors[name] = torch.frombuffer(bare, dtype=kind).reshape(shape) if bare else torch.empty(shape, dtype=kind)
    return tensors, metadata


def write_safetensors(path, tensors, metadata={}):
    """Writes named tensors and texts as a safetensors file."""
    header, parts, end = {"__metadata__": metadata} if metadata else {}, [], 0
    for name, value in tensors.items():
        if value.dtype not in CODES:
            raise ValueError(f"{name} is of type {value.dtype}, which this script does not know: {', '.join(TYPES)}")
        numbers = value.detach().cpu().contiguous().reshape(-1)
        parts.append(numbers.view(torch.uint8).numpy().tobytes())
        header[name] = {
            "dtype": CODES[value.dtype], "shape": list(value.shape), "data_offsets": [end, end + len(parts[-1])],
        }
        end += len(parts[-1])
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    with open(path, "wb") as file:
        file.writelines([len(text).to_bytes(8, "little"), text, *parts])


def read_pth(path, key=None, trust=False):
    """The named tensors of a file of torch.save, or of its entry `key`. Unless `trust`, code in the file is not run."""
    safely = {"weights_only": not trust} if "weights_only" in inspect.signature(torch.load).parameters else {}
    try:
        found = torch.load(path, map_location="cpu", **safely)
    except (EOFError, KeyError, RuntimeError, pickle.UnpicklingError, ValueError) as error:
        # Behind advice to load it unsafely, whatever is wrong.
        said = f"{type(error).__name__}: {str(error).split('WeightsUnpickler error: ')[-1]}"
        if not trust and re.search("unsupported (class|global)", said, re.IGNORECASE):  # PyTorch 1.13 and 2
            raise ValueError(f"{path} holds more than tensors; --trust loads it. {said}")
        raise ValueError(f"{path} is no file of torch.save, or damaged: {said}")
    if key is not None:
        if not isinstance(found, dict) or key not in found:
            raise ValueError(f"{path} has no entry {key}: it has {described(found)}")
        found = found[key]
    if not isinstance(found, dict) or not all(isinstance(value, torch.Tensor) for value in found.values()):
        raise ValueError(f"{path} is not a state dict but has {described(found)}: name the state dict's with --key")
    return dict(found)


def described(found):
    return f"the entries {', '.join(map(str, found))}" if isinstance(found, dict) else f"a {type(found).__name__}"


def converted(tensors, prefix):
    """Those whose names begin with `prefix`, without it."""
    kept = {name[len(prefix) :]: value for name, value in tensors.items() if name.startswith(prefix)}
    if not kept:
        raise ValueError(f"no name begins with {prefix}: they are {', '.join(list(tensors)[:5])}, ...")
    return kept


def main(args):
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("source")
    parser.add_argument("target")
    parser.add_argument("--key", help="the entry of a .pth file that is the state dict")
    parser.add_argument("--prefix", default="", help="what the wanted names begin with")
    parser.add_argument("--trust", action="store_true", help="load a .pth file that holds more than tensors: it may run code")
    given = parser.parse_args(args)
    of_safetensors = [path.endswith(".safetensors") for path in (given.source, given.target)]
    if of_safetensors[0] == of_safetensors[1]:
        parser.error("one of the two files must end in .safetensors")
    if of_safetensors[0] and (given.key is not None or given.trust):
        parser.error("--key and --trust are for a source of PyTorch's own")
    try:
        if of_safetensors[0]:
            torch.save(converted(read_safetensors(given.source)[0], given.prefix), given.target)
        else:
            write_safetensors(given.target, converted(read_pth(given.source, given.key, given.trust), given.prefix))
    except (OSError, ValueError) as error:
        sys.exit(f"safetensors_torch.py: {error}")


if __name__ == "__main__":
    main(sys.argv[1:])
