import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { describe, expect, expectTypeOf, it } from "vitest";
import { blurred } from "../../src/data/box-blur.ts";
import { adjustments } from "../../src/data/color-jitter.ts";
import {
  type ByteImage,
  centerCrop,
  colorJitter,
  compose,
  gaussianBlur,
  horizontalFlip,
  type Image,
  normalizeChannels,
  type Picture,
  type PictureTransform,
  randomApply,
  randomGrayscale,
  randomResizedCrop,
  resize,
  type Transform,
} from "../../src/data/index.ts";
import { resizeBytes } from "../../src/data/resize-bytes.ts";
import { toFloats } from "../../src/data/to-floats.ts";
import { generator } from "../../src/ops/index.ts";
import { byName } from "./by-name.ts";
import { script } from "./script.ts";

/** Arrays in base64, of bytes or of float32. */
interface Written {
  readonly shape: [number, number, number];
  readonly bytes?: string;
  readonly floats?: string;
}

type Step = readonly [name: string, ...args: never[]];

/** Made by `make_pil_fixtures.py`: what torchvision makes of Pillow's pictures. */
interface Fixture {
  readonly images: Record<string, Written>;
  readonly cases: { readonly name: string; readonly image: string; readonly args: never[]; readonly value: Written }[];
  readonly chains: { readonly image: string; readonly steps: Step[]; readonly value: Written }[];
  readonly cube: { readonly step: Step; readonly sha256: string }[];
  readonly floatBlurs: { readonly image: Written; readonly sigma: number; readonly value: Written }[];
}

const fixture = JSON.parse(readFileSync(new URL("./pil.json", import.meta.url), "utf8")) as Fixture;

function read({ shape, bytes, floats }: Written): Picture {
  const raw = Uint8Array.from(Buffer.from(bytes ?? floats ?? "", "base64"));
  return { shape, data: bytes === undefined ? new Float32Array(raw.buffer) : raw };
}

const pictures = Object.fromEntries(
  Object.entries(fixture.images).map(([name, image]) => [name, read(image) as ByteImage]),
);
const { color, gray } = pictures;
const g = generator(0);

/** Our side of each case. */
const ours: Readonly<Record<string, (image: ByteImage, ...args: never[]) => Picture>> = {
  ...byName,
  resizedCrop: (image, corner: [number, number], size: [number, number], to: [number, number]) =>
    resizeBytes(image, { corner, size }, to),
  normalizeChannels: (image, mean: number[], std: number[]) => normalizeChannels({ mean, std })(image),
  gaussianBlur: (image, sigma: number) => gaussianBlur({ sigma: [sigma, sigma], p: 1 })(image, g),
};

const follow = (image: ByteImage, steps: readonly Step[]): Picture =>
  steps.reduce<Picture>((changed, [name, ...args]) => ours[name](changed as ByteImage, ...args), image);

/** Bytes are to be equal; floats come from two roundings to float32 of numbers below 4. */
function expectEqual(found: Picture, written: Written): void {
  const wanted = read(written);
  expect(found.shape).toEqual(wanted.shape);
  if (wanted.data instanceof Uint8Array) {
    expect(found.data).toEqual(wanted.data);
    return;
  }
  expect(found.data).toBeInstanceOf(Float32Array);
  const worst = wanted.data.reduce((most, value, k) => Math.max(most, Math.abs(value - found.data[k])), 0);
  expect(worst).toBeLessThan(5e-7);
}

describe("transforms of bytes as Pillow and torchvision have them", () => {
  it("are all in the fixture", () => {
    expect(new Set(fixture.cases.map(({ name }) => name))).toEqual(new Set(Object.keys(ours)));
  });

  it.each(fixture.cases)("$name($args) of the $image picture", ({ name, image, args, value }) => {
    expectEqual(ours[name](pictures[image], ...args), value);
  });

  it.each(fixture.chains)("one after the other on the $image picture: $steps", ({ image, steps, value }) => {
    expectEqual(follow(pictures[image], steps), value);
  });

  it.each(fixture.cube)("$step of all colours of a cube", ({ step, sha256 }) => {
    const levels = 86; // 0, 3, ..., 255
    const size = levels ** 3;
    const data = new Uint8Array(3 * size);
    for (let k = 0; k < size; k++) {
      data[k] = 3 * Math.floor(k / levels ** 2);
      data[k + size] = 3 * (Math.floor(k / levels) % levels);
      data[k + 2 * size] = 3 * (k % levels);
    }
    const found = follow({ data, shape: [3, levels ** 2, levels] }, [step]);
    expect(createHash("sha256").update(found.data).digest("hex")).toBe(sha256);
  });

  it("leave their input as it is, also in Node's Buffer, whose slice is no copy", () => {
    for (const { name, image, args } of fixture.cases) {
      const { data, shape } = pictures[image];
      const input = { data: Buffer.from(data), shape };
      const found = ours[name](input, ...args);
      expect(new Uint8Array(input.data), name).toEqual(data);
      expect(Array.from(found.data), name).toEqual(Array.from(ours[name](pictures[image], ...args).data));
    }
  });
});

describe("gaussianBlur of floats", () => {
  it.each(fixture.floatBlurs)("has the weights of Pillow's box, $sigma", ({ image, sigma, value }) => {
    expectEqual(blurred(read(image), sigma), value);
  });
});

const all: readonly [name: string, transform: PictureTransform][] = [
  ["randomResizedCrop", randomResizedCrop([5, 6])],
  ["horizontalFlip", horizontalFlip()],
  ["colorJitter", colorJitter({ brightness: 0.4, contrast: 0.4, saturation: 0.4, hue: 0.1 })],
  ["randomGrayscale", randomGrayscale({ p: 0.5 })],
  ["gaussianBlur", gaussianBlur()],
  ["randomApply", randomApply(colorJitter({ hue: 0.1 }))],
  ["resize", resize(5)],
  ["centerCrop", centerCrop(12)],
];

describe("both kinds of pictures", () => {
  it.each(all)("draw the same in %s, stay what they are and nearly agree", (_, transform) => {
    const [one, two] = [generator(8), generator(8)];
    for (const image of [color, pictures.smooth, gray]) {
      for (let i = 0; i < 20; i++) {
        const bytes = transform(image, one);
        const floats = transform(toFloats(image), two);
        expectTypeOf(bytes).toEqualTypeOf<ByteImage>();
        expectTypeOf(floats).toEqualTypeOf<Image>();
        expect(bytes.data).toBeInstanceOf(Uint8Array);
        expect(floats.data).toBeInstanceOf(Float32Array);
        expect(bytes.shape).toEqual(floats.shape);
        expect(two.getState()).toEqual(one.getState());
        const between = bytes.data.reduce((sum, byte, k) => sum + Math.abs(byte / 255 - floats.data[k]), 0);
        // Rounding alone is under 1/255 a step; Pillow's circle of 255 hues moves a saturated colour by several levels.
        expect(between / bytes.data.length).toBeLessThan(6 / 255);
      }
    }
  });

  it("are given back as they were by factors of 1, flipped twice, resized to their own size and not blurred", () => {
    const given: Picture[] = [color, gray, toFloats(color)];
    for (const image of given) {
      for (const name of ["brightness", "contrast", "saturation"] as const) {
        expect(adjustments[name](image, 1).data, name).toEqual(image.data);
      }
      const flip = horizontalFlip({ p: 1 });
      expect(flip(image, g).data).not.toEqual(image.data);
      expect(flip(flip(image, g), g)).toEqual(image);
      expect(resize([image.shape[1], image.shape[2]])(image)).toEqual(image);
      expect(blurred(image, 0)).toEqual(image);
    }
  });

  it("become the same floats by normalizeChannels", () => {
    const normalize = normalizeChannels({ mean: [0.5, 0.4, 0.3], std: [0.2, 0.3, 0.4] });
    expect(normalize(color)).toEqual(normalize(toFloats(color)));
  });

  it("go through one chain to floats, without a cast", () => {
    const view = compose(
      randomResizedCrop(4),
      horizontalFlip(),
      colorJitter({ contrast: 0.4, hue: 0.1 }),
      randomApply(gaussianBlur({ p: 1 })),
      randomGrayscale(),
      normalizeChannels({ mean: [0.5, 0.5, 0.5], std: [0.2, 0.2, 0.2] }),
    );
    const ofBytes: Transform<ByteImage, Image> = view;
    const ofFloats: Transform<Image, Image> = view;
    expect(ofBytes(color, generator(1)).data).toBeInstanceOf(Float32Array);
    expect(ofFloats(toFloats(color), generator(1)).shape).toEqual([3, 4, 4]);
    const crops = compose(randomResizedCrop(4), horizontalFlip());
    expectTypeOf(crops(color, g)).toEqualTypeOf<ByteImage>();
    expectTypeOf(crops(toFloats(color), g)).toEqualTypeOf<Image>();
    // @ts-expect-error floats are no bytes
    const wrong: Transform<ByteImage, ByteImage> = view;
    expect(wrong).toBe(view);
  });
});

describe("gaussianBlur", () => {
  it("draws whether, then how much", () => {
    const blur = gaussianBlur({ sigma: [0.5, 1.5], p: 0.3 });
    expect(blur(color, script([0.31]))).toBe(color);
    expect(blur(color, script([0.29, 0.25]))).toEqual(blurred(color, 0.75));
    expect(gaussianBlur()(color, script([0.49, 0.5]))).toEqual(blurred(color, 0.1 + 1.9 * 0.5));
    expect(gaussianBlur()(color, script([0.5]))).toBe(color);
  });
});

describe("randomApply", () => {
  it("draws whether, and only then what the transform draws", () => {
    const jitter = randomApply(colorJitter({ brightness: 0.4 }), { p: 0.8 });
    expect(jitter(color, script([0.8]))).toBe(color);
    const found = jitter(color, script([0.79, 0.25, 0, 0, 0], [], [0, 1, 2, 3]));
    expect(found).toEqual(adjustments.brightness(color, 0.6 + 0.8 * 0.25));
    expect(randomApply((x: number) => x + 1)(1, script([0.49]))).toBe(2);
    expect(randomApply((x: number) => x + 1)(1, script([0.5]))).toBe(1);
  });
});

describe("wrong use with bytes", () => {
  const five: ByteImage = { data: new Uint8Array(5), shape: [5, 1, 1] };
  it.each<[string, () => unknown, string]>([
    ["five channels to jitter", () => colorJitter({ contrast: 1 })(five, g), "colorJitter: needs pictures of 1 or 3"],
    ["five channels to turn", () => colorJitter({ hue: 0.1 })(five, g), "colorJitter: needs pictures of 1 or 3"],
    ["five channels to fade", () => colorJitter({ saturation: 0.1 })(five, g), "colorJitter: needs pictures of 1 or 3"],
    ["five channels to grey", () => randomGrayscale({ p: 1 })(five, g), "randomGrayscale: needs pictures of 1 or 3"],
    ["means for three channels", () => normalizeChannels({ mean: [0], std: [1] })(color), "the picture has 3"],
    [
      "a negative blur",
      () => gaussianBlur({ sigma: [-1, 2] }),
      "gaussianBlur: sigma must be [low, high] with 0 <= low",
    ],
    ["blurs the wrong way round", () => gaussianBlur({ sigma: [2, 1] }), "got [2, 1]"],
    ["a probability above 1", () => gaussianBlur({ p: 1.1 }), "gaussianBlur: p must be in 0..1, got 1.1"],
    ["a probability below 0", () => randomApply(resize(2), { p: -1 }), "randomApply: p must be in 0..1, got -1"],
    // @ts-expect-error a misspelt option
    ["a misspelt option", () => gaussianBlur({ radius: 1 }), 'gaussianBlur: unknown option "radius"'],
  ])("%s is refused", (_, call, message) => {
    expect(call).toThrow(message);
  });
});
