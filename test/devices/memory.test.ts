import { execFile } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { build } from "esbuild";
import fc from "fast-check";
import { afterEach, describe, expect, it, vi } from "vitest";
import { CpuDevice } from "../../src/devices/cpu/device.ts";
import { type Block, Pool } from "../../src/devices/cpu/pool.ts";
import { simdMissing } from "../../src/devices/cpu/simd.ts";
import { type Tensor, zeros } from "../../src/index.ts";
import { root } from "../house/source.ts";

const page = 65_536;
const grain = 64;

/** A pool that begins behind one page, and room for nine more. */
function freshPool(limit = 10 * page): Pool {
  return new Pool(new WebAssembly.Memory({ initial: 1, maximum: 65_536 }), limit);
}

/** Takes a block of so many bytes, or gives back the block that has been out n-th longest, if any is out. */
const bytes = fc.oneof(
  fc.integer({ min: 0, max: 300 }),
  fc.integer({ min: page / 2, max: page - 1 }), // one class of sizes: a hole may be too small though its class fits
  fc.integer({ min: 0, max: 3 * page }),
);
const moves = fc.array(fc.oneof(fc.record({ take: bytes }), fc.record({ give: fc.nat(40) })), { maxLength: 120 });

/** Stretches of the pool's memory between the blocks that are out. */
function holes(pool: Pool, out: readonly Block[]): number[] {
  const edges = out.toSorted((a, b) => a.address - b.address);
  const starts = [page, ...edges.map(({ address, size }) => address + size)];
  const ends = [...edges.map(({ address }) => address), pool.capacity];
  return starts.map((start, i) => ends[i] - start);
}

describe("the pool", () => {
  it("keeps blocks apart, aligned and inside, grows only when no hole fits, and is whole again in the end", () => {
    fc.assert(
      fc.property(moves, (sequence) => {
        const pool = freshPool();
        const out: Block[] = [];
        for (const move of sequence) {
          if ("give" in move) {
            const [block] = out.splice(move.give % Math.max(1, out.length), 1);
            if (block) pool.give(block);
          } else {
            const { capacity } = pool;
            const needed = Math.max(grain, Math.ceil(move.take / grain) * grain);
            const fits = Math.max(...holes(pool, out)) >= needed;
            const block = pool.take(move.take);
            if (fits) expect([block !== undefined, pool.capacity]).toEqual([true, capacity]);
            if (block === undefined) continue;
            expect(block.address % grain).toBe(0);
            expect(block.size).toBe(needed);
            out.push(block);
          }
          expect(Math.min(...holes(pool, out))).toBeGreaterThanOrEqual(0); // no overlap, nothing outside
          expect(pool.used).toBe(out.reduce((sum, { size }) => sum + size, 0));
          expect(pool.capacity).toBeLessThanOrEqual(10 * page);
        }
        for (const block of out) pool.give(block);
        expect(pool.used).toBe(0);
        const { capacity } = pool;
        if (capacity > page) expect(pool.take(capacity - page)?.address).toBe(page);
        expect(pool.capacity).toBe(capacity);
      }),
      { numRuns: 300 },
    );
  });

  it("refuses a block that was given back before, whatever it has become part of", () => {
    for (const order of [
      [0, 1, 2],
      [2, 1, 0],
      [0, 2, 1],
      [1, 0, 2],
    ]) {
      const pool = freshPool();
      const blocks = [100, 200, 300].map((bytes) => pool.take(bytes)) as Block[];
      for (const i of order) {
        pool.give(blocks[i]);
        expect(() => pool.give(blocks[i])).toThrow(/^pool: the block at \d+ was given back twice$/);
      }
      expect(pool.used).toBe(0);
    }
  });

  it("stops at its limit, and goes on when there is room again", () => {
    const pool = freshPool(3 * page);
    const block = pool.take(2 * page);
    expect(pool.take(grain)).toBe(undefined);
    expect(pool.take(page)).toBe(undefined);
    expect([pool.used, pool.capacity]).toEqual([2 * page, 3 * page]);
    if (block) pool.give(block);
    expect(pool.take(page)?.address).toBe(page);
    expect(freshPool(3 * page).take(2 * page + 1)).toBe(undefined);

    const nearlyFull = freshPool(18 * page);
    nearlyFull.take(16 * page);
    expect(nearlyFull.take(page)).toBeDefined(); // an eighth more would be too much, one page is not
    expect(nearlyFull.capacity).toBe(18 * page);
  });

  it("stops growing after the first round of a loop that repeats itself", () => {
    const pool = freshPool(2 ** 26);
    const round = (): void => {
      const blocks = [5e5, 64, 3e4, 2e6, 1e3, 7e5].map((bytes) => pool.take(bytes)) as Block[];
      for (const i of [3, 0, 5, 1, 4, 2]) pool.give(blocks[i]);
    };
    round();
    const { capacity } = pool;
    for (let i = 0; i < 100; i++) round();
    expect(pool.capacity).toBe(capacity);
  });
});

describe("a device whose memory is full", () => {
  it("says how much is alive, the largest shapes and the remedies, and works on when something is freed", () => {
    const device = new CpuDevice({ limit: 2 ** 23 });
    const kept: Tensor[] = [zeros([300], { device })];
    const fill = (): void => {
      for (;;) kept.push(zeros([512, 512], { device })); // 1 MiB each
    };
    expect(fill).toThrow(
      /^cpu: out of memory: 1\.0 MiB more do not fit beside the 7\.0 MiB in use \(of 8\.0 MiB\)\. Largest: 7 x \[512, 512\] \(7\.0 MiB\), .*1 x \[300\] \(0\.0 MiB\)\. .* scope\(\(\) => \.\.\.\) or uses trainStep; .* await data\(\) or item\(\)/,
    );
    expect(kept.length).toBe(8);
    kept[3].storage.free();
    expect(fill).toThrow(/7 x \[512, 512\]/);
    expect(kept.length).toBe(9);
    expect(kept[8].dataSync().every((x) => x === 0)).toBe(true);
  });

  it("has lost nothing when a kernel did not get its result", () => {
    const device = new CpuDevice({ limit: 2 ** 20 });
    const x = device.upload(new Float32Array(100_000));
    const { used } = device;
    const tooLarge = { shape: [5, 100_000], strides: [0, 1], offset: 0 };
    expect(() => device.kernels.copy(x, tooLarge)).toThrow("cpu: out of memory: 1.9 MiB more");
    expect(device.used).toBe(used);
    expect(device.kernels.copy(x, { shape: [3], strides: [1], offset: 0 }).readSync()).toEqual(new Float32Array(3));
  });
});

describe("where WebAssembly or its SIMD is missing", () => {
  afterEach(() => {
    vi.restoreAllMocks();
  });

  it("says which", () => {
    expect(simdMissing()).toBe(undefined);
    vi.spyOn(WebAssembly, "validate").mockReturnValue(false);
    expect(simdMissing()).toBe("this JavaScript engine has no WebAssembly SIMD");
  });

  it("serves the reference device, whose report says so", async () => {
    const folder = await mkdtemp(join(tmpdir(), "align-uniform-jitless-"));
    const outfile = join(folder, "library.mjs");
    const contents = `
      export { tensor } from "./src/index.ts";
      export { cpu } from "./src/devices/cpu/cpu.ts";`;
    const stdin = { contents, resolveDir: root, loader: "ts" } as const;
    await build({ stdin, bundle: true, format: "esm", platform: "node", outfile, logLevel: "error" });
    const program = `
      import { cpu, tensor } from ${JSON.stringify(outfile)};
      const y = tensor([1, 2], { device: cpu }).mul(3);
      console.log(JSON.stringify({ y: [...y.dataSync()], report: cpu.report() }));`;
    const run = async (...flags: string[]): Promise<string> => {
      const argv = [...flags, "--input-type=module", "--eval", program];
      return (await promisify(execFile)(process.execPath, argv)).stdout;
    };
    const refused = [{ what: "cpu", why: "this JavaScript engine has no WebAssembly" }];
    expect(JSON.parse(await run("--jitless"))).toEqual({
      y: [3, 6],
      report: { name: "reference(float32)", dtype: "float32", ran: { "zip:mul": 1 }, refused },
    });
    expect(JSON.parse(await run()).report).toMatchObject({ name: "cpu", refused: [] });
    await rm(folder, { recursive: true });
  });
});
