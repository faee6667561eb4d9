import { beforeAll, describe, expect, it } from "vitest";
import { kernelNames } from "../devices/conformance.ts";
import { bundled } from "./bundled.ts";
import { inChromium } from "./in-chromium.ts";
import type * as suite from "./pages/suite.ts";
import { type Ask, remote } from "./remote.ts";

const files = async () => ({
  "/suite.html": "<!doctype html><title>the device suite</title>",
  "/suite.js": (await bundled("suite.ts")).code,
});

inChromium("in Chromium", files, (open) => {
  describe.each(["webgpu", "webgl2"] as const)("gpu:%s", (mode) => {
    let ask: Ask<typeof suite>;
    beforeAll(async () => {
      ask = remote(await open("/suite.html"), "/suite.js");
    });

    it("gives each of the calls that come before a kernel is compiled its own result", async () => {
      expect(await ask("atOnce", mode, [96, 1, 512, 2, 5000, 7])).toEqual([]);
    });

    it.for(kernelNames)("means by %s what the reference device means", async (kernel, { skip }) => {
      const verdict = await ask("check", mode, kernel);
      if (verdict === null) return skip("this device composes the op instead");
      expect(verdict.violations).toEqual([]);
      expect(verdict.ran[`${mode}:${kernel}`]).toBeGreaterThan(0);
      expect(Object.keys(verdict.ran).filter((name) => !name.startsWith(`${mode}:`))).toEqual([]);
      expect(verdict.refused).toEqual([]);
    });

    it("gives right results as the sizes of its calls grow and shrink", async () => {
      expect(await ask("atSizes", mode, [4, 100, 5000, 70_000, 3, 1_000_000, 17])).toEqual([]);
    });
  });
});
