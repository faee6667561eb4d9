import { inspect } from "node:util";
import { describe, expect, it } from "vitest";
import {
  arange,
  Buffer,
  full,
  type NestedArray,
  ones,
  Parameter,
  reference,
  setDefaultDevice,
  square,
  type Tensor,
  type TensorOptions,
  tensor,
  zeros,
} from "../../src/index.ts";

setDefaultDevice(reference("float64"));

describe("tensor", () => {
  it.each<[NestedArray, number[]]>([
    [5, []],
    [[1, 2, 3], [3]],
    [
      [
        [1, 2, 3],
        [4, 5, 6],
      ],
      [2, 3],
    ],
    [
      [[[1]], [[2]]],
      [2, 1, 1],
    ],
    [[], [0]],
    [
      [[], []],
      [2, 0],
    ],
  ])("reads the shape of %j off its nesting", (values, shape) => {
    const x = tensor(values);
    expect([x.shape, [...x.dataSync()], x.size]).toEqual([shape, [values].flat(9), [values].flat(9).length]);
  });

  it("takes a typed array with a shape, and copies it", () => {
    const values = Int32Array.of(1, 2, 3, 4);
    const x = tensor(values, { shape: [2, 2] });
    values[0] = 9;
    expect([x.shape, [...x.dataSync()]]).toEqual([
      [2, 2],
      [1, 2, 3, 4],
    ]);
  });

  it("takes its element type from the device", () => {
    const x = tensor([1 / 3], { device: reference("float32") });
    expect([x.dtype, x.dataSync()]).toEqual(["float32", Float32Array.of(1 / 3)]);
    expect(tensor([1]).dtype).toBe("float64");
  });

  it.each<[unknown, string]>([
    [[[1, 2], [3]], "tensor: arrays must not be ragged: part 1 has shape [1], part 0 [2]"],
    [[[1, 2], 3], "tensor: arrays must not be ragged: part 1 has shape [], part 0 [2]"],
    [[1, [2]], "tensor: arrays must not be ragged: part 1 has shape [1], part 0 []"],
    [[[1], ["2"]], "tensor: entry [1][0]: expected a number or an array, got string"],
    [[1, null], "tensor: entry [1]: expected a number or an array, got null"],
    [undefined, "tensor: expected a number or an array, got undefined"],
  ])("refuses %j", (values, message) => {
    expect(() => tensor(values as NestedArray)).toThrow(message);
  });

  it("refuses a shape that does not fit, a shape that is none and an unknown option", () => {
    expect(() => tensor([1, 2, 3], { shape: [2, 2] })).toThrow("tensor: shape [2, 2] holds 4 numbers, got 3");
    expect(() => tensor([1], { shape: [-1] })).toThrow("tensor: sizes must be whole numbers >= 0, got [-1]");
    expect(() => tensor([1], { dtype: "float32" } as TensorOptions)).toThrow(
      'tensor: unknown option "dtype": it takes shape, device, requiresGrad',
    );
  });

  it("does not notice when the shape it was given changes later", () => {
    const shape = [2];
    const made = [tensor([1, 2], { shape }), zeros(shape)];
    shape[0] = 7;
    expect(made.map((x) => x.shape)).toEqual([[2], [2]]);
  });
});

describe("zeros, ones, full and arange", () => {
  it("fill a shape", () => {
    expect([...zeros([2, 2]).dataSync()]).toEqual([0, 0, 0, 0]);
    expect([...ones([]).dataSync()]).toEqual([1]);
    expect([...full([3], 2.5).dataSync()]).toEqual([2.5, 2.5, 2.5]);
    expect([...arange(4).dataSync(), ...arange(0).dataSync()]).toEqual([0, 1, 2, 3]);
  });

  it("take requiresGrad and a device", () => {
    expect([ones([1], { requiresGrad: true }).requiresGrad, zeros([1]).requiresGrad]).toEqual([true, false]);
    expect(arange(2, { device: reference("float32") }).dtype).toBe("float32");
  });

  it("refuse wrong sizes and unknown options", () => {
    expect(() => zeros([1.5])).toThrow(/sizes must be whole numbers >= 0, got \[1.5\]/);
    expect(() => arange(-1)).toThrow("arange: sizes must be whole numbers >= 0, got [-1]");
    expect(() => ones([1], { grad: true } as object)).toThrow('unknown option "grad": it takes device, requiresGrad');
  });
});

describe("reading", () => {
  it("gives a copy: tensors are immutable", async () => {
    const x = tensor([1, 2]);
    x.dataSync()[0] = 9;
    (await x.data())[1] = 9;
    expect([...x.dataSync()]).toEqual([1, 2]);
  });

  it("item is for one element, whatever the rank", async () => {
    expect([await tensor([[4]]).item(), tensor(4).itemSync()]).toEqual([4, 4]);
    await expect(tensor([1, 2]).item()).rejects.toThrow(
      "item: needs one element, got shape [2]; data() gives all of them",
    );
    expect(() => tensor([]).itemSync()).toThrow("itemSync: needs one element, got shape [0]");
  });

  it("to() copies to another device and drops the history", async () => {
    const x = tensor([1 / 3], { requiresGrad: true });
    const y = await x.to(reference("float32"));
    expect([y.dtype, y.requiresGrad, y.dataSync()[0]]).toEqual(["float32", false, Math.fround(1 / 3)]);
    expect(await x.to(x.device)).toBe(x);
  });
});

describe("printing", () => {
  it.each<[string, Tensor]>([
    ["Tensor [] on reference(float64)\n3", tensor(3)],
    ["Tensor [3] on reference(float64)\n[  1, -20, 0.5]", tensor([1, -20, 0.5])],
    [
      "Tensor [2, 2] on reference(float64)\n[[1, 2],\n [3, 4]]",
      tensor([
        [1, 2],
        [3, 4],
      ]),
    ],
    ["Tensor [2, 1, 2] on reference(float64)\n[[[1, 2]],\n\n [[3, 4]]]", tensor([[[1, 2]], [[3, 4]]])],
    ["Tensor [0] on reference(float64)\n[]", tensor([])],
    ["Tensor [2, 0] on reference(float64)\n[[],\n []]", zeros([2, 0])],
    ["Tensor [2] on reference(float64)\n[     NaN, Infinity]", tensor([Number.NaN, Number.POSITIVE_INFINITY])],
    ["Tensor [1] on reference(float64)\n[0.33333]", tensor([1 / 3])],
    ["Tensor [1] on reference(float64), requires gradient\n[2]", ones([1], { requiresGrad: true }).mul(2)],
  ])("%j", (text, x) => {
    expect(String(x)).toBe(text);
  });

  it("leaves out the middle of a large tensor", () => {
    const text = String(arange(2000).reshape([40, 50]));
    expect(text).toContain("[[   0,    1,    2, ...,   47,   48,   49]");
    expect(text.split("\n")).toHaveLength(8);
    expect(String(arange(1001))).toContain("[   0,    1,    2, ...,  998,  999, 1000]");
  });

  it("is what console.log shows", () => {
    expect(inspect(tensor([1, 2]))).toBe("Tensor [2] on reference(float64)\n[1, 2]");
  });
});

describe("Parameter and Buffer", () => {
  it("take new values of their shape alone", () => {
    const w = new Parameter(tensor([1, 2]));
    w.value = tensor([3, 4]);
    expect([[...w.dataSync()], w.requiresGrad, w.value.requiresGrad]).toEqual([[3, 4], true, false]);
    expect(() => {
      w.value = tensor([1]);
    }).toThrow("value: needs the variable's shape [2], got [1]");
    expect([...w.dataSync()]).toEqual([3, 4]);
  });

  it("a Buffer never requires a gradient, a Parameter unless it is frozen", () => {
    const [w, b] = [new Parameter(tensor([1])), new Buffer(tensor([1], { requiresGrad: true }))];
    expect([w.requiresGrad, b.requiresGrad]).toEqual([true, false]);
    w.freeze();
    expect([w.requiresGrad, square(w).requiresGrad]).toEqual([false, false]);
    w.unfreeze();
    const grads = square(w).backward();
    expect(grads.get(w)?.itemSync()).toBe(2);
  });

  it("a Parameter stays one leaf when it is unfrozen twice", () => {
    const w = new Parameter(tensor([3]));
    const loss = square(w);
    w.unfreeze();
    expect(loss.backward().get(w)?.itemSync()).toBe(6);
  });
});
