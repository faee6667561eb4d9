import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it, vi } from "vitest";
import { lrPer256 } from "../../src/cli/train/config.ts";
import { writeDigits } from "../cli/digits.ts";
import { bundled } from "./bundled.ts";
import { inChromium } from "./in-chromium.ts";
import type * as training from "./pages/training.ts";
import { remote } from "./remote.ts";

const liveObjects = await readFile(fileURLToPath(new URL("pages/live-objects.js", import.meta.url)), "utf8");

async function files() {
  const folder = await mkdtemp(join(tmpdir(), "align-uniform-training-"));
  try {
    await writeDigits(folder, { train: 640, test: 1 });
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

const minutes = 60_000;
vi.setConfig({ testTimeout: 3 * minutes }); // without a graphics card, on a machine that does other things as well

/**
 * Steps of the MNIST job. Without a graphics card its whole encoder takes half a minute a step, so that is for BY_HAND=1;
 * and at its usual learning rate 20 steps of it on 16 digits magnify any rounding: the cpu device and float64 are then 2e-2
 * apart themselves, at a sixteenth of that rate 2e-5.
 */
const jobs = [
  { steps: 20, size: "small", batchSize: 16, lr: lrPer256 / 16 },
  { steps: 20, size: "whole", batchSize: 16, lr: lrPer256 / 256 },
  { steps: 2, size: "whole", batchSize: 256, lr: lrPer256 },
] as const;

inChromium("in Chromium", files, (open) => {
  describe.each(["webgpu", "webgl2"] as const)("gpu:%s", (mode) => {
    for (const { steps, size, batchSize, lr } of jobs) {
      const byHand = size === "whole";
      const job = `${steps} steps of the MNIST job with its ${size} encoder on two views of ${batchSize} digits`;
      const follows = `follows the cpu device through ${job}${byHand ? " (BY_HAND=1)" : ""}`;
      it.skipIf(byHand && !process.env.BY_HAND)(follows, { timeout: byHand ? 60 * minutes : 3 * minutes }, async () => {
        const ask = remote<typeof training>(await open("/training.html"), "/training.js");
        const ours = await ask("mnistSteps", mode, steps, { size, batchSize, lr });
        const theirs = await ask("mnistSteps", null, steps, { size, batchSize, lr });
        const apart = ours.map(({ align, uniform }, i) =>
          Math.max(Math.abs(align / theirs[i].align - 1), Math.abs(uniform / theirs[i].uniform - 1)),
        );
        const [first, ...rest] = ours.map(({ milliseconds }) => milliseconds);
        const median = rest.sort((a, b) => a - b)[rest.length >> 1];
        const worst = Math.max(...apart);
        console.log(
          `gpu:${mode}, ${job}: ${first.toFixed()} ms, then ${median.toFixed()} ms; apart by ${worst.toExponential(1)}`,
        );
        expect(ours).toHaveLength(steps);
        expect(worst).toBeLessThan(1e-3);
        expect(Math.abs(theirs[steps - 1].uniform / theirs[0].uniform - 1)).toBeGreaterThan(0.02); // there is something to follow
      });
    }

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
