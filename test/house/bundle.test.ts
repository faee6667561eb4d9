import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as library from "align-uniform";
import { version } from "align-uniform/node";
import { build } from "esbuild";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

/** Losses of five training steps with a copy of the library. */
async function train({ Adam, alignUniformLoss, generator, mlpEncoder, trainStep }: typeof library): Promise<number[]> {
  const g = generator(3);
  const encoder = mlpEncoder({ sizes: [6, 5, 3], generator: g });
  const step = trainStep(new Adam(encoder.parameters(), { lr: 0.05 }), (x: library.Tensor, y: library.Tensor) =>
    alignUniformLoss(encoder.forward(x), encoder.forward(y)),
  );
  const losses: number[] = [];
  for (let i = 0; i < 5; i++) {
    const x = g.normal([16, 6]);
    losses.push(await (await step(x, x.add(0.1))).loss.item());
  }
  return losses;
}

describe("the library in one minified file for browsers", () => {
  let folder = "";
  let size = 0;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "align-uniform-bundle-"));
    const { metafile } = await build({
      entryPoints: ["src/index.ts"],
      bundle: true,
      minify: true,
      format: "esm",
      platform: "browser", // an import of a Node module is an error here
      outfile: join(folder, "browser.mjs"),
      metafile: true,
      logLevel: "error",
      external: ["hyparquet", "hyparquet/*", "hyparquet-compressors"], // as scripts/browser-files.mjs has it
    });
    size = Object.values(metafile.outputs)[0].bytes;
  });
  afterAll(() => rm(folder, { recursive: true }));

  it("trains to the same bits, methods of tensors and all", async () => {
    const bundled = (await import(join(folder, "browser.mjs"))) as typeof library;
    expect(bundled.Tensor).not.toBe(library.Tensor);
    expect(await train(bundled)).toEqual(await train(library));
  });

  it("is less than 385 kB, more than half of it the WebAssembly, with and without relaxed SIMD", () => {
    expect(size).toBeLessThan(385_000);
    expect(size).toBeGreaterThan(10_000);
  });
});

describe("align-uniform/node in a bundle", () => {
  it.each(["esm", "cjs"] as const)("loads wherever the %s file lies", async (format) => {
    const folder = await mkdtemp(join(tmpdir(), "align-uniform-bundle-"));
    const outfile = join(folder, format === "esm" ? "node.mjs" : "node.cjs");
    await build({ entryPoints: ["src/node.ts"], bundle: true, format, platform: "node", outfile, logLevel: "error" });
    const bundled = await import(outfile);
    expect(bundled.version).toBe(version);
    await rm(folder, { recursive: true });
  });
});
