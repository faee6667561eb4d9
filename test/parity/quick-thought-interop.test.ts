import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { cpu } from "../../src/devices/cpu/cpu.ts";
import { noGrad, readStateDict, type Tensor, writeStateDict } from "../../src/index.ts";
import type { QuickThought } from "../../src/models/index.ts";
import { mismatch } from "./compare.ts";
import { pytorch, runPython } from "./pytorch.ts";
import { sentences, started } from "./quick-thought.ts";

/** Of the largest entry; the cpu device computes in float32, and so does PyTorch here. */
const tolerance = 1e-5;

const features = (model: QuickThought): ArrayLike<number> => noGrad(() => model.forward(sentences(0))).dataSync();

// Skipped where Debian's python3-torch is not installed.
test.skipIf(!pytorch)("a safetensors file moves QuickThought to PyTorch and back, with the same output", async () => {
  const folder = await mkdtemp(join(tmpdir(), "align-uniform-"));
  try {
    const [file, answer] = ["ours", "theirs"].map((which) => join(folder, `${which}.safetensors`));
    const model = started(cpu);
    await writeFile(file, await writeStateDict(model.stateDict()));

    runPython("quick_thought_interop.py", file, answer);
    const { ours, theirs, ...rest } = readStateDict(await readFile(answer));
    const given = features(model);
    expect(mismatch("our weights", given, ours.dataSync(), tolerance)).toBeUndefined();
    expect(mismatch("other weights", given, theirs.dataSync(), tolerance)).toMatch(/^other weights: entry/);

    const prefix = "model.".length;
    const state = Object.entries(rest).map(([name, value]): [string, Tensor] => [name.slice(prefix), value]);
    model.loadStateDict(Object.fromEntries(state));
    expect(mismatch("their weights", features(model), theirs.dataSync(), tolerance)).toBeUndefined();
    const names = state.map(([name]) => name);
    expect(names).toEqual(Object.keys(model.stateDict())); // in PyTorch's order too
    expect(names).toContain("f.embedding.weight");
    expect(names).toContain("g.gru.bias_hh_l0_reverse");
  } finally {
    await rm(folder, { recursive: true });
  }
});
