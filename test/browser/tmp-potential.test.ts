import { beforeAll, describe, expect, it } from "vitest";
import { bundled } from "./bundled.ts";
import { inChromium } from "./in-chromium.ts";
import type * as suite from "./pages/suite.ts";
import { type Ask, remote } from "./remote.ts";
const files = async () => ({ "/suite.html": "<!doctype html><title>s</title>", "/suite.js": (await bundled("suite.ts")).code });
inChromium("in Chromium", files, (open) => {
  describe.each(["webgl2", "webgpu"] as const)("gpu:%s", (mode) => {
    let ask: Ask<typeof suite>;
    beforeAll(async () => { ask = remote(await open("/suite.html"), "/suite.js"); });
    it.for(["logPotential", "potentialGradient"])("%s", async (kernel) => {
      const s = performance.now();
      const verdict = await ask("check", mode, kernel);
      console.log(mode, kernel, performance.now() - s, JSON.stringify(verdict?.violations.slice(0, 30)), JSON.stringify(verdict?.ran), JSON.stringify(verdict?.refused));
      expect(verdict?.violations).toEqual([]);
    }, 300000);
  });
});
