"""PyTorch's weights as safetensors and back, with PyTorch alone: for where `pip install safetensors` is not to be had.

    python3 scripts/safetensors_torch.py encoder.pth encoder.safetensors
    python3 scripts/safetensors_torch.py encoder.safetensors encoder.pth
    python3 scripts/safetensors_torch.py moco.pth.tar moco.safetensors --key state_dict --prefix module.encoder_q.

The endings say which way. --key takes one entry of the file, --prefix only the tensors whose names begin so, without it.
"""

import argparse
import inspect
import json
import pathlib
import pickle
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
    header = json.loads(content[8:start])
    metadata = header.pop("__metadata__", {})
    tensors = {}
    for name, entry in header.items():
        if entry["dtype"] not in TYPES:
            raise ValueError(f"{name} is of type {entry['dtype']}, which this script does not know: {', '.join(TYPES)}")
        begin, end = (start + at for at in entry["data_offsets"])
        bare = bytearray(content[begin:end])  # a copy, so that numbers lie at a multiple of their size
        kind, shape = TYPES[entry["dtype"]], entry["shape"]
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
    found = torch.load(path, map_location="cpu", **safely)
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
    except pickle.UnpicklingError as error:
        sys.exit(f"safetensors_torch.py: {given.source} holds more than tensors; --trust loads it. {error}")
    except (OSError, ValueError) as error:
        sys.exit(f"safetensors_torch.py: {error}")


if __name__ == "__main__":
    main(sys.argv[1:])
