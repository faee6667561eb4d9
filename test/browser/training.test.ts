import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it, vi } from "vitest";
import { writeDigits } from "../cli/digits.ts";
import { bundled } from "./bundled.ts";
import { inChromium } from "./in-chromium.ts";
import type * as training from "./pages/training.ts";
import { remote } from "./remote.ts";

const liveObjects = await readFile(fileURLToPath(new URL("pages/live-objects.js", import.meta.url)), "utf8");

async function files() {
  const folder = await mkdtemp(join(tmpdir(), "align-uniform-training-"));
  try {
    await writeDigits(folder, { train: 320, test: 1 });
    const digits = ["train-images-idx3-ubyte", "train-labels-idx1-ubyte"];
    return {
      "/training.html": "<!doctype html><title>training</title>",
      "/training.js": (await bundled("training.ts")).code,
      ...Object.fromEntries(
        await Promise.all(digits.map(async (name) => [`/${name}`, await readFile(join(folder, name))])),
      ),
    };
  } finally {
    await rm(folder, { recursive: true });
  }
}

// Without a graphics card, on a machine that does other things as well.
vi.setConfig({ testTimeout: 180_000 });

inChromium("in Chromium", files, (open) => {
  describe.each(["webgpu", "webgl2"] as const)("gpu:%s", (mode) => {
    it("follows the cpu device through 20 steps of the MNIST job on two views of 16 digits", async () => {
      const ask = remote<typeof training>(await open("/training.html"), "/training.js");
      const [ours, theirs] = [await ask("mnistSteps", mode, 20), await ask("mnistSteps", null, 20)];
      const [first, ...rest] = ours.map(({ milliseconds }) => milliseconds);
      const median = rest.sort((a, b) => a - b)[rest.length >> 1];
      console.log(`gpu:${mode}: the first step ${first.toFixed()} ms, then ${median.toFixed()} ms`);
      const apart = ours.map(({ align, uniform }, i) =>
        Math.max(Math.abs(align / theirs[i].align - 1), Math.abs(uniform / theirs[i].uniform - 1)),
      );
      expect(ours).toHaveLength(20);
      expect(Math.max(...apart)).toBeLessThan(1e-3);
      expect(Math.abs(theirs[19].uniform / theirs[0].uniform - 1)).toBeGreaterThan(0.1); // there is something to follow
    });

    it("holds as much on the graphics card after 1,000 small steps as after ten, but for less than a step makes", async () => {
      const page = await open("/training.html", { before: liveObjects });
      const counts = await remote<typeof training>(page, "/training.js")("onCardAfterSteps", mode, 1000);
      const most = (of: typeof counts): number => Math.max(...of.map(({ live }) => live));
      const madeByStep = (counts[999].made - counts[9].made) / 990;
      expect(madeByStep).toBeGreaterThan(50);
      expect(most(counts.slice(10)) - most(counts.slice(0, 10))).toBeLessThan(madeByStep);
    });
  });
});
