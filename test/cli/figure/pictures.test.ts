import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { classesOf, readPictures } from "../../../src/cli/figure/pictures.ts";
import { pairMaker } from "../../../src/cli/figure/views.ts";
import { mnistConfig } from "../../../src/cli/train/config.ts";
import { affineViews } from "../../../src/data/index.ts";
import { generator } from "../../../src/ops/index.ts";
import { writeDigits } from "../digits.ts";
import { writeColours } from "./tiny-figure.ts";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "align-uniform-pictures-"));
});
afterAll(() => rm(folder, { recursive: true }));

describe("the pictures of a figure", () => {
  it("are known by what lies in the folder", async () => {
    const colours = await writeColours(join(folder, "colours"), {
      "data_batch_3.bin": 7,
      "data_batch_1.bin": 5,
      "test_batch.bin": 4,
    });
    const { name, train, test } = await readPictures(colours);
    expect([name, train.length, test.length, train.images.shape]).toEqual(["cifar10", 12, 4, [12, 3, 32, 32]]);
    const alone = await writeColours(join(folder, "alone"), { "data_batch_1.bin": 5, "test_batch.bin": 4 });
    expect(train.images.data.subarray(0, 5 * 3072)).toEqual((await readPictures(alone)).train.images.data); // in the files' order

    const digits = await readPictures(await writeDigits(join(folder, "digits"), { train: 6, test: 5 }));
    expect([digits.name, digits.train.length, digits.test.length]).toEqual(["mnist", 6, 5]);
  });

  it("are named where one of the files is absent or damaged", async () => {
    const untested = await writeColours(join(folder, "untested"), { "data_batch_1.bin": 3 });
    await expect(readPictures(untested)).rejects.toThrow(/cannot read .*untested.test_batch\.bin: ENOENT/);
    const untrained = await writeColours(join(folder, "untrained"), { "test_batch.bin": 3 });
    await expect(readPictures(untrained)).rejects.toThrow(/cannot read .*untrained.data_batch_1\.bin: ENOENT/);
    await writeFile(join(untested, "test_batch.bin"), new Uint8Array(3072));
    await expect(readPictures(untested)).rejects.toThrow(/untested.test_batch\.bin: found 3072 bytes/);
    await expect(readPictures(join(folder, "nowhere"))).rejects.toThrow(
      /nowhere.train-images-idx3-ubyte: no such file/,
    );
  });

  it("have ten classes", () => {
    expect(classesOf("cifar10")[3]).toBe("cat");
    expect(classesOf("mnist")[3]).toBe("digit 3");
  });
});

describe("the views of a figure's pictures", () => {
  it("are those of train mnist for digits", async () => {
    const { train } = await readPictures(join(folder, "digits"));
    const rows = Int32Array.of(4, 0, 4);
    const seen = pairMaker("mnist", train)(rows, generator(1));
    expect(seen).toEqual(affineViews(train.images, rows, mnistConfig.views, generator(1)));
  });

  it("of coloured pictures are two draws each, first all first ones, equal for equal generators", async () => {
    const { train } = await readPictures(join(folder, "colours"));
    const pairs = pairMaker("cifar10", train);
    const { data, shape } = pairs(Int32Array.of(3, 8), generator(1));
    expect(shape).toEqual([4, 3, 32, 32]);
    expect(data.every((pixel) => pixel >= 0 && pixel <= 1)).toBe(true);
    expect(pairs(Int32Array.of(3, 8), generator(1)).data).toEqual(data);
    const view = (k: number): Float32Array => data.subarray(k * 3072, (k + 1) * 3072);
    expect(view(0)).not.toEqual(view(2)); // both of picture 3
    const first = pairs(Int32Array.of(3), generator(1)).data; // the same draws, for they are made in order
    expect([first.subarray(0, 3072), first.subarray(3072)]).toEqual([view(0), view(2)]);
  });
});
