import { describe, expect, it } from "vitest";
import { type Image, mnist, randomAffine, transformed, twoViews } from "../../src/data/index.ts";
import { generator } from "../../src/ops/index.ts";

const picture: Image = { data: Float32Array.from([1, 2, 3, 4, 5, 6, 7, 8, 9]), shape: [1, 3, 3] };

function idx(shape: readonly number[], body: ArrayLike<number>): Uint8Array {
  return Uint8Array.from([
    0,
    0,
    8,
    shape.length,
    ...shape.flatMap((n) => [0, 0, n >> 8, n & 255]),
    ...Array.from(body),
  ]);
}

describe("views", () => {
  it("two views differ from each other and come again with the seed", () => {
    const views = twoViews(randomAffine({ translate: 0.5 }));
    const [a, b] = views(picture, generator(1));
    expect(a.data).not.toEqual(b.data);
    expect(views(picture, generator(1))).toEqual([a, b]);
  });

  it("transformed changes items as they are fetched, also those that come later", async () => {
    const g = generator(0);
    expect(() => transformed({ length: 2, get: (i: number) => i }, (x) => x, undefined as never)).toThrow(
      "transformed: needs a generator for what is random, such as generator(0), got undefined",
    );
    const now = transformed({ length: 2, get: (i: number) => i }, (x) => x + 1, g);
    expect([now.length, now.get(1)]).toEqual([2, 2]);
    const later = transformed({ length: 1, get: async (i: number) => i }, (x) => x + 1, g);
    expect(await later.get(0)).toBe(1);
  });

  it("draws the same for each item, whichever comes first", async () => {
    const draws = async (waits: number[]): Promise<number[]> => {
      const slow = { length: 3, get: (i: number) => new Promise((done) => setTimeout(done, waits[i])) };
      const drawn = transformed(slow, (_, own) => own.float(), generator(4));
      return Promise.all([drawn.get(0), drawn.get(1), drawn.get(2), drawn.get(0)]);
    };
    const once = await draws([20, 10, 0]);
    expect(await draws([0, 10, 20])).toEqual(once);
    expect(new Set(once).size).toBe(4);
  });
});

describe("mnist", () => {
  const images = idx([2, 2, 3], [0, 51, 102, 153, 204, 255, 1, 2, 3, 4, 5, 6]);

  it("gives pixels in 0..1 and the label of each digit", () => {
    const digits = mnist(images, idx([2], [7, 0]));
    expect(digits.length).toBe(2);
    const { image, label } = digits.get(0);
    expect(label).toBe(7);
    expect(image.shape).toEqual([1, 2, 3]);
    expect(image.data).toEqual(Float32Array.from([0, 0.2, 0.4, 0.6, 0.8, 1]));
    expect(() => digits.get(2)).toThrow(/mnist: no picture 2 in 0..1/);
  });

  it("refuses files that do not belong together or hold something else", () => {
    expect(() => mnist(images, idx([3], [1, 2, 3]))).toThrow(/3 labels for the 2 images/);
    expect(() => mnist(images, idx([2], [1, 10]))).toThrow(/label 1 is 10, digits are 0..9/);
    expect(() => mnist(idx([2], [1, 2]), idx([2], [1, 2]))).toThrow(
      /mnist: images: needs uint8 images.*found Uint8Array \[2\]/,
    );
    expect(() => mnist(images, images)).toThrow(
      /mnist: labels: needs uint8 labels \[n\], found Uint8Array \[2, 2, 3\]/,
    );
    const signed = (bytes: Uint8Array): Uint8Array => bytes.with(2, 9);
    expect(() => mnist(signed(images), idx([2], [7, 0]))).toThrow(/images: needs uint8.*found Int8Array \[2, 2, 3\]/);
    expect(() => mnist(images, signed(idx([2], [7, 0])))).toThrow(/labels: needs uint8.*found Int8Array \[2\]/);
    expect(() => mnist(images.subarray(0, 20), idx([2], [1, 2]), ["a", "b"])).toThrow(/^a: .*8 are missing/);
  });
});
