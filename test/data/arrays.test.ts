import { describe, expect, expectTypeOf, it } from "vitest";
import { arrays, horizontalFlip, type Image, loader, transformed } from "../../src/data/index.ts";
import { readNpy, writeNpy } from "../../src/formats/index.ts";
import { generator } from "../../src/ops/index.ts";

const data = Float32Array.from({ length: 24 }, (_, k) => k);

describe("arrays", () => {
  it("gives the rows of an array, without copying", () => {
    const rows = arrays({ data, shape: [4, 2, 3] });
    expect(rows.length).toBe(4);
    expect(rows.get(2)).toEqual({ data: data.subarray(12, 18), shape: [2, 3] });
    expect(arrays({ data: Int16Array.of(5, 6), shape: [2] }).get(1)).toEqual({ data: Int16Array.of(6), shape: [] });
    expect(arrays({ data: new Uint8Array(0), shape: [0, 4] }).length).toBe(0);
    const own = data.slice();
    const item = arrays({ data: own, shape: [24, 1] }).get(3);
    own[3] = -1;
    expect(item).toMatchObject({ data: Float32Array.of(-1) });
  });

  it("takes what readNpy gives", async () => {
    const rows = arrays(readNpy(writeNpy({ data, shape: [4, 6] })));
    expectTypeOf((await rows.get(0)).data).not.toExtend<BigInt64Array>();
    for await (const batch of loader(rows, { batchSize: 2 })) expect(batch.shape).toEqual([2, 6]);
  });

  it("is stacked again by a loader, and feeds transforms of images", async () => {
    const pictures = arrays({ data, shape: [4, 1, 2, 3] });
    expectTypeOf(pictures.get(0)).toExtend<Image | Promise<Image>>();
    const flipped = transformed(pictures, horizontalFlip({ p: 1 }), generator(0));
    for await (const batch of loader(flipped, { batchSize: 4 })) {
      expect(batch.shape).toEqual([4, 1, 2, 3]);
      expect(Array.from(await batch.data()).slice(0, 6)).toEqual([2, 1, 0, 5, 4, 3]);
    }
  });

  it("refuses what has no rows, or other ones", () => {
    expect(() => arrays({ data, shape: [5, 5] })).toThrow(
      "arrays: needs numbers of shape [n, ...], got [5, 5] and 24 numbers",
    );
    expect(() => arrays({ data: Float32Array.of(1), shape: [] })).toThrow("got [] and 1 numbers");
    expect(() => arrays({ data, shape: [4, 6] }).get(4)).toThrow("arrays: no item 4 in 0..3");
    expect(() => arrays({ data: new BigInt64Array(1), shape: [1] })).toThrow("arrays: holds 64-bit integers");
    expect(() => arrays([[1, 2]] as never)).toThrow("arrays: needs { data, shape }, a typed array and its sizes");
  });
});
