import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { format } from "node:util";
import { describe, expect, it, vi } from "vitest";
import { codeLines, root } from "./house/source.ts";

const folder = join(root, "examples");

/** What an example prints. */
async function printed(name: string): Promise<string> {
  const lines: string[] = [];
  const spy = vi.spyOn(console, "log").mockImplementation((...args) => void lines.push(format(...args)));
  try {
    await import(join(folder, `${name}.ts`));
  } finally {
    spy.mockRestore();
  }
  return lines.join("\n");
}

/** The number that follows `label` in `text`. */
function numberAfter(text: string, label: string): number {
  const rest = text.slice(text.indexOf(label) + label.length);
  if (!text.includes(label)) throw new Error(`"${label}" was not printed in:\n${text}`);
  return Number(/-?\d+(?:\.\d+)?/.exec(rest)?.[0]);
}

const shows: Readonly<Record<string, (text: string) => void>> = {
  "01-tensors"(text) {
    expect(text).toContain("Tensor [2, 3] on cpu\n[[1, 2, 3],\n [4, 5, 6]]");
    expect(text).toContain("[[ 0, 12, 26],\n [ 0, 15, 32]]");
    expect(text).toContain("row sums: Float32Array(2) [ 6, 15 ]");
    expect(text).toContain("error: add: shapes [2, 3] and [2] do not broadcast");
    expect(text).toContain("same numbers: true");
  },
  "02-gradients"(text) {
    expect(text).toContain("loss: 16\n");
    expect(text).toContain("2 (w · x) x: Float32Array(3) [ 16, 16, 16 ]");
    expect(text).toContain("it has: undefined");
    expect(text).toContain("du at 3: 7\n");
    expect(text).toContain("derivatives at 2: 8 12 12");
    expect(text).toContain("inside noGrad: false");
  },
  "03-own-op"(text) {
    expect(numberAfter(text, "softplus: Float32Array(3) [")).toBeCloseTo(Math.log1p(Math.exp(-2)), 6);
    expect(numberAfter(text, "slope: Float32Array(3) [")).toBeCloseTo(1 / (1 + Math.exp(2)), 6);
    expect(text).toContain("neighbours: Float32Array(3) [ 3, 5, 7 ]");
    expect(text).toContain("counts twice: Float32Array(4) [ 1, 2, 2, 1 ]");
  },
  "04-check-your-gradient"(text) {
    expect(text).toContain("right: true - error below 1e-8 of the terms: true");
    expect(text).toContain("one part in a thousand off: false - furthest at [");
    expect(text).toContain("second order: true");
    expect(text).toContain("a layer and its mean: true");
    expect(text).toContain("relu at 0: false - away from 0: true");
  },
  "05-uniform-on-the-circle"(text) {
    const [before, after, best] = ["before: uniformLoss", "steps: uniformLoss", "12-gon has"].map((label) =>
      numberAfter(text, label),
    );
    expect(before).toBeGreaterThan(-0.5);
    expect(Math.abs(after - best)).toBeLessThanOrEqual(1e-4);
  },
  "06-align-two-views"(text) {
    const [untrained, aligned, spread, both] = ["untrained", "alignment alone", "uniformity alone", "both"].map(
      (title) => {
        const row = text.split("\n").find((line) => line.startsWith(title)) ?? "";
        return { align: numberAfter(row, "align "), uniform: numberAfter(row, " uniform ") };
      },
    );
    expect(untrained.align).toBeGreaterThan(1.5);
    expect(aligned.align).toBeLessThan(0.01);
    expect(aligned.uniform).toBeGreaterThan(both.uniform + 0.1);
    expect(spread.align).toBeGreaterThan(1);
    expect(both.align).toBeLessThan(0.01);
    expect(both.uniform).toBeLessThan(untrained.uniform - 0.1);
    expect(text).toContain("error: alignLoss: x: row 0 of [32, 3] has length");
  },
  "07-train-an-mlp"(text) {
    expect(text).toContain("layers.0.weight [32,16]");
    expect(numberAfter(text, "untrained:")).toBeLessThan(0.6);
    expect(numberAfter(text, "class, trained:")).toBeGreaterThan(0.9);
    expect(numberAfter(text, "step 60: loss")).toBeLessThan(numberAfter(text, "step 0: loss") - 1);
  },
  "08-choose-a-device"(text) {
    expect(text.match(/, within 1e-5 of float64/g)).toHaveLength(2);
    expect(text).toMatch(/ran on gpu\.js: .*webasm:logPotential/);
    expect(text).toContain("asynchronous: true");
    expect(text).toContain("error: gpu:webasm reads asynchronously");
    expect(text).toContain("error: add: inputs are on different devices");
  },
  "09-save-and-load"(text) {
    expect(text).toContain("state: [ 'weight [2,3]', 'bias [2]' ]");
    expect(text).toContain("saved at epoch 5");
    expect(text).toContain("bit for bit alike: true");
    expect(text).toContain('missing "bias" [2]');
    expect(text).toContain('unexpected "scale"');
  },
  "11-use-an-encoder"(text) {
    const [untrained, trained] = ["untrained: linear probe", "\ntrained: linear probe"].map((label) =>
      numberAfter(text, label),
    );
    expect(untrained).toBeLessThan(0.8);
    expect(trained).toBeGreaterThan(0.95);
    expect(text).toMatch(/^12 .* 0\.0000$/m); // the rate, in the end
    expect(text).toContain('{"steps":60,"baseLr":0.05}');
  },
  "12-measure-embeddings"(text) {
    const [asTheyAre, centred] = text.split("less their mean");
    expect(numberAfter(centred, "uniformity")).toBeLessThan(numberAfter(asTheyAre, "uniformity") - 1);
    expect(numberAfter(centred, "effective rank")).toBeGreaterThan(numberAfter(asTheyAre, "effective rank"));
    expect(numberAfter(centred, "Wasserstein distance")).toBeLessThan(numberAfter(asTheyAre, "Wasserstein distance"));
    expect(numberAfter(centred, "alignment")).toBeLessThan(0.5); // two rows at random have about 2
  },
  "13-large-batches"(text) {
    expect(text).toContain("the same losses within 1e-5: true");
    const [inChunks, atOnce] = ["in chunks: ", "all at once: "].map((name) => {
      const row = text.split("\n").find((line) => line.startsWith(name)) ?? "";
      return { first: numberAfter(row, "losses "), grown: numberAfter(row, "grew by ") };
    });
    expect(inChunks.first).toBeLessThan(0);
    expect(atOnce.grown).toBeGreaterThan(100 + inChunks.grown);
  },
  "14-sentences"(text) {
    expect(text).toContain("40 chapters, the first begins: The");
    expect(text).toContain("17 words: <unk> . a and the ...");
    const rows = ["The storm and a sail.", "A whale!", "The letter and a dress.", "A cup?"].map((sentence) => {
      const row = text.split("\n").find((line) => line.startsWith(sentence)) ?? "";
      return row.slice(24).trim().split(/ +/).map(Number);
    });
    const [[, sameThing, otherThing], , [, , , same]] = rows;
    expect(sameThing).toBeGreaterThan(otherThing + 0.5);
    expect(same).toBeGreaterThan(otherThing + 0.5);
  },
  "10-own-data"(text) {
    expect(text).toContain("120 arrays of the classes bars, cross, ring");
    expect(numberAfter(text, "untrained:")).toBeLessThan(0.85);
    expect(numberAfter(text, "class, trained:")).toBeGreaterThan(0.9);
    expect(numberAfter(text, "epoch 20: loss")).toBeLessThan(numberAfter(text, "epoch 5: loss"));
  },
};

describe("examples", () => {
  const names = readdirSync(folder)
    .filter((name) => name.endsWith(".ts"))
    .map((name) => name.slice(0, -3));

  it("are all run here", () => {
    expect(names.sort()).toEqual(Object.keys(shows).sort());
  });

  it.each(Object.entries(shows))("%s prints what it is about", async (name, check) => {
    check(await printed(name));
  });

  it.each(names)("%s has fewer than 80 lines and is in the list", (name) => {
    expect(codeLines(readFileSync(join(folder, `${name}.ts`), "utf8")).length).toBeLessThan(80);
    expect(readFileSync(join(folder, "README.md"), "utf8")).toContain(`(${name}.ts)`);
  });

  it("run by number from the command line", () => {
    const run = (...args: string[]) =>
      execFileSync(process.execPath, ["scripts/example.mjs", ...args], { cwd: root, encoding: "utf8", stdio: "pipe" });
    expect(run("02")).toContain("loss: 16\n");
    expect(() => run("77")).toThrow(/no example starts with "77"[\s\S]*01-tensors/);
  });
});
