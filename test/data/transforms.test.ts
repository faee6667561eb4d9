import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { cropImage } from "../../src/data/center-crop.ts";
import { adjustments } from "../../src/data/color-jitter.ts";
import {
  centerCrop,
  colorJitter,
  compose,
  horizontalFlip,
  type Image,
  normalizeChannels,
  randomGrayscale,
  randomResizedCrop,
  resize,
  toTensor,
} from "../../src/data/index.ts";
import { resizeImage } from "../../src/data/resize.ts";
import { readNpy, writeNpy } from "../../src/formats/index.ts";
import { generator } from "../../src/ops/index.ts";
import { byName } from "./by-name.ts";
import { script } from "./script.ts";

interface Written {
  readonly shape: [number, number, number];
  readonly data: number[];
}

/** Made by `make_fixtures.py`: torchvision's results. */
interface Fixture {
  readonly images: Record<string, Written>;
  readonly cases: { readonly name: string; readonly image: string; readonly args: never[]; readonly value: Written }[];
}

const fixture = JSON.parse(readFileSync(new URL("./transforms.json", import.meta.url), "utf8")) as Fixture;
const imageOf = ({ shape, data }: Written): Image => ({ shape, data: Float32Array.from(data) });
const g = generator(0);

/** Our side of each case. */
const ours: Readonly<Record<string, (image: Image, ...args: never[]) => Image>> = {
  ...byName,
  resizedCrop: (image, corner: [number, number], part: [number, number], size: [number, number]) =>
    resizeImage(cropImage(image, corner, part), ...size),
  normalizeChannels: (image, mean: number[], std: number[]) => normalizeChannels({ mean, std })(image),
  toTensor: ({ data, shape }) => toTensor({ data: Uint8Array.from(data), shape }),
};

/** Shape and largest difference from what torchvision has. */
function difference(found: Image, wanted: Written): number {
  expect(found.shape).toEqual(wanted.shape);
  expect(found.data.length).toBe(wanted.data.length);
  return wanted.data.reduce((worst, value, k) => Math.max(worst, Math.abs(value - found.data[k])), 0);
}

describe("transforms as torchvision has them", () => {
  it("are all in the fixture", () => {
    expect(new Set(fixture.cases.map(({ name }) => name))).toEqual(new Set(Object.keys(ours)));
  });

  it.each(fixture.cases)("$name($args) of the $image picture", ({ name, image, args, value }) => {
    // Two roundings to float32 of numbers below 4.
    expect(difference(ours[name](imageOf(fixture.images[image]), ...args), value)).toBeLessThan(5e-7);
  });

  it("leave their input as it is", () => {
    for (const { name, image, args } of fixture.cases) {
      const input = imageOf(fixture.images[image]);
      ours[name](input, ...args);
      expect(input, name).toEqual(imageOf(fixture.images[image]));
    }
  });
});

const color = imageOf(fixture.images.color);
const wide = imageOf(fixture.images.wide);

describe("randomResizedCrop", () => {
  it("draws area and ratio until a part fits, then top and left", () => {
    const crop = randomResizedCrop([3, 4], { scale: [0.25, 1], ratio: [0.5, 2] });
    // Area 126 at ratio 2 needs 16 columns of 14: drawn again. Area 31.5 at ratio 1 is 6 by 6.
    const found = crop(wide, script([1, 1, 0, 0.5], [2, 5]));
    expect(found).toEqual(resizeImage(cropImage(wide, [2, 5], [6, 6]), 3, 4));
    const draws: number[] = [];
    crop(wide, { ...script([0, 0.5]), below: (n) => draws.push(n) - 1 });
    expect(draws).toEqual([9 - 6 + 1, 14 - 6 + 1]);
  });

  it("takes a row of pixels where even that would be none", () => {
    const line: Image = { data: Float32Array.from({ length: 20 }, (_, k) => k), shape: [1, 2, 10] };
    const tenTimes = Array<number>(20).fill(1);
    const flat = randomResizedCrop(4, { scale: [1, 1], ratio: [50, 60] })(line, script(tenTimes));
    expect(flat).toEqual(resizeImage(cropImage(line, [0, 0], [1, 10]), 4, 4));
    const upright: Image = { ...line, shape: [1, 10, 2] };
    const tall = randomResizedCrop(4, { scale: [1, 1], ratio: [1 / 60, 1 / 50] })(upright, script(tenTimes));
    expect(tall).toEqual(resizeImage(cropImage(upright, [0, 0], [10, 1]), 4, 4));
  });

  it("takes the largest part in the middle when nothing fits", () => {
    const tenTimes = Array<number>(20).fill(1);
    const narrow = randomResizedCrop(4, { scale: [1, 1], ratio: [0.4, 0.5] })(wide, script(tenTimes));
    expect(narrow).toEqual(resizeImage(cropImage(wide, [0, 5], [9, 4]), 4, 4)); // 4.5 columns: to the even number
    const flat = randomResizedCrop(4, { scale: [1, 1], ratio: [4, 5] })(wide, script(tenTimes));
    expect(flat).toEqual(resizeImage(cropImage(wide, [2, 0], [4, 14]), 4, 4));
  });

  it("stays inside every picture, however small", () => {
    const random = generator(1);
    for (const shape of [
      [1, 1, 1],
      [3, 1, 40],
      [1, 30, 2],
      [2, 5, 5],
    ] as const) {
      const image: Image = { data: new Float32Array(shape[0] * shape[1] * shape[2]).fill(0.5), shape };
      for (let i = 0; i < 100; i++) {
        const { data, shape: found } = randomResizedCrop([6, 5])(image, random);
        expect(found).toEqual([shape[0], 6, 5]);
        expect(data.every((value) => Math.abs(value - 0.5) < 1e-6)).toBe(true); // a zero from outside would show
      }
    }
  });
});

describe("colorJitter", () => {
  it("draws an order, then an amount for each option, and applies them in that order", () => {
    const jitter = colorJitter({ brightness: 0.4, contrast: 2, saturation: 0.5, hue: 0.1 });
    const { brightness, contrast, saturation, hue } = adjustments;
    const found = jitter(color, script([0.25, 0.5, 1, 0], [], [3, 0, 2, 1]));
    expect(found).toEqual(contrast(saturation(brightness(hue(color, -0.1), 0.6 + 0.25 * 0.8), 1.5), 1.5)); // contrast 0..3
    expect(found).not.toEqual(hue(contrast(saturation(brightness(color, 0.8), 1.5), 1.5), -0.1));
  });

  it("changes nothing that is not asked for, and draws the same number of times", () => {
    const [one, two] = [generator(5), generator(5)];
    expect(colorJitter({})(color, one)).toBe(color);
    colorJitter({ hue: 0.2 })(color, two);
    expect(two.getState()).toEqual(one.getState());
  });
});

describe("horizontalFlip and randomGrayscale", () => {
  it.each([
    ["horizontalFlip", horizontalFlip({ p: 0.3 }), 0.3],
    ["horizontalFlip, unless told", horizontalFlip(), 0.5],
    ["randomGrayscale", randomGrayscale({ p: 0.7 }), 0.7],
    ["randomGrayscale, unless told", randomGrayscale(), 0.1],
  ])("%s acts with its probability", (_, transform, p) => {
    const random = generator(3);
    let changed = 0;
    for (let i = 0; i < 2000; i++) if (transform(color, random) !== color) changed++;
    expect(Math.abs(changed / 2000 - p)).toBeLessThan(4 * Math.sqrt((p * (1 - p)) / 2000)); // 4 standard errors
  });

  it("a picture of one channel is grey already", () => {
    const gray = imageOf(fixture.images.gray);
    expect(randomGrayscale({ p: 1 })(gray, g).data).toEqual(gray.data);
  });
});

describe("compose", () => {
  it("applies one after the other, drawing in that order", () => {
    const both = compose(
      toTensor, // from bytes: only the first may change the kind
      randomResizedCrop(4),
      horizontalFlip(),
    );
    const bytes = { data: Uint8Array.from({ length: 60 }, (_, k) => 4 * k), shape: [5, 4, 3] };
    const [a, b] = [generator(9), generator(9)];
    expect(both(bytes, a)).toEqual(horizontalFlip()(randomResizedCrop(4)(toTensor(bytes), b), b));
    expect(a.getState()).toEqual(b.getState());
  });
});

describe("toTensor", () => {
  it("takes grey pictures without a channel, and leaves floats as they are", () => {
    expect(toTensor({ data: Uint8Array.of(0, 51, 255), shape: [1, 3] })).toEqual({
      data: Float32Array.of(0, 0.2, 1),
      shape: [1, 1, 3],
    });
    const floats = toTensor({ data: Float64Array.of(1, 2, 3, 40), shape: [1, 2, 2] });
    expect(floats).toEqual({ data: Float32Array.of(1, 3, 2, 40), shape: [2, 1, 2] });
    expect(toTensor({ data: Uint8ClampedArray.of(255), shape: [1, 1] }).data[0]).toBe(1);
  });

  it("leaves booleans of an .npy file 0 and 1", () => {
    const file = writeNpy({ data: Uint8Array.of(1, 0), shape: [1, 2] });
    const booleans = file.with(file.indexOf("u".charCodeAt(0)), "b".charCodeAt(0)); // |u1 in the header becomes |b1
    const { data, shape } = readNpy(booleans);
    if (data instanceof BigInt64Array || data instanceof BigUint64Array) throw new Error("booleans came as bigints");
    expect(toTensor({ data, shape })).toEqual({ data: Float32Array.of(1, 0), shape: [1, 1, 2] });
  });
});

describe("wrong use", () => {
  const five: Image = { data: new Float32Array(5), shape: [5, 1, 1] };
  it.each<[string, () => unknown, string]>([
    ["a size of 0", () => resize(0), "resize: size must be one or two whole numbers >= 1, got [0, 0]"],
    [
      "half a pixel",
      () => centerCrop([2, 2.5]),
      "centerCrop: size must be one or two whole numbers >= 1, got [2, 2.5]",
    ],
    [
      "no share of the area",
      () => randomResizedCrop(4, { scale: [0, 1] }),
      "scale must be [low, high] with 0 < low <= high <= 1, got [0, 1]",
    ],
    ["more than the area", () => randomResizedCrop(4, { scale: [1, 2] }), "scale must be [low, high]"],
    [
      "a ratio turned round",
      () => randomResizedCrop(4, { ratio: [2, 1] }),
      "ratio must be [low, high] with 0 < low <= high, got [2, 1]",
    ],
    ["a probability above 1", () => horizontalFlip({ p: 1.5 }), "horizontalFlip: p must be in 0..1, got 1.5"],
    [
      "a probability that is none",
      () => randomGrayscale({ p: Number.NaN }),
      "randomGrayscale: p must be in 0..1, got NaN",
    ],
    ["a hue beyond half a turn", () => colorJitter({ hue: 0.6 }), "colorJitter: hue must be >= 0 and <= 0.5, got 0.6"],
    ["less than no contrast", () => colorJitter({ contrast: -1 }), "colorJitter: contrast must be >= 0, got -1"],
    [
      "five channels to jitter",
      () => colorJitter({ saturation: 1 })(five, g),
      "colorJitter: needs pictures of 1 or 3 channels, got 5",
    ],
    [
      "five channels to turn",
      () => colorJitter({ hue: 0.1 })(five, g),
      "colorJitter: needs pictures of 1 or 3 channels, got 5",
    ],
    [
      "five channels to grey",
      () => randomGrayscale({ p: 1 })(five, g),
      "randomGrayscale: needs pictures of 1 or 3 channels, got 5",
    ],
    [
      "means for other channels",
      () => normalizeChannels({ mean: [0], std: [1] })(five),
      "normalizeChannels: mean and std are for 1 channels, the picture has 5",
    ],
    [
      "a spread of 0",
      () => normalizeChannels({ mean: [0], std: [0] }),
      "normalizeChannels: mean and std need as many numbers, std > 0",
    ],
    [
      "pixels of no shape",
      () => toTensor({ data: [1, 2], shape: [2] }),
      "toTensor: needs pixels [height, width, channels] or [height, width], got [2]",
    ],
    // @ts-expect-error a misspelt option
    ["a misspelt option", () => colorJitter({ colour: 1 }), 'unknown option "colour"'],
  ])("%s is refused", (_, call, message) => {
    expect(call).toThrow(message);
  });
});
