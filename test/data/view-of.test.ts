import { describe, expect, it } from "vitest";
import {
  type ByteImage,
  centerCrop,
  colorJitter,
  gaussianBlur,
  horizontalFlip,
  normalizeChannels,
  randomApply,
  randomGrayscale,
  randomResizedCrop,
  resize,
  type ViewStep,
  viewOf,
} from "../../src/data/index.ts";
import { toFloats } from "../../src/data/to-floats.ts";
import { generator } from "../../src/ops/index.ts";

const picture: ByteImage = { data: Uint8Array.from({ length: 432 }, (_, k) => (k * k) % 256), shape: [3, 12, 12] };
const norm = { mean: [0.4, 0.5, 0.6], std: [0.2, 0.3, 0.2] };
const jitter = { brightness: 0.4, contrast: 0.4, saturation: 0.4, hue: 0.1 };

const steps: readonly ViewStep[] = [
  ["randomResizedCrop", 9, { scale: [0.2, 1] }],
  ["horizontalFlip"],
  ["colorJitter", { ...jitter, p: 0.8 }],
  ["randomGrayscale", { p: 0.2 }],
  ["gaussianBlur", { sigma: [0.1, 2], p: 0.5 }],
  ["resize", [10, 8]],
  ["centerCrop", 6],
  ["normalizeChannels", norm],
];

describe("viewOf", () => {
  it("is the transforms that its steps name, with the same draws, after a trip through JSON", () => {
    const view = viewOf(JSON.parse(JSON.stringify(steps)) as ViewStep[]);
    const [a, b] = [generator(3), generator(3)];
    for (let i = 0; i < 30; i++) {
      let wanted = randomResizedCrop(9, { scale: [0.2, 1] })(picture, b);
      wanted = horizontalFlip()(wanted, b);
      wanted = randomApply(colorJitter(jitter), { p: 0.8 })(wanted, b);
      wanted = randomGrayscale({ p: 0.2 })(wanted, b);
      wanted = gaussianBlur({ sigma: [0.1, 2], p: 0.5 })(wanted, b);
      wanted = centerCrop(6)(resize([10, 8])(wanted));
      expect(view(picture, a)).toEqual(normalizeChannels(norm)(wanted));
      expect(a.getState()).toEqual(b.getState());
    }
  });

  it("ends in bytes / 255 where nothing normalizes", () => {
    expect(viewOf([["centerCrop", 5]])(picture, generator(0))).toEqual(toFloats(centerCrop(5)(picture)));
    expect(viewOf([])(picture, generator(0))).toEqual(toFloats(picture));
  });

  it("jitters every picture, and draws nothing for it, unless told how often", () => {
    const [a, b] = [generator(4), generator(4)];
    const found = viewOf([["colorJitter", jitter]])(picture, a);
    expect(found).toEqual(toFloats(colorJitter(jitter)(picture, b)));
    expect(a.getState()).toEqual(b.getState());
  });

  it.each<[string, unknown, string]>([
    ["no list", "resize", 'viewOf: needs an array of steps such as ["horizontalFlip", { p: 0.5 }], got resize'],
    [
      "an unknown name",
      [
        ["resize", 4],
        ["rotate", 3],
      ],
      "viewOf: step 1: needs [name, ...] with a name of randomResized",
    ],
    ["a name of every object", [["toString"]], 'got ["toString"]'],
    ["a step that is no list", [["resize", 4], { resize: 4 }], "viewOf: step 1: needs [name, ...]"],
    ["a size left out", [["resize"]], "viewOf: step 0: resize takes 1 values after its name, got 0"],
    [
      "a value too many",
      [["horizontalFlip", {}, 1]],
      "viewOf: step 0: horizontalFlip takes 0 or 1 values after its name, got 2",
    ],
    [
      "a size that is none",
      [
        ["centerCrop", 4],
        ["resize", "64"],
      ],
      "viewOf: step 1: resize: size must be one or two whole numbers >= 1, got 64",
    ],
    [
      "a size of null",
      [["resize", null]],
      "viewOf: step 0: resize: size must be one or two whole numbers >= 1, got null",
    ],
    ["a misspelt option", [["horizontalFlip", { P: 1 }]], 'viewOf: step 0: horizontalFlip: unknown option "P"'],
    ["options of null", [["gaussianBlur", null]], "viewOf: step 0: gaussianBlur: options must be an object"],
    ["a share that is no range", [["randomResizedCrop", 4, { scale: 0.5 }]], "viewOf: step 0: randomResizedCrop: "],
    [
      "a wrong probability",
      [
        ["resize", 4],
        ["colorJitter", { p: 2 }],
      ],
      "viewOf: step 1: colorJitter: randomApply: p must be in 0..1, got 2",
    ],
    [
      "floats in the middle",
      [
        ["normalizeChannels", norm],
        ["resize", 4],
      ],
      "viewOf: step 0: normalizeChannels makes floats and must be the last step, of 2",
    ],
  ])("refuses %s", (_, given, message) => {
    expect(() => viewOf(given as ViewStep[])).toThrow(message);
  });

  it("knows the types of its steps", () => {
    // @ts-expect-error a misspelt name
    expect(() => viewOf([["flip"]])).toThrow("viewOf: step 0");
    // @ts-expect-error an option of another step
    expect(() => viewOf([["horizontalFlip", { sigma: [0, 1] }]])).toThrow("viewOf: step 0");
    // @ts-expect-error no size
    expect(() => viewOf([["resize"]])).toThrow("viewOf: step 0");
  });
});
