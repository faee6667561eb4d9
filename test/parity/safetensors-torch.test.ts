import { mkdtempSync } from "node:fs";
import { readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, describe, expect, test } from "vitest";
import { generator, readSafetensors, reference, writeSafetensors, writeStateDict } from "../../src/index.ts";
import { convEncoder } from "../../src/models/index.ts";
import { pytorch, runPython } from "./pytorch.ts";

const scripts = fileURLToPath(new URL("../../scripts", import.meta.url));

/** Python that runs in a folder with the script at hand. */
const program = (folder: string, lines: string): string => `
import os, sys
sys.dont_write_bytecode = True
sys.path.insert(0, ${JSON.stringify(scripts)})
os.chdir(${JSON.stringify(folder)})
import torch
from safetensors_torch import main
${lines}`;

describe.skipIf(!pytorch)("scripts/safetensors_torch.py", () => {
  const folder = mkdtempSync(join(tmpdir(), "align-uniform-"));
  afterAll(() => rm(folder, { recursive: true }));
  const at = (name: string): string => join(folder, name);
  const run = (lines: string): void => runPython("-c", program(folder, lines));
  const tensorsOf = async (name: string) => Object.fromEntries(readSafetensors(await readFile(at(name))).tensors);

  test("makes our file one of PyTorch's and back, and takes a part of a checkpoint by name", async () => {
    const options = { imageSize: 9, channels: [3, 4], hidden: 5, featDim: 2, device: reference("float32") };
    const bytes = await writeStateDict(convEncoder({ ...options, generator: generator(0) }).stateDict());
    await writeFile(at("ours.safetensors"), bytes);
    run(`
main(["ours.safetensors", "ours.pth"])
main(["ours.pth", "back.safetensors"])
weights = torch.load("ours.pth")
queries = {"module.encoder_q." + name: value for name, value in weights.items()}
keys = {"module.encoder_k." + name: value + 1 for name, value in weights.items()}
torch.save({"epoch": 3, "state_dict": {**queries, **keys}}, "checkpoint.pth.tar")
main(["checkpoint.pth.tar", "part.safetensors", "--key", "state_dict", "--prefix", "module.encoder_q."])`);
    const ours = await tensorsOf("ours.safetensors");
    expect(Object.values(ours)).not.toEqual([]);
    expect(await tensorsOf("back.safetensors")).toEqual(ours);
    expect(await tensorsOf("part.safetensors")).toEqual(ours);
  });

  test("keeps every element type that both sides know, no numbers at all, and a transposed view as it is read", async () => {
    run(`
kinds = [torch.float64, torch.float32, torch.float16, torch.bfloat16, torch.int64, torch.int32, torch.int16, torch.int8]
tensors = {str(kind)[6:]: torch.tensor([[-3, 0, 5]], dtype=kind) for kind in kinds}
more = {"uint8": torch.tensor(200, dtype=torch.uint8), "bool": torch.tensor([True, False]), "none": torch.zeros(0, 2)}
torch.save({**tensors, **more, "turned": torch.tensor([[1.0, 2], [3, 4]]).t()}, "kinds.pth")
main(["kinds.pth", "kinds.safetensors"])
main(["kinds.safetensors", "again.pth"])
before, after = torch.load("kinds.pth"), torch.load("again.pth")
assert list(before) == list(after)
assert all(torch.equal(x, after[name]) and x.dtype == after[name].dtype for name, x in before.items())`);
    const read = await tensorsOf("kinds.safetensors");
    for (const [name, { data, shape }] of Object.entries(read).slice(0, 8)) {
      expect([shape, Array.from(data, Number)], name).toEqual([
        [1, 3],
        [-3, 0, 5],
      ]);
    }
    expect(read.int64.data).toBeInstanceOf(BigInt64Array);
    expect(Array.from(read.turned.data, Number)).toEqual([1, 3, 2, 4]);
    expect([Array.from(read.uint8.data, Number), Array.from(read.bool.data, Number)]).toEqual([[200], [1, 0]]);
    expect([read.none.shape, read.none.data.length]).toEqual([[0, 2], 0]);
  });

  test("says what is wrong with what it is given", async () => {
    await writeFile(
      at("one.safetensors"),
      writeSafetensors(new Map([["w", { shape: [1], data: Float32Array.of(1) }]])),
    );
    run(`
def said(*args):
    try:
        main(list(args))
    except SystemExit as error:
        return str(error)
    return "nothing"
class Other:
    pass
torch.save({"epoch": 3, "model": {"w": torch.ones(1)}}, "nested.pth")
torch.save({"w": torch.ones(1, dtype=torch.complex64)}, "complex.pth")
torch.save({"w": Other()}, "other.pth")
def written(name, content):
    with open(name, "wb") as file:
        file.write(content)
torch.save({"w": torch.arange(1000.0)}, "whole.pth")
main(["whole.pth", "whole.safetensors"])
for ending in ["pth", "safetensors"]:
    whole = open("whole." + ending, "rb").read()
    for name, content in {"zeros": bytes(999), "text": b"These are words.", "empty": b"", "cut": whole[:500]}.items():
        written(name + "." + ending, content)
written("list.safetensors", (2).to_bytes(8, "little") + b"[]")
swapped = whole.replace(b"[0,4000]", b"[4000,0]")
assert swapped != whole
written("swapped.safetensors", swapped)
wider = whole.replace(b'"shape":[1000]', b'"shape":[1001]')
assert wider != whole
written("wider.safetensors", wider)
for found, wanted in [
    (said("nested.pth", "x.safetensors"), "nested.pth is not a state dict but has the entries epoch, model: name the state dict's with --key"),
    (said("nested.pth", "x.safetensors", "--key", "net"), "nested.pth has no entry net: it has the entries epoch, model"),
    (said("one.safetensors", "x.pth", "--prefix", "v"), "no name begins with v: they are w, ..."),
    (said("complex.pth", "x.safetensors"), "w is of type torch.complex64, which this script does not know: F64"),
    (said("other.pth", "x.safetensors"), "other.pth holds more than tensors; --trust loads it."),
    *[(said(name + ".pth", "x.safetensors"), name + ".pth is no file of torch.save, or damaged: ") for name in ["zeros", "text", "empty", "cut"]],
    (said("text.pth", "x.safetensors", "--trust"), "text.pth is no file of torch.save, or damaged: "),
    (said("zeros.safetensors", "x.pth"), "zeros.safetensors is no safetensors file, or cut off: 999 bytes, and a header up to 8"),
    (said("text.safetensors", "x.pth"), "text.safetensors is no safetensors file, or cut off: 16 bytes"),
    (said("empty.safetensors", "x.pth"), "empty.safetensors is no safetensors file, or cut off: 0 bytes"),
    (said("list.safetensors", "x.pth"), "list.safetensors is no safetensors file, or damaged: its header cannot be read"),
    (said("cut.safetensors", "x.pth"), "cut.safetensors is cut off or damaged: w, F32 [1000], is at 0 to 4000 of "),
    (said("swapped.safetensors", "x.pth"), "swapped.safetensors is cut off or damaged: w, F32 [1000], is at 4000 to 0 of 4000"),
    (said("wider.safetensors", "x.pth"), "wider.safetensors is cut off or damaged: w, F32 [1001], is at 0 to 4000 of 4000 bytes of numbers and takes 4004"),
    (said("absent.pth", "x.safetensors"), "No such file or directory: 'absent.pth'"),
]:
    assert wanted in found, found
assert not os.path.exists("x.safetensors") and not os.path.exists("x.pth")`);
  });
});
