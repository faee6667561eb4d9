import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { classesOf, type PictureSet, readPictures } from "../../../src/cli/figure/pictures.ts";
import { mnistConfig } from "../../../src/cli/train/mnist/config.ts";
import { readSplit } from "../../../src/cli/train/mnist/digits.ts";
import { affineViews, type Images } from "../../../src/data/index.ts";
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
    const { name, length, asked, shape, known } = await readPictures(colours);
    expect([name, length, asked.length, shape]).toEqual(["cifar10", 12, 4, [3, 32, 32]]);
    const alone = await readPictures(
      await writeColours(join(folder, "alone"), { "data_batch_1.bin": 5, "test_batch.bin": 4 }),
    );
    expect(known.labels.subarray(0, 5)).toEqual(alone.known.labels); // in the files' order

    const digits = await readPictures(await writeDigits(join(folder, "digits"), { train: 6, test: 5 }));
    expect([digits.name, digits.length, digits.asked.length]).toEqual(["mnist", 6, 5]);
  });

  it("are named where one of the files is absent or damaged", async () => {
    const untested = await writeColours(join(folder, "untested"), { "data_batch_1.bin": 3 });
    await expect(readPictures(untested)).rejects.toThrow(
      /needs test_batch\.bin in .*untested, which holds data_batch_1\.bin/,
    );
    const untrained = await writeColours(join(folder, "untrained"), { "test_batch.bin": 3 });
    await expect(readPictures(untrained)).rejects.toThrow(
      /needs at least one of data_batch_1\.bin, .*untrained, which holds test_batch\.bin/,
    );
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
    const split = await readSplit(join(folder, "digits"));
    const digits = await readPictures(join(folder, "digits"));
    const rows = Int32Array.of(4, 0, 4);
    const [seen] = await gathered(digits, rows);
    expect(seen).toEqual(affineViews(split.train.images, rows, mnistConfig.views, generator(1)));
  });

  it("of coloured pictures are two draws each, first all first ones, equal for equal generators", async () => {
    const pictures = await readPictures(join(folder, "colours"));
    const [{ data, shape }] = await gathered(pictures, Int32Array.of(3, 8));
    expect(shape).toEqual([4, 3, 32, 32]);
    expect((await gathered(pictures, Int32Array.of(3, 8)))[0].data).toEqual(data);
    const view = (k: number): Float32Array => data.subarray(k * 3072, (k + 1) * 3072);
    expect(view(0)).not.toEqual(view(2)); // both of picture 3
    const [first] = await gathered(pictures, Int32Array.of(3)); // the same draws, for each picture has its own
    expect([first.data.subarray(0, 3072), first.data.subarray(3072)]).toEqual([view(0), view(2)]);
    await pictures.close();
  });
});

/** The views of a step on those pictures. */
async function gathered(pictures: PictureSet, indices: Int32Array): Promise<Images<Float32Array>[]> {
  const made: Images<Float32Array>[] = [];
  for await (const { data, shape } of pictures.views([{ indices, generator: generator(1) }]))
    made.push({ data, shape });
  return made;
}
