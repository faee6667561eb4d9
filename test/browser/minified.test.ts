import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { describe, expect, it } from "vitest";
import * as pointwise from "../../src/ops/pointwise.ts";
import { bundled, fromMinified } from "./bundled.ts";
import { inChromium, type OpenOptions } from "./in-chromium.ts";
import type * as suite from "./pages/suite.ts";
import { remote } from "./remote.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));

/** What the suite takes from the files under test; what else of src/ it has, in copies of its own, the gpu device is not made of. */
const tested = {
  "src/devices/reference/reference.ts": ["reference"],
  "src/gpu.ts": ["gpu"],
  "src/ops/pointwise.ts": Object.keys(pointwise),
};
const ownCopies = ["src/devices/sizes.ts", "src/devices/reference/fused.ts", "src/shape.ts"];

async function files() {
  const folder = await mkdtemp(join(tmpdir(), "align-uniform-minified-"));
  try {
    await promisify(execFile)(process.execPath, [join(root, "scripts/browser-files.mjs"), folder]);
    const { code, sources } = await bundled("suite.ts", [fromMinified(tested)]);
    expect([...sources].sort()).toEqual([...Object.keys(tested), ...ownCopies].sort());
    return {
      "/browser.js": await readFile(join(folder, "browser.js")),
      "/browser-gpu.js": await readFile(join(folder, "browser-gpu.js")),
      "/suite.html": "<!doctype html><title>the device suite</title>",
      "/suite.js": code,
      "/train.html": await readFile(join(root, "test/browser/pages/train.html")),
    };
  } finally {
    await rm(folder, { recursive: true });
  }
}

const withoutWebGpu = "delete Navigator.prototype.gpu;";
const withoutWebGl2 = `for (const { prototype } of [HTMLCanvasElement, OffscreenCanvas]) {
  const { getContext } = prototype;
  prototype.getContext = function (kind, ...rest) {
    return kind === "webgl2" ? null : getContext.call(this, kind, ...rest);
  };
}`;

inChromium("the minified files", files, (open) => {
  it.each(["webgpu", "webgl2"] as const)("pass every seventh case of the device suite on %s", async (mode) => {
    const ask = remote<typeof suite>(await open("/suite.html"), "/suite.js");
    const { violations, kernels, ran, refused } = await ask("checkAll", mode, 7);
    expect(violations).toEqual([]);
    expect(kernels.filter((kernel) => !(ran[`${mode}:${kernel}`] > 0))).toEqual([]);
    expect(Object.keys(ran).filter((name) => !name.startsWith(`${mode}:`))).toEqual([]);
    expect(refused).toEqual([]);
  });

  describe("alone in a page", () => {
    /** What the page says when it has trained. */
    async function trained(options: OpenOptions) {
      const page = await open("/train.html", options);
      const said = async (id: string): Promise<string> => (await page.locator(`#${id}`).textContent()) ?? "";
      await page.locator("#last:not(:empty)").waitFor();
      const losses = [Number(await said("first")), Number(await said("last"))];
      return { device: await said("device"), refused: await said("refused"), losses };
    }

    it("train on WebGPU, without it on WebGL2, without both on the cpu device, and say so", async () => {
      const best = await trained({});
      expect(best).toMatchObject({ device: "gpu:webgpu", refused: "" });
      const second = await trained({ before: withoutWebGpu });
      expect(second.device).toBe("gpu:webgl2");
      expect(second.refused).toMatch(/^gpu:webgpu: .+/);
      const last = await trained({ before: withoutWebGpu + withoutWebGl2 });
      expect(last.device).toBe("cpu");
      expect(last.refused).toMatch(/gpu:webgpu: .+gpu:webgl2: .+gpu:headlessgl: .+/);

      expect(last.losses[1]).toBeLessThan(last.losses[0] - 0.3);
      for (const { losses } of [best, second]) {
        for (const [i, loss] of losses.entries()) expect(Math.abs(loss / last.losses[i] - 1)).toBeLessThan(1e-3);
      }
    });
  });
});
