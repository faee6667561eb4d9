import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { build } from "esbuild";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { twoViews } from "../../src/data/index.ts";
import { type ViewStep, viewOf } from "../../src/data/view-of.ts";
import {
  cifar10Files,
  imageFolder,
  type Pictures,
  type PlannedBatch,
  stl10Files,
  type ViewBatch,
  viewMaker,
} from "../../src/node/index.ts";
import { ViewCrew } from "../../src/node/views/crew.ts";
import { worker } from "../../src/node/views/worker.generated.ts";
import { generator } from "../../src/ops/index.ts";
import { pictureOf, writeCifar10, writeImageFolder, writePicture, writeStl10 } from "./picture-files.ts";

const steps: readonly ViewStep[] = [
  ["randomResizedCrop", 12, { scale: [0.2, 1] }],
  ["horizontalFlip"],
  ["normalizeChannels", { mean: [0.5, 0.4, 0.3], std: [0.2, 0.3, 0.4] }],
];

let folder: string;
let sets: Record<"cifar10" | "stl10" | "folder", Pictures>;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "align-uniform-"));
  await writeCifar10(join(folder, "cifar10"), { train: [6, 6] });
  await writeStl10(join(folder, "stl10"), { train: 3, unlabeled: 4 });
  await writeImageFolder(join(folder, "folder"), ["a/1.png", "a/2.jpg", "b/3.webp", "b/4.png", "b/5.jpg"], [40, 50]);
  sets = {
    cifar10: await cifar10Files(join(folder, "cifar10"), "train"),
    stl10: await stl10Files(join(folder, "stl10"), "train+unlabeled"),
    folder: await imageFolder(join(folder, "folder")),
  };
});
afterAll(async () => {
  await sets.stl10.close();
  await rm(folder, { recursive: true });
});

/** Batches of these pictures, with the generators of seeds 0, 1, ... */
function plan(...batches: number[][]): PlannedBatch[] {
  return batches.map((indices, seed) => ({ indices: Int32Array.from(indices), generator: generator(seed) }));
}

/** All that a plan comes to. */
async function made(
  pictures: Pictures,
  planned: Iterable<PlannedBatch>,
  options: Partial<Parameters<typeof viewMaker>[1]>,
): Promise<Omit<ViewBatch, "waited">[]> {
  const maker = viewMaker(pictures, { steps, ...options });
  const batches: Omit<ViewBatch, "waited">[] = [];
  try {
    for await (const { data, shape, labels, waited } of maker.batches(planned)) {
      expect(waited).toBeGreaterThanOrEqual(0);
      expect([data.byteOffset, data.buffer.byteLength]).toEqual([0, data.byteLength]);
      batches.push({ data, shape, labels });
    }
  } finally {
    await maker.close();
  }
  return batches;
}

/** How many threads this one has started that still are. */
function threads(): number {
  Object.assign(process.report, { excludeNetwork: true }); // whose names take their time
  return (process.report.getReport() as unknown as { workers: unknown[] }).workers.length;
}

describe("viewMaker", () => {
  it.each(["cifar10", "stl10", "folder"] as const)(
    "makes the same bits of %s with any number of threads, those of twoViews",
    async (name) => {
      const pictures = sets[name];
      const planned = plan([4, 0, 3], [1, 1], [2], [0, 1, 2, 3, 4]);
      const [none, one, three] = await Promise.all([0, 1, 3].map((workers) => made(pictures, planned, { workers })));
      expect(one).toEqual(none);
      expect(three).toEqual(none);
      expect(none.length).toBe(4);
      for (const [b, { data, shape, labels }] of none.entries()) {
        const { indices } = planned[b];
        const n = indices.length;
        expect([shape, labels]).toEqual([[2 * n, 3, 12, 12], Int32Array.from(indices, (i) => pictures.labels[i])]);
        for (const [k, i] of indices.entries()) {
          const pair = twoViews(viewOf(steps))(await pictures.get(i), generator(b).fork(String(k)));
          for (const v of [0, 1]) expect(data.slice((v * n + k) * 432, (v * n + k + 1) * 432)).toEqual(pair[v].data);
        }
      }
    },
  );

  it("makes one view for probes, or three", async () => {
    const crop: readonly ViewStep[] = [["centerCrop", 32]];
    const [one] = await made(sets.cifar10, plan([7, 2]), { workers: 1, views: 1, steps: crop });
    expect([one.shape, one.labels]).toEqual([[2, 3, 32, 32], Int32Array.of(7, 2)]);
    const wanted = [7, 2].flatMap((i) => [...pictureOf(i, 32, 32).data]);
    expect(one.data).toEqual(Float32Array.from(wanted, (byte) => byte / 255));
    const [two] = await made(sets.cifar10, plan([7, 2]), { workers: 0, views: 2 });
    const [three] = await made(sets.cifar10, plan([7, 2]), { workers: 2, views: 3 });
    expect([three.shape, three.data.slice(0, two.data.length)]).toEqual([[6, 3, 12, 12], two.data]);
  });

  it("takes a generator as it is when the plan is asked, and does not move it", async () => {
    const g = generator(5);
    function* planned(): Generator<PlannedBatch> {
      for (let i = 0; i < 3; i++) {
        yield { indices: Int32Array.of(0, 1), generator: g };
        g.float();
      }
    }
    const states = [0, 1, 2].map((moves) => {
      const moved = generator(5);
      for (let i = 0; i < moves; i++) moved.float();
      return { indices: Int32Array.of(0, 1), generator: moved.getState() };
    });
    expect(await made(sets.cifar10, planned(), { workers: 2 })).toEqual(
      await made(sets.cifar10, states, { workers: 0 }),
    );
  });

  it("begins as many batches ahead as it is told, and no more", async () => {
    for (const [workers, ahead, early] of [
      [1, 2, 3],
      [2, 0, 1],
      [1, 5, 6],
      [0, 2, 1],
    ] as const) {
      let asked = 0;
      function* planned(): Generator<PlannedBatch> {
        for (const batch of plan(...Array.from({ length: 9 }, (_, i) => [i]))) {
          asked++;
          yield batch;
        }
      }
      const maker = viewMaker(sets.cifar10, { steps, workers, ahead });
      const batches = maker.batches(planned());
      expect(asked).toBe(0);
      for (let used = 0; used < 9; used++) {
        const { value } = await batches.next();
        expect(value?.labels).toEqual(Int32Array.of(used));
        expect(asked).toBe(Math.min(9, used + early));
      }
      expect(await batches.next()).toEqual({ value: undefined, done: true });
      await maker.close();
    }
  });

  it("works while the thread that trains is busy", async () => {
    const maker = viewMaker(sets.stl10, {
      steps: [
        ["resize", 90],
        ["resize", 95],
      ],
      workers: 1,
    });
    const numbers = Array.from({ length: 24 }, (_, i) => i % 7);
    let best = 1;
    for (let attempt = 0; attempt < 5 && best > 0.3; attempt++) {
      const waited: number[] = [];
      for await (const batch of maker.batches(plan(numbers, numbers))) {
        waited.push(batch.waited);
        Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1000); // nothing else runs in this thread
      }
      best = Math.min(best, waited[1] / waited[0]);
    }
    await maker.close();
    expect(best).toBeLessThan(0.3);
  });

  it("names the picture that cannot be read or made, in its own batch, and goes on afterwards", async () => {
    const path = join(folder, "damaged");
    await writeImageFolder(path, ["1.png", "2.png", "3.jpg", "4.png"], [20, 20]);
    await writePicture(join(path, "5.png"), pictureOf(0, 10, 30));
    await writeFile(join(path, "3.jpg"), (await readFile(join(path, "3.jpg"))).subarray(0, -9));
    const pictures = await imageFolder(path);
    for (const workers of [0, 1, 2]) {
      const maker = viewMaker(pictures, { steps: [["resize", 10]], workers });
      const labels: Int32Array[] = [];
      const take = async (...batches: number[][]): Promise<void> => {
        for await (const batch of maker.batches(plan(...batches))) labels.push(batch.labels);
      };
      await expect(take([0, 1], [1, 2, 0], [3])).rejects.toThrow(`${join(path, "3.jpg")}: is damaged or no picture`);
      expect(labels.length).toBe(1);
      await expect(take([0, 4])).rejects.toThrow(
        `${join(path, "5.png")}: is [3, 10, 30] after the steps, views before it [3, 10, 10]: let a step bring all to one size`,
      );
      await expect(take([0], [])).rejects.toThrow("viewMaker: a batch needs at least one picture, got none");
      await expect(take([0], [5])).rejects.toThrow("viewMaker: no picture 5 in 0..4");
      await take([0, 1], [3]);
      expect(labels.length).toBe(5);
      await maker.close();
      const grey = viewMaker(pictures, { steps: [["normalizeChannels", { mean: [0], std: [1] }]], workers });
      // The next one, which is damaged, is being read by then: nobody waits for it any more.
      await expect(grey.batches(plan([1, 2])).next()).rejects.toThrow(
        `${join(path, "2.png")}: normalizeChannels: mean and std are for 1 channels, the picture has 3`,
      );
      await new Promise((resolve) => setTimeout(resolve, 50));
      await grey.close();
    }
  });

  it("says so where a thread finds the files changed", async () => {
    const path = join(folder, "changed");
    await writeStl10(path, { unlabeled: 3 });
    const pictures = await stl10Files(path, "unlabeled");
    await truncate(join(path, "unlabeled_X.bin"), 27_648);
    const maker = viewMaker(pictures, { steps, workers: 1 });
    await expect(maker.batches(plan([0])).next()).rejects.toThrow(
      /unlabeled_X\.bin: has 27648 bytes, had 82944 before/,
    );
    await maker.close();
    await pictures.close();
  });

  it("keeps its threads from one iteration to the next, and ends them when one is left early, fails, or on close", async () => {
    const before = threads();
    const maker = viewMaker(sets.cifar10, { steps, workers: 2 });
    const batches = plan([0], [1], [2], [3]);
    const count = async (until: number): Promise<number> => {
      let taken = 0;
      for await (const _ of maker.batches(batches)) if (++taken === until) break;
      return threads() - before;
    };
    expect(threads()).toBe(before);
    expect([await count(9), await count(9)]).toEqual([2, 2]);
    expect(await count(2)).toBe(0);
    expect(await count(9)).toBe(2);
    await expect(maker.batches(plan([0, 99])).next()).rejects.toThrow("no picture 99");
    expect(threads()).toBe(before);
    expect(await count(9)).toBe(2);
    await maker.close();
    expect(threads()).toBe(before);
    await expect(maker.batches(batches).next()).rejects.toThrow("viewMaker: is closed: make another one");
  });

  it("leaves nothing behind of an iteration that is abandoned, and lets another run beside it", async () => {
    const before = threads();
    const maker = viewMaker(sets.cifar10, { steps, workers: 2 });
    const abandoned = maker.batches(plan([0], [1], [2], [3]));
    await abandoned.next();
    for (const take of [1, 2]) {
      const batches = maker.batches(plan([4], [5], [6]));
      for (let i = 0; i < take; i++) await batches.next();
      await batches.return();
    }
    expect((await abandoned.next()).value?.labels).toEqual(Int32Array.of(1)); // its threads were not taken from it
    await maker.close();
    expect(threads()).toBe(before);
    await abandoned.next().then(undefined, (error: Error) => expect(error.message).toBe("viewMaker: it was closed"));
  });

  it("rejects what is waited for when it is closed", async () => {
    const maker = viewMaker(sets.stl10, { steps, workers: 1 });
    const waiting = maker.batches(plan(Array.from({ length: 500 }, () => 1))).next();
    const told = expect(waiting).rejects.toThrow("viewMaker: it was closed");
    await maker.close();
    await told;
  });

  it.each([
    ["process.exit(7)", "it exited with code 7"],
    ["throw new Error('planted')", "Error: planted"],
    ["require('node:worker_threads').parentPort.once('message', () => process.exit(3))", "it exited with code 3"],
  ])("rejects every batch under way with the reason when a thread dies: %s", async (text, reason) => {
    const before = threads();
    const crew = new ViewCrew({ place: sets.cifar10.place, steps, views: 2 }, 2, text);
    const order = { indices: Int32Array.of(0), state: generator(0).getState() };
    const outcomes = await Promise.allSettled([crew.make(order), crew.make(order), crew.make(order)]);
    const why = new RegExp(`^Error: viewMaker: thread [12] of 2 has ended: ${reason}$`);
    for (const outcome of outcomes) {
      expect(outcome.status).toBe("rejected");
      if (outcome.status === "rejected") expect(String(outcome.reason)).toMatch(why);
    }
    await expect(crew.make(order)).rejects.toThrow("has ended");
    await crew.end("again");
    expect(threads()).toBe(before);
  });

  it("refuses wrong options at once", () => {
    const wrong =
      (options: object): (() => unknown) =>
      () =>
        viewMaker(sets.cifar10, { steps, ...options });
    expect(wrong({ worker: 1 })).toThrow('viewMaker: unknown option "worker": it takes steps, views, workers, ahead');
    expect(wrong({ views: 0 })).toThrow("viewMaker: views must be a whole number >= 1, got 0");
    expect(wrong({ workers: -1 })).toThrow("viewMaker: workers must be a whole number >= 0, got -1");
    expect(wrong({ ahead: 1.5 })).toThrow("viewMaker: ahead must be a whole number >= 0, got 1.5");
    expect(wrong({ steps: [["sharpen"]] })).toThrow();
    expect(viewMaker(sets.cifar10, { steps }).workers).toBeGreaterThan(0);
  });
});

describe("what threads that make views run", () => {
  it("is small: no kernels, no tensors", () => {
    expect(worker.length).toBeLessThan(60_000);
    expect(worker).not.toContain("WebAssembly");
  });

  it("works from a bundle in another folder, keeps the process while it is waited for, and lets it end when idle", async () => {
    const outfile = join(folder, "bundle", "main.mjs");
    const source = `
      import { imageFolder, viewMaker } from "./src/node.ts";
      import { generator } from "./src/index.ts";
      const pictures = await imageFolder(process.argv[2]);
      const maker = viewMaker(pictures, { steps: [["randomResizedCrop", 8]], workers: 4 }); // one has nothing to do
      const plan = [0, 1, 2].map((i) => ({ indices: Int32Array.of(i, i + 1), generator: generator(i) }));
      const sums = [];
      for await (const { data } of maker.batches(plan)) sums.push(data.reduce((sum, x) => sum + x, 0));
      console.log(JSON.stringify(sums));
    `;
    const stdin = { contents: source, resolveDir: new URL("../..", import.meta.url).pathname, loader: "ts" as const };
    await build({
      stdin,
      bundle: true,
      format: "esm",
      platform: "node",
      outfile,
      logLevel: "error",
      external: ["hyparquet", "hyparquet/*", "hyparquet-compressors"],
    });
    const bundled = await readFile(outfile, "utf8");
    const sharp = new URL("../../package.json", import.meta.url).href; // from where the package is found
    await writeFile(outfile, bundled.replaceAll("import.meta.url", JSON.stringify(sharp)));
    const { stdout } = await promisify(execFile)(process.execPath, [outfile, join(folder, "folder")], {
      timeout: 30_000,
    });
    const here = await made(sets.folder, plan([0, 1], [1, 2], [2, 3]), {
      workers: 0,
      steps: [["randomResizedCrop", 8]],
    });
    expect(JSON.parse(stdout)).toEqual(here.map(({ data }) => data.reduce((sum, x) => sum + x, 0)));
  });
});
