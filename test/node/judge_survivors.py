"""Lets NumPy read the damaged files that openEmbeddings read, and compares all numbers.

    mkdir /tmp/kept && DAMAGED=20000 DAMAGED_KEEP=/tmp/kept npx vitest run test/node/embeddings-damage.test.ts
    /usr/bin/python3 test/node/judge_survivors.py /tmp/kept     # Debian 12: python3-numpy 1.24
"""

import io
import json
import pathlib
import struct
import sys

import numpy as np

DTYPES = {"F64": "<f8", "F32": "<f4", "F16": "<f2", "I64": "<i8", "U64": "<u8", "I32": "<i4", "U32": "<u4"}
DTYPES |= {"I16": "<i2", "U16": "<u2", "I8": "i1", "U8": "u1", "BOOL": "i1"}


def safetensors(data):
    (length,) = struct.unpack("<Q", data[:8])
    header = json.loads(data[8 : 8 + length])
    header.pop("__metadata__", None)
    arrays = [entry for entry in header.values() if len(entry["shape"]) == 2] or list(header.values())
    begin, end = (8 + length + k for k in arrays[0]["data_offsets"])
    if arrays[0]["dtype"] == "BF16":
        bits = np.frombuffer(data[begin:end], "<u2").astype("<u4") << 16
        return bits.view("<f4").reshape(arrays[0]["shape"])
    return np.frombuffer(data[begin:end], DTYPES[arrays[0]["dtype"]]).reshape(arrays[0]["shape"])


def read(kind, data):
    if kind.startswith("npy"):
        return np.load(io.BytesIO(data))
    if kind.startswith("npz"):
        with np.load(io.BytesIO(data)) as archive:
            return archive["x"] if "x" in archive else [a for a in map(archive.get, archive.files) if a.ndim == 2][0]
    if kind == "safetensors":
        return safetensors(data)
    if kind == "f32":
        return np.frombuffer(data, "<f4").reshape(-1, 4)
    return None


counts = {"agree": 0, "numpy refuses": 0}
for answer in sorted(pathlib.Path(sys.argv[1]).glob("*.json")):
    kind = answer.name.split(".")[0]
    said = json.loads(answer.read_text())
    ours = np.array([float(v.replace("Infinity", "inf")) for v in said["numbers"]]).reshape(said["n"], said["d"])
    try:
        theirs = read(kind, answer.with_suffix("").read_bytes())
    except Exception as error:  # NumPy may be stricter: told below, one by one
        counts["numpy refuses"] += 1
        print(f"{answer.stem}: {type(error).__name__}: {str(error)[:100]}")
        continue
    if theirs is None:
        continue
    if ours.shape != theirs.shape or not np.array_equal(ours, theirs.astype(float), equal_nan=True):
        print(f"{answer.stem}: DIFFERS\n{ours}\n{theirs}")
        counts["differ"] = counts.get("differ", 0) + 1
    else:
        counts["agree"] += 1
print(counts)
