import { existsSync } from "node:fs";
import { mkdtemp, readdir, readlink, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Worker } from "node:worker_threads";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Gallery } from "../../src/cli/train/gallery.ts";
import { type Collection, pictureGallery } from "../../src/cli/train/pictures/gallery.ts";
import { type Images, type ViewStep, viewOf } from "../../src/data/index.ts";
import { type Generator, generator } from "../../src/index.ts";
import { imageFolder, stl10Files } from "../../src/node/index.ts";
import { pictureOf, writeImageFolder, writePicture, writeStl10 } from "../node/picture-files.ts";
import { listed } from "./lessons.ts";

let folder: string;
const at = (...names: string[]): string => join(folder, ...names);

/** What the encoder sees, how a picture is shown as it is, and what a probe learns from: no two give the same numbers. */
const config = {
  imageSize: 5,
  views: [["randomResizedCrop", 5, { scale: [0.2, 0.6] }], ["horizontalFlip"]],
  plain: [["resize", 7], ["centerCrop", 5], ["normalizeChannels", { mean: [0.5, 0.4, 0.3], std: [0.1, 0.2, 0.3] }]],
  probing: [["randomResizedCrop", 5, { scale: [0.7, 1] }], ["normalizeChannels", { mean: [0, 0, 0], std: [9, 9, 9] }]],
} as const satisfies Parameters<typeof pictureGallery>[1]; // biome-ignore format: short

const learnt = { sides: [12, 9], files: ["cat/0", "cat/1", "cat/2", "dog/3", "dog/4", "dog/5", "owl/6"] } as const;
const judged = { sides: [8, 10], files: ["cat/0", "dog/1", "dog/2", "owl/3", "owl/4"] } as const;
const train = [6, 0, 5, 2];
const known = [5, 1, 6];
const asked = [4, 0, 3, 1];

/** Rows that are other than their places, and each other's. */
async function collection(test: string = at("test")): Promise<Collection> {
  const [own, others] = [await imageFolder(at("train")), await imageFolder(test)];
  return {
    train: { pictures: own, rows: Int32Array.from(train) },
    known: { pictures: own, rows: Int32Array.from(known) },
    asked: { pictures: others, rows: Int32Array.from(asked) },
    classes: own.classes,
  };
}

/** Pictures of a set, put through steps one by one: picture k draws from `fork(String(k))`, each view after the one before. */
function byHand(
  { sides: [height, width] }: typeof learnt | typeof judged,
  numbers: readonly number[],
  steps: readonly ViewStep[],
  drawn: Generator,
  views: number = 1,
): number[] {
  const view = viewOf(steps);
  const made = numbers.map((i, k) => {
    const own = drawn.fork(String(k));
    return Array.from({ length: views }, () => [...view(pictureOf(i, height, width), own).data]);
  });
  return Array.from({ length: views }, (_, v) => made.flatMap((each) => each[v])).flat();
}

const seen = ({ data, shape }: Images<Float32Array>, n: number): number[] => {
  expect(shape).toEqual([n, 3, 5, 5]);
  return [...data];
};

let gallery: Gallery;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "align-uniform-gallery-"));
  await writeImageFolder(at("train"), learnt.files.map((name) => `${name}.png`), learnt.sides); // biome-ignore format: short
  await writeImageFolder(at("test"), judged.files.map((name) => `${name}.png`), judged.sides); // biome-ignore format: short
  gallery = pictureGallery(await collection(), config, 0);
});
afterAll(async () => {
  await gallery.close();
  await rm(folder, { recursive: true });
});

describe("pictureGallery", () => {
  it("tells sizes, classes and the labels of its rows", () => {
    expect(gallery).toMatchObject({ shape: [3, 5, 5], length: 4, classes: ["cat", "dog", "owl"] });
    expect([gallery.known.length, [...gallery.known.labels]]).toEqual([3, [1, 0, 2]]);
    expect([gallery.asked.length, [...gallery.asked.labels]]).toEqual([4, [2, 0, 2, 1]]);
  });

  it("shows the pictures of its rows as they are", async () => {
    const rows = Int32Array.of(2, 0, 1);
    const none = generator(0);
    expect(seen(await gallery.known.plain(rows), 3)).toEqual(byHand(learnt, [6, 5, 1], config.plain, none));
    expect(seen(await gallery.asked.plain(rows), 3)).toEqual(byHand(judged, [3, 4, 0], config.plain, none));
  });

  it("learns from two views of the pictures of its rows, all first ones and then all second ones", async () => {
    const plan = [generator(1), generator(2)].map((each, i) => ({ indices: Int32Array.of(3 - i, 1), generator: each }));
    const [first, second] = await listed(gallery.views(plan));
    expect(seen(first, 4)).toEqual(byHand(learnt, [2, 0], config.views, generator(1), 2));
    expect(seen(second, 4)).toEqual(byHand(learnt, [5, 0], config.views, generator(2), 2));
  });

  it("shows a probe one view each of the known pictures, by steps of its own", async () => {
    const [shown] = await listed(gallery.probing([{ indices: Int32Array.of(2, 0), generator: generator(3) }]));
    expect(seen(shown, 2)).toEqual(byHand(learnt, [6, 5], config.probing, generator(3)));
  });

  it("measures by two views of each picture, other ones at each call with a generator, which moves on", async () => {
    const [rows, one] = [Int32Array.of(3, 1), generator(4)];
    const calls = [await gallery.asked.views(rows, one), await gallery.asked.views(rows, one)];
    const [first, second] = calls.map((images) => seen(images, 4));
    expect(first).toEqual(byHand(judged, [1, 0], config.views, generator(4).fork("views"), 2));
    expect(second).not.toEqual(first);
    expect(first.slice(0, 150)).not.toEqual(first.slice(150)); // a view is not the other one
    expect(seen(await gallery.asked.views(rows, generator(4)), 4)).toEqual(first);
    const ofKnown = seen(await gallery.known.views(rows.subarray(1), generator(4)), 2);
    expect(ofKnown).toEqual(byHand(learnt, [1], config.views, generator(4).fork("views"), 2));
  });

  it("has another fingerprint once one byte of a picture is another, whether it is learnt from or judged by", async () => {
    const before = await gallery.fingerprint();
    expect(before).toMatchObject({ train: 4, test: 4, sha256: expect.stringMatching(/^[0-9a-f]{64}$/) });
    const hashes = [before.sha256];
    const parts = { test: judged, train: learnt };
    for (const [part, { sides, files }] of Object.entries(parts)) {
      const [height, width] = sides;
      const path = at(part, `${files[1]}.png`);
      const changed = pictureOf(1, height, width);
      changed.data[7] ^= 1;
      await writePicture(path, changed);
      hashes.push((await gallery.fingerprint()).sha256);
      await writePicture(path, pictureOf(1, height, width));
    }
    expect(new Set(hashes).size).toBe(3);
    expect(await gallery.fingerprint()).toEqual(before);
  });

  it("ends every thread when it is closed, having made the same views as without any", async () => {
    let [begun, running] = [0, 0];
    const count = (worker: Worker): void => {
      begun++;
      running++;
      worker.on("exit", () => running--);
    };
    process.on("worker", count);
    try {
      const threaded = pictureGallery(await collection(), config, 2);
      const rows = Int32Array.of(0, 2);
      const plan = (): { indices: Int32Array; generator: Generator }[] => [{ indices: rows, generator: generator(6) }];
      expect(await listed(threaded.views(plan()))).toMatchObject(
        (await listed(gallery.views(plan()))).map(({ data, shape }) => ({ data, shape })),
      );
      const ways = [threaded.known, threaded.asked].flatMap((sample) => [
        () => sample.plain(rows),
        () => sample.views(rows, generator(7)),
      ]);
      for (const way of ways) await way();
      await listed(threaded.probing(plan()));
      expect(begun).toBeGreaterThanOrEqual(6); // one at least for each way of showing pictures
      expect(running).toBe(begun);
      await threaded.close();
      expect(running).toBe(0);
    } finally {
      process.off("worker", count);
    }
  });

  it.skipIf(!existsSync("/proc/self/fd"))("leaves no file open when it is closed", async () => {
    await writeStl10(at("stl10"), { train: 3, unlabeled: 1, test: 3 });
    const open = async (): Promise<string[]> => {
      const links = (await readdir("/proc/self/fd")).map((fd) => readlink(`/proc/self/fd/${fd}`).catch(() => ""));
      return (await Promise.all(links)).filter((path) => path.startsWith(at("stl10"))).sort();
    };
    const [every, own, others] = [
      await stl10Files(at("stl10"), "train+unlabeled"),
      await stl10Files(at("stl10"), "train"),
      await stl10Files(at("stl10"), "test"),
    ];
    const rows = Int32Array.of(0, 1, 2);
    const held = pictureGallery(
      {
        train: { pictures: every, rows },
        known: { pictures: own, rows },
        asked: { pictures: others, rows },
        classes: own.classes,
      },
      config,
      1,
    );
    await held.asked.plain(rows);
    await listed(held.views([{ indices: rows, generator: generator(1) }]));
    const before = await open();
    expect(new Set(before)).toEqual(new Set(["test_X.bin", "train_X.bin", "unlabeled_X.bin"].map((name) => at("stl10", name)))); // biome-ignore format: a line
    await held.close();
    expect(await open()).toEqual([]);
  });
});
