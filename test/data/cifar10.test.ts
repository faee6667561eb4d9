import { describe, expect, it } from "vitest";
import { cifar10, cifar10Classes } from "../../src/data/index.ts";
import { readCifar10 } from "../../src/formats/index.ts";

/** Records of CIFAR-10's binary version: byte k of record i is (7 i + k) mod 256. */
function file(...labels: number[]): Uint8Array {
  const records = labels.map((label, i) => [label, ...Array.from({ length: 3072 }, (_, k) => (7 * i + k) % 256)]);
  return Uint8Array.from(records.flat());
}

describe("readCifar10", () => {
  it("reads labels and channel planes", () => {
    const { images, labels } = readCifar10(file(3, 9));
    expect(labels).toEqual(Uint8Array.of(3, 9));
    expect(images.shape).toEqual([2, 3, 32, 32]);
    expect(images.data.length).toBe(2 * 3072);
    expect([0, 1023, 1024, 3071, 3072, 6143].map((k) => images.data[k])).toEqual([0, 255, 0, 255, 7, 6]);
  });

  it.each([
    [
      "nothing",
      new Uint8Array(0),
      "found 0 bytes, needs one or more records of 3073 (a label and 3x32x32 pixels), so 0 or 3073",
    ],
    ["half a record", file(1, 2).subarray(0, 5000), "found 5000 bytes, needs one or more records of 3073"],
    ["a byte too many", Uint8Array.of(...file(1), 0), "so 3073 or 6146: the file is truncated"],
    ["an eleventh class", file(0, 10), "record 1 has label 10, needs 0..9"],
  ])("refuses %s", (_, bytes, message) => {
    expect(() => readCifar10(bytes)).toThrow(message);
    expect(() => readCifar10(bytes, "data_batch_1.bin")).toThrow(/^data_batch_1\.bin: /);
  });
});

describe("cifar10", () => {
  it("joins its files to one data set", () => {
    const set = cifar10([file(3, 9), file(5)]);
    expect([set.length, ...set.labels]).toEqual([3, 3, 9, 5]);
    expect(set.images.shape).toEqual([3, 3, 32, 32]);
    const { image, label } = set.get(1);
    expect([label, cifar10Classes[label]]).toEqual([9, "truck"]);
    expect(image.shape).toEqual([3, 32, 32]);
    expect([image.data[0], image.data[3071]]).toEqual([Math.fround(7 / 255), Math.fround(6 / 255)]);
    expect(set.get(2).image.data[255]).toBe(1);
    expect(() => set.get(3)).toThrow("cifar10: no picture 3 in 0..2");
  });

  it("names the file that is damaged", () => {
    expect(() => cifar10([file(3), file(12)])).toThrow(/^cifar10: file 1: record 0 has label 12/);
    expect(() => cifar10([file(3).subarray(1)], ["a.bin"])).toThrow(/^a\.bin: found 3072 bytes/);
    expect(() => cifar10([])).toThrow("cifar10: needs at least one file");
  });
});
