"""Makes npy.json and npz.json: files as NumPy saves them, in base64, with their elements row by row.

    apt-get install python3-numpy            # Debian 12: NumPy 1.24
    /usr/bin/python3 test/formats/make_fixtures.py

Elements are strings, as JSON has neither 64-bit integers nor NaN. `same` says whether our writer makes the same bytes.
"""

import base64
import io
import json
import pathlib
import zipfile

import numpy as np


def case(name, array, version=(1, 0), same=False):
    file = io.BytesIO()
    np.lib.format.write_array(file, array, version=version, allow_pickle=True)
    kind = array.dtype.kind
    data = [] if kind not in "iufb" else [str(int(v) if kind in "iub" else float(v)) for v in array.flatten("C")]
    return {
        "name": name,
        "file": base64.b64encode(file.getvalue()).decode(),
        "shape": list(array.shape),
        "data": data,
        "same": same,
    }


def cases():
    numbers = {
        "i1": [-128, -1, 0, 127, 5, 6],
        "i2": [-(2**15), 2**15 - 1, 258, -2, 0, 1],
        "i4": [-(2**31), 2**31 - 1, 1, -2, 0, 66051],
        "i8": [-(2**63), 2**63 - 1, 1, -2, 0, 2**53 + 1],
        "u1": [0, 255, 1, 2, 3, 128],
        "u2": [0, 2**16 - 1, 1, 258, 3, 4],
        "u4": [0, 2**32 - 1, 1, 66051, 3, 4],
        "u8": [0, 2**64 - 1, 1, 2**53 + 1, 3, 4],
        "f2": [0.0, -1.5, 65504, 6e-8, np.inf, np.nan],
        "f4": [0.1, -1.5, 3e38, 1e-45, -np.inf, np.nan],
        "f8": [0.1, -1.5, 1e308, 5e-324, np.inf, np.nan],
        "b1": [True, False, True, True, False, False],
    }
    for code, values in numbers.items():
        for order in "<" if code[1] == "1" else "<>":
            array = np.array(values, dtype=order + code).reshape(2, 3)
            plain = order == "<" and code not in ("f2", "b1")
            yield case(f"{order}{code}", array, same=plain)
            yield case(f"{order}{code}, column-major", np.asfortranarray(array))
    ramp = np.arange(24, dtype="<f4")
    for shape in ((), (1,), (24,), (0,), (3, 0, 2), (2, 3, 4), (1, 24), (2, 1, 3, 1, 4)):
        array = ramp[: int(np.prod(shape))].reshape(shape)
        yield case(f"shape {shape}", array, same=True)
        if len(shape) > 1:
            yield case(f"shape {shape}, column-major", np.asfortranarray(array))
    yield case("version 2", ramp.reshape(4, 6), version=(2, 0))
    yield case("version 3", ramp.reshape(4, 6), version=(3, 0))
    yield case("refused: complex", np.array([1 + 2j]))
    yield case("refused: text", np.array(["a", "bc"]))
    yield case("refused: objects", np.array([None, {}], dtype=object))
    yield case("refused: dates", np.array(["2020-01-01"], dtype="M8[D]"))
    yield case("refused: records", np.array([(1, 2.0)], dtype=[("a", "<i4"), ("b", "<f4")]))


def archives():
    x = (np.arange(12, dtype="<f4") - 5.5).reshape(4, 3) / 8
    y = np.array([3, -1, 3, 2**40])
    words = np.array(["cat", "dog", "\u00e4\U0001f600", "cat"])
    for name, save in (("stored", np.savez), ("deflated", np.savez_compressed)):
        file = io.BytesIO()
        save(file, x=x, y=y, words=words, xt=np.asfortranarray(x[:, :2].astype(">f8"))[None])
        yield {"name": name, "file": base64.b64encode(file.getvalue()).decode()}
    limit, zipfile.ZIP64_LIMIT = zipfile.ZIP64_LIMIT, 0  # as if every file were larger than 4 GiB
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for key, array in (("x", x), ("y", y)):
            inner = io.BytesIO()
            np.save(inner, array)
            archive.writestr(f"{key}.npy", inner.getvalue())
        archive.comment = b"a comment at the end"
    zipfile.ZIP64_LIMIT = limit
    yield {"name": "zip64", "file": base64.b64encode(file.getvalue()).decode()}
    text = io.StringIO()
    np.savetxt(text, x / 3, header="what it is", footer="the end")
    yield {"name": "savetxt", "text": text.getvalue(), "data": [float(v) for v in (x / 3).astype(float).ravel()]}
    yield {"name": "words", "file": base64.b64encode(npy(words)).decode()}
    yield {"name": "words, big-endian", "file": base64.b64encode(npy(words.astype(">U3"))).decode()}


def npy(array):
    file = io.BytesIO()
    np.save(file, array)
    return file.getvalue()


header = f'"numpy": "{np.__version__}",\n"madeBy": "/usr/bin/python3 test/formats/make_fixtures.py"'
for name, made in (("npy", cases()), ("npz", archives())):
    body = ",\n".join(json.dumps(c, separators=(",", ":")) for c in made)
    path = pathlib.Path(__file__).parent / f"{name}.json"
    path.write_text(f'{{\n{header},\n"cases": [\n{body}\n]\n}}\n')
    print(f"{path.name}: {body.count(chr(10)) + 1} cases")
