import { describe, expect, it } from "vitest";
import { reference } from "../../src/devices/reference/reference.ts";
import {
  readSafetensors,
  readStateDict,
  type SafetensorsArray,
  writeSafetensors,
  writeStateDict,
} from "../../src/formats/index.ts";
import { tensor } from "../../src/index.ts";

const device = reference("float64");

describe("a state dict as bytes", () => {
  it("comes back with its names, shapes and bits, in the device's element type", async () => {
    for (const device of [reference("float32"), reference("float64")]) {
      const state = Object.fromEntries([
        ["0.weight", tensor([[0.1, -0], [1 / 3, 1e-30]], { device })], // biome-ignore format: short
        ["0.empty", tensor([], { device })],
        ["__proto__", tensor(2, { device })],
      ]);
      const bytes = await writeStateDict(state);
      expect([...readSafetensors(bytes).tensors.values()].map(({ data }) => data.constructor)).toEqual(
        Array(3).fill(device.dtype === "float64" ? Float64Array : Float32Array),
      );
      const read = readStateDict(bytes, { device });
      expect(Object.keys(read).sort()).toEqual(Object.keys(state).sort());
      for (const [name, value] of Object.entries(state)) {
        expect(read[name].shape).toEqual(value.shape);
        expect(read[name].dataSync()).toEqual(value.dataSync());
        expect(read[name].device).toBe(device);
      }
    }
  });

  it("holds each num_batches_tracked, and nothing else, as PyTorch's I64", async () => {
    const state = {
      "1.num_batches_tracked": tensor(7, { device }),
      num_batches_tracked: tensor(2 ** 40, { device }),
      "1.num_batches_tracked.weight": tensor([1], { device }),
      my_num_batches_tracked: tensor([1], { device }),
    };
    const bytes = await writeStateDict(state);
    const { tensors } = readSafetensors(bytes);
    expect(tensors.get("1.num_batches_tracked")).toEqual({ shape: [], data: BigInt64Array.of(7n) });
    expect(tensors.get("num_batches_tracked")?.data).toEqual(BigInt64Array.of(2n ** 40n));
    expect(tensors.get("1.num_batches_tracked.weight")?.data).toBeInstanceOf(Float64Array);
    expect(tensors.get("my_num_batches_tracked")?.data).toBeInstanceOf(Float64Array);
    expect(readStateDict(bytes, { device })["1.num_batches_tracked"].itemSync()).toBe(7);
    await expect(writeStateDict({ "a.num_batches_tracked": tensor(0.5) })).rejects.toThrow(
      'writeStateDict: "a.num_batches_tracked" counts batches, so it must be a whole number, got 0.5',
    );
  });

  it("is read from every element type, rounded to the device's", () => {
    const arrays = new Map<string, SafetensorsArray>([
      ["F64", { shape: [1], data: Float64Array.of(0.1) }],
      ["I64", { shape: [1], data: BigInt64Array.of(-(2n ** 60n) - 1n) }],
      ["U64", { shape: [1], data: BigUint64Array.of(2n ** 64n - 1n) }],
      ["I32", { shape: [1], data: Int32Array.of(2 ** 24 + 1) }],
      ["U8", { shape: [1], data: Uint8Array.of(255) }],
    ]);
    const read = readStateDict(writeSafetensors(arrays), { device: reference("float32") });
    const values = Object.fromEntries(Object.entries(read).map(([name, value]) => [name, value.dataSync()[0]]));
    expect(values).toEqual({ F64: Math.fround(0.1), I64: -(2 ** 60), U64: 2 ** 64, I32: 2 ** 24, U8: 255 });
  });

  it("takes metadata along, and equal states give equal bytes", async () => {
    const state = { b: tensor([1]), a: tensor([2]) };
    const bytes = await writeStateDict(state, { epoch: "3" });
    expect(readSafetensors(bytes).metadata).toEqual({ epoch: "3" });
    expect(await writeStateDict({ a: state.a, b: state.b }, { epoch: "3" })).toEqual(bytes);
  });

  it("that is no state dict is refused by its name", () => {
    expect(() => readStateDict(new Uint8Array(3), { name: "weights.safetensors" })).toThrow(/^weights\.safetensors: 3/);
    expect(() => readStateDict(new Uint8Array(3))).toThrow(/^readStateDict: 3 bytes/);
    // @ts-expect-error a misspelt option
    expect(() => readStateDict(new Uint8Array(3), { devise: device })).toThrow(/unknown option "devise"/);
  });
});
