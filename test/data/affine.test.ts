import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import {
  affineViews,
  type Image,
  type Images,
  type RandomAffineOptions,
  randomAffine,
  twoViews,
  warpAffine,
} from "../../src/data/index.ts";
import { generator } from "../../src/ops/index.ts";

interface Written {
  readonly shape: [number, number, number, number];
  readonly data: number[];
}

/** Made by `make_fixtures.py` with affine_grid and grid_sample. */
const { warp } = JSON.parse(readFileSync(new URL("./transforms.json", import.meta.url), "utf8")) as {
  warp: { images: Written; matrices: number[]; indices: number[]; value: Written };
};
const images: Images = { data: Float32Array.from(warp.images.data), shape: warp.images.shape };

/** The options of the MNIST recipe. */
const recipe: RandomAffineOptions = { angle: 0.35, scale: [0.7, 1.15], shear: 0.2, translate: 0.2 };

describe("warpAffine", () => {
  it("is PyTorch's grid_sample(affine_grid), zeros outside", () => {
    const found = warpAffine(images, warp.matrices, { indices: warp.indices });
    expect(found.shape).toEqual(warp.value.shape);
    expect(found.data.length).toBe(warp.value.data.length);
    const worst = warp.value.data.reduce((most, value, k) => Math.max(most, Math.abs(value - found.data[k])), 0);
    expect(worst).toBeLessThan(2e-7); // rounding to float32 of numbers below 1
  });

  it("takes bytes as 255ths, and each picture in turn unless told", () => {
    const bytes = Uint8Array.from({ length: 12 }, (_, k) => 23 * k);
    const floats = Float32Array.from(bytes, (byte) => byte / 255);
    const matrices = [1, 0, 0, 0, 1, 0, 0.9, 0.1, 0, 0.2, 0.8, 0.1];
    const shape = [2, 1, 2, 3] as const;
    const found = warpAffine({ data: bytes, shape }, matrices);
    expect(found).toEqual(warpAffine({ data: floats, shape }, matrices));
    expect(found.data.slice(0, 6)).toEqual(floats.slice(0, 6));
    expect(found).toEqual(warpAffine({ data: bytes, shape }, matrices, { indices: [0, 1] }));
  });

  it("may look at some pictures several times and at others never", () => {
    const same = [1, 0, 0, 0, 1, 0];
    const { data, shape } = warpAffine(images, [...same, ...same, ...same], { indices: [1, 1, 0] });
    expect(shape).toEqual([3, 2, 5, 7]);
    const [first, second] = [images.data.slice(0, 70), images.data.slice(70)];
    expect([data.slice(0, 70), data.slice(70, 140), data.slice(140)]).toEqual([second, second, first]);
    expect(warpAffine(images, []).shape).toEqual([0, 2, 5, 7]);
  });

  it.each<[string, () => unknown, string]>([
    [
      "half a matrix",
      () => warpAffine(images, [1, 0, 0]),
      "warpAffine: 0 matrices hold 6 numbers each, 0 in all, got 3",
    ],
    [
      "a matrix too few",
      () => warpAffine(images, [1, 0, 0, 0, 1, 0], { indices: [0, 1] }),
      "2 matrices hold 6 numbers each, 12 in all, got 6",
    ],
    [
      "a picture that is not there",
      () => warpAffine(images, [1, 0, 0, 0, 1, 0], { indices: [2] }),
      "matrix 0 is for picture 2, there are 0..1",
    ],
    [
      "more matrices than pictures",
      () => warpAffine(images, Array(18).fill(0)),
      "matrix 2 is for picture 2, there are 0..1",
    ],
    [
      "a number that is not finite",
      () => warpAffine(images, [1, 0, 0, 0, 1, Number.NaN]),
      "matrix 0 holds NaN, needs finite numbers",
    ],
    [
      "a shape that does not fit",
      () => warpAffine({ data: images.data, shape: [2, 2, 5, 6] }, []),
      "must be [n, channels, height, width], got [2, 2, 5, 6] and 140 numbers",
    ],
    // @ts-expect-error a misspelt option
    ["a misspelt option", () => warpAffine(images, [], { index: [] }), 'unknown option "index"'],
  ])("refuses %s", (_, call, message) => {
    expect(call).toThrow(message);
  });
});

describe("randomAffine", () => {
  const image: Image = { data: images.data.slice(0, 70) as Float32Array, shape: [2, 5, 7] };

  it("looks through the matrix of its draws: angle, scale, shear, both shifts", () => {
    const draws = generator(3);
    const [a, s, h, x, y] = Array.from({ length: 5 }, () => 2 * draws.float() - 1).map(
      (u, i) => [0.35 * u, 0.7 + (0.45 * (u + 1)) / 2, 0.2 * u, 0.2 * u, 0.2 * u][i],
    );
    const matrix = [Math.cos(a) / s, -(Math.sin(a) + h) / s, x, Math.sin(a) / s, Math.cos(a) / s, y];
    const used = generator(3);
    const found = randomAffine(recipe)(image, used);
    const wanted = warpAffine({ data: image.data, shape: [1, ...image.shape] }, matrix);
    expect(found.shape).toEqual(image.shape);
    expect(found.data.every((value, k) => Math.abs(value - wanted.data[k]) < 1e-6)).toBe(true);
    expect(found.data).not.toEqual(image.data);
    expect(used.getState()).toEqual(draws.getState());
  });

  it("leaves pictures alone unless told otherwise, and draws all the same", () => {
    const [one, two] = [generator(1), generator(1)];
    expect(randomAffine({})(image, one)).toEqual(image);
    randomAffine(recipe)(image, two);
    expect(two.getState()).toEqual(one.getState());
  });

  it.each<[string, RandomAffineOptions, string]>([
    ["an angle below 0", { angle: -1 }, "randomAffine: angle must be >= 0, got -1"],
    ["a shift that is no number", { translate: Number.NaN }, "randomAffine: translate must be >= 0, got NaN"],
    ["an endless slant", { shear: Number.POSITIVE_INFINITY }, "randomAffine: shear must be >= 0, got Infinity"],
    ["a scale of 0", { scale: [0, 1] }, "randomAffine: scale must be [low, high] with 0 < low <= high, got [0, 1]"],
    ["a scale turned round", { scale: [2, 1] }, "got [2, 1]"],
  ])("refuses %s", (_, options, message) => {
    expect(() => randomAffine(options)).toThrow(message);
  });
});

describe("affineViews", () => {
  it("are bit for bit what twoViews(randomAffine) makes, first views and then second ones", () => {
    const indices = [1, 0, 1];
    const [one, two] = [generator(7), generator(7)];
    const found = affineViews(images, indices, recipe, one);
    expect(found.shape).toEqual([6, 2, 5, 7]);
    const pairs = indices.map((i) =>
      twoViews(randomAffine(recipe))(
        { data: images.data.slice(70 * i, 70 * (i + 1)) as Float32Array, shape: [2, 5, 7] },
        two,
      ),
    );
    const views = [...pairs.map(([x]) => x), ...pairs.map(([, y]) => y)];
    for (const [k, { data }] of views.entries())
      expect(found.data.slice(70 * k, 70 * (k + 1)), `view ${k}`).toEqual(data);
    expect(one.getState()).toEqual(two.getState());
  });

  it("come again with the seed and differ without it", () => {
    const views = (seed: number): Float32Array => affineViews(images, [0, 1], recipe, generator(seed)).data;
    expect(views(1)).toEqual(views(1));
    expect(views(1)).not.toEqual(views(2));
    expect(() => affineViews(images, [0], { angle: -1 }, generator(0))).toThrow("affineViews: angle must be >= 0");
  });
});
