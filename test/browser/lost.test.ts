import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";
import { bundled } from "./bundled.ts";
import { inChromium } from "./in-chromium.ts";
import type * as lost from "./pages/lost.ts";
import { remote } from "./remote.ts";

const losing = await readFile(fileURLToPath(new URL("pages/losing.js", import.meta.url)), "utf8");

const files = async () => ({
  "/lost.html": "<!doctype html><title>a graphics card that is lost</title>",
  "/lost.js": (await bundled("lost.ts")).code,
});

inChromium("in Chromium", files, (open) => {
  it.each([
    [
      "webgpu",
      /^gpu:webgpu: the graphics card was lost \(.+\); its arrays are lost: load a checkpoint and ask gpu\(\)/,
    ],
    ["webgl2", /^gpu:webgl2: the WebGL context was lost; its arrays are lost: load a checkpoint and ask gpu\(\)/],
  ] as const)("gpu:%s says that its card was lost, with a remedy that works", async (mode, message) => {
    const page = await open("/lost.html", { before: losing });
    const { before, after, anew } = await remote<typeof lost>(page, "/lost.js")("afterLoss", mode);
    expect(before).toMatch(message);
    expect(after).toMatch(message);
    expect(anew).toBe(true);
  });
});
