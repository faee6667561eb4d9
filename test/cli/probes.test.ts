import { describe, expect, it } from "vitest";
import { knnAccuracy, type Labelled, probeAccuracy } from "../../src/cli/train/probes.ts";
import { reference } from "../../src/devices/reference/reference.ts";
import { generator } from "../../src/ops/index.ts";

const device = reference("float32");
const silent = (): void => {};

/** Rows of two numbers and what each one is. */
function labelled(rows: readonly (readonly [number, number, number])[]): Labelled {
  const data = Float32Array.from(rows.flatMap((row) => row.slice(0, 2)));
  return { features: { data, shape: [rows.length, 2] }, labels: Int32Array.from(rows, ([, , label]) => label) };
}

const known = labelled([
  [1, 0, 3],
  [1, 0.1, 3],
  [0, 1, 7],
  [0, 0, 7],
  [0.1, 1, 7],
  [0, 2, 7],
]);

describe("knnAccuracy", () => {
  it("counts a row of zeros as wrong and never as a neighbour", async () => {
    const asked = labelled([
      [0.1, 2, 7],
      [0, 3, 7],
      [0, 0, 7],
      [0, 1, 3],
    ]);
    expect(await knnAccuracy(known, asked, device, silent)).toBe(2 / 4);
  });

  it("makes do with fewer than five known rows, or with none that has a direction", async () => {
    const few = labelled([[1, 0, 3]]);
    expect(await knnAccuracy(few, labelled([[2, 1, 3]]), device, silent)).toBe(1);
    expect(await knnAccuracy(labelled([[0, 0, 3]]), labelled([[2, 1, 3]]), device, silent)).toBe(0);
    expect(await knnAccuracy(few, labelled([[0, 0, 3]]), device, silent)).toBe(0);
  });
});

describe("both probes", () => {
  it("tell how far they are and pass on what stops them", async () => {
    const stop = (): void => {
      throw new Error("stopped");
    };
    const options = { classes: 10, lr: 0.1, generator: generator(0), device };
    const shares: number[] = [];
    await probeAccuracy(known, known, options, (share) => void shares.push(share));
    expect(shares).toEqual(Array.from({ length: 300 }, (_, i) => (i + 1) / 300)); // so many passes of one batch
    await expect(probeAccuracy(known, known, options, stop)).rejects.toThrow("stopped");
    await expect(knnAccuracy(known, known, device, stop)).rejects.toThrow("stopped");
  });
});
