import { describe, expect, it } from "vitest";
import { arrays, type Dataset, loader, subset } from "../../src/data/index.ts";
import { CpuDevice } from "../../src/devices/cpu/device.ts";
import { reference } from "../../src/devices/reference/reference.ts";
import { tensor } from "../../src/index.ts";
import { generator } from "../../src/ops/index.ts";

const numbers = (length: number): Dataset<number> => ({ length, get: (i) => i });

async function all<T>(batches: AsyncIterable<T>): Promise<T[]> {
  const found: T[] = [];
  for await (const batch of batches) found.push(batch);
  return found;
}

describe("loader", () => {
  it("gives every item once, in order, in batches of which the last may be smaller", async () => {
    const batches = loader(numbers(5), { batchSize: 2 });
    expect(batches.length).toBe(3);
    expect(await all(batches)).toEqual([[0, 1], [2, 3], [4]]);
  });

  it("leaves out a last batch that is not full when asked to", async () => {
    const batches = loader(numbers(5), { batchSize: 2, dropLast: true });
    expect(batches.length).toBe(2);
    expect(await all(batches)).toEqual([
      [0, 1],
      [2, 3],
    ]);
  });

  it("shuffles anew in each pass, the same way for the same seed", async () => {
    const passes = async (): Promise<number[][]> => {
      const batches = loader(numbers(50), { batchSize: 7, shuffle: generator(3) });
      return [(await all(batches)).flat(), (await all(batches)).flat()];
    };
    const [first, second] = await passes();
    expect(first).not.toEqual(second);
    expect(first.toSorted((a, b) => a - b)).toEqual(Array.from({ length: 50 }, (_, i) => i));
    expect(await passes()).toEqual([first, second]);
  });

  it("goes on in the middle of a pass as if it had not stopped, without fetching what came before", async () => {
    const fetched: number[] = [];
    const counted: Dataset<number> = { length: 50, get: (i) => fetched.push(i) && i };
    const options = { batchSize: 7, shuffle: generator(3) };
    const whole = loader(counted, options);
    await all(whole);
    const before = options.shuffle.getState();
    const [second, third] = [await all(whole), await all(whole)];
    for (const k of [0, 1, 5, 8]) {
      options.shuffle.setState(before);
      fetched.length = 0;
      expect(await all(whole.from(k))).toEqual(second.slice(k));
      expect(fetched).toEqual(second.slice(k).flat());
      expect(await all(whole)).toEqual(third);
    }
    expect(await all(loader(numbers(5), { batchSize: 2 }).from(1))).toEqual([[2, 3], [4]]);
    for (const k of [-1, 9, 1.5, Number.NaN]) {
      expect(() => whole.from(k)).toThrow(`loader: from needs a whole number in 0..8, the batches of a pass, got ${k}`);
    }
  });

  it("stacks arrays, shaped arrays and tensors to tensors, place by place in tuples and objects", async () => {
    const device = reference("float64");
    const items: Dataset<{ pair: [Float32Array, string]; image: { data: Float32Array; shape: number[] } }> = {
      length: 2,
      get: (i) => ({
        pair: [Float32Array.from([i, i + 0.5, 1 - i]), `item ${i}`],
        image: { data: Float32Array.from([i, 1, 2, 3]), shape: [1, 2, 2] },
      }),
    };
    const [{ pair, image }] = await all(loader(items, { batchSize: 2, device }));
    expect(pair[0].shape).toEqual([2, 3]);
    expect(pair[0].device).toBe(device);
    expect(Array.from(pair[0].dataSync())).toEqual([0, 0.5, 1, 1, 1.5, 0]);
    expect(pair[1]).toEqual(["item 0", "item 1"]);
    expect(image.shape).toEqual([2, 1, 2, 2]);
    expect(Array.from(image.dataSync())).toEqual([0, 1, 2, 3, 1, 1, 2, 3]);

    const tensors = { length: 3, get: (i: number) => tensor([i, 2 * i]) };
    const [stacked] = await all(loader(tensors, { batchSize: 3 }));
    expect(Array.from(stacked.dataSync())).toEqual([0, 0, 1, 2, 2, 4]);
  });

  it("stacks arrays of whole numbers too, as an IDX file holds them", async () => {
    const device = reference("float64");
    const items = {
      length: 2,
      get: (i: number) => ({
        codes: Int32Array.from([i, -7]),
        bytes: { shape: [2, 1], data: Uint8Array.from([i, 255]) },
      }),
    };
    const [{ codes, bytes }] = await all(loader(items, { batchSize: 2, device }));
    expect([codes.shape, Array.from(codes.dataSync())]).toEqual([[2, 2], [0, -7, 1, -7]]); // biome-ignore format: short
    expect([bytes.shape, Array.from(bytes.dataSync())]).toEqual([[2, 2, 1], [0, 255, 1, 255]]); // biome-ignore format: short
  });

  it("takes a shape that is no list of sizes for a field like any other", async () => {
    const items = { length: 1, get: (): unknown => ({ shape: "round", data: Float32Array.of(1) }) };
    const [found] = await all(loader(items, { batchSize: 1 }));
    expect(found).toMatchObject({ shape: ["round"], data: { shape: [1, 1] } });
  });

  it("leaves what is neither number nor object as it is", async () => {
    const [found] = await all(loader({ length: 2, get: (i: number) => [i > 0, 1n, null] as const }, { batchSize: 2 }));
    expect(found).toEqual([[false, true], [1n, 1n], [null, null]]); // biome-ignore format: short
  });

  const batchOf = (...items: unknown[]): Promise<unknown> =>
    all(
      loader({ length: items.length, get: (i) => items[i] }, { batchSize: items.length, device: reference("float32") }),
    );

  it.each<[string, unknown[], RegExp]>([
    ["an object of a class", [new Date(0)], /cannot batch a Date: /],
    ["integers past 2^53", [new BigInt64Array(2)], /cannot batch a BigInt64Array/],
    [
      "items of two kinds",
      [[1], Float32Array.of(1)],
      /items of one batch are of different kinds: Array and Float32Array/,
    ],
    ["an item that is absent", [[1], null], /different kinds: Array and null/],
    ["tuples of two lengths", [[1, 2], [1, 2, 3]], /items of one batch have the keys 0, 1 and 0, 1, 2/], // biome-ignore format: short
    ["objects of other keys", [{ a: 1 }, { b: 1 }], /have the keys a and b/],
    ["fewer numbers than the shape holds", [{ shape: [2, 2], data: new Float32Array(4) }, { shape: [2, 2], data: new Float32Array(3) }], /shape \[2, 2\] holds 4 numbers, got 3/], // biome-ignore format: short
    ["more numbers than the shape holds", [{ shape: [2, 2], data: new Float32Array(5) }], /shape \[2, 2\] holds 4 numbers, got 5/], // biome-ignore format: short
    [
      "tensors of another device",
      [tensor([1], { device: reference("float64") })],
      /on reference.*float64.*\.to\(device\)/,
    ],
  ])("refuses %s", async (_, items, message) => {
    await expect(batchOf(...items)).rejects.toThrow(message);
  });

  it("lets a plain loop over it run in a fixed amount of memory, also where nothing else waits", async () => {
    const device = new CpuDevice({ limit: 2 ** 25 });
    const pictures = arrays({ data: new Float32Array(2000 * 784), shape: [2000, 784] }); // 6 MiB
    const batches = loader(pictures, { batchSize: 100, device });
    let total = 0;
    for (let epoch = 0; epoch < 40; epoch++) for await (const x of batches) total += x.mean().itemSync();
    expect(total).toBe(0);
    expect(device.capacity).toBeLessThanOrEqual(2 ** 25);
  });

  it("leaves no rejection behind when an item throws at once", async () => {
    const orphans: unknown[] = [];
    const listen = (reason: unknown): unknown => orphans.push(reason);
    process.on("unhandledRejection", listen);
    const items: Dataset<number> = {
      length: 2,
      get(i) {
        if (i === 0) return Promise.reject(new Error("item 0 is damaged"));
        throw new Error("item 1 is damaged");
      },
    };
    await expect(all(loader(items, { batchSize: 2 }))).rejects.toThrow(/item [01] is damaged/);
    await new Promise((resolve) => setTimeout(resolve));
    process.off("unhandledRejection", listen);
    expect(orphans).toEqual([]);
  });

  it("waits for items that come later", async () => {
    const slow: Dataset<number> = { length: 3, get: async (i) => 10 * i };
    expect(await all(loader(slow, { batchSize: 3 }))).toEqual([[0, 10, 20]]);
  });

  it("refuses batches that cannot be", async () => {
    expect(() => loader(numbers(5), { batchSize: 0 })).toThrow(/batchSize must be a whole number >= 1, got 0/);
    expect(() => loader(numbers(5), { batchSize: 6, dropLast: true })).toThrow(
      /5 items make no batch of 6 with dropLast/,
    );
    expect(() => loader(numbers(0), { batchSize: 1 })).toThrow(/0 items make no batch/);
    expect(() => loader(numbers(5), { batchSize: 1, shuffle: true as never })).toThrow(
      "loader: shuffle must be a generator, such as generator(0), got true",
    );
    // @ts-expect-error a misspelt option does not compile
    expect(() => loader(numbers(5), { batchsize: 1 })).toThrow(/unknown option "batchsize"/);
    const ragged: Dataset<Float32Array> = { length: 2, get: (i) => new Float32Array(i + 1) };
    await expect(all(loader(ragged, { batchSize: 2 }))).rejects.toThrow(/shapes \[1\] and \[2\]/);
  });
});

describe("parts of a data set", () => {
  it("are picked by index", () => {
    const chosen = subset(numbers(5), [4, 0]);
    expect([chosen.length, chosen.get(0), chosen.get(1)]).toEqual([2, 4, 0]);
  });

  it("refuse what is not there", () => {
    for (const index of [5, -1, 0.7, Number.NaN, 2 ** 32 + 1]) {
      expect(() => subset(numbers(5), [0, index])).toThrow(`subset: index ${index} is no whole number in 0..4`);
    }
  });
});
