import { describe, expect, it } from "vitest";
import { cpu } from "../../src/devices/cpu/cpu.ts";
import { CpuDevice } from "../../src/devices/cpu/device.ts";
import {
  backward,
  checkGradients,
  concat,
  GRU,
  type GruOptions,
  generator,
  Packing,
  reference,
  sum,
  type Tensor,
  take,
  tensor,
  zeros,
} from "../../src/index.ts";
import { slopeError } from "./weight-slopes.ts";

const device = reference("float64");
const drawn = (seed: number) => ({ generator: generator(seed), device });
const lengths = [2, 4, 1, 4, 3];
const [n, places, inputs, hidden] = [5, 4, 3, 2];

const kinds: readonly [what: string, options: Omit<GruOptions, "generator">][] = [
  ["one way", {}],
  ["without bias", { bias: false }],
  ["both ways", { bidirectional: true }],
  ["batch first, of two layers both ways", { batchFirst: true, numLayers: 2, bidirectional: true }],
];

describe.each(kinds)("GRU %s", (_, options) => {
  const layer = new GRU(inputs, hidden, { ...drawn(0), ...options });
  const states = (options.numLayers ?? 1) * (options.bidirectional ? 2 : 1);
  const x = generator(1).normal(options.batchFirst ? [n, places, inputs] : [places, n, inputs], { device });
  const initial = generator(2).normal([states, n, hidden], { device });
  const all = (x: Tensor, initial: Tensor): Tensor[] => {
    const { output, last } = layer.outputs(x, { lengths, initial });
    return [output, last];
  };

  // Of two layers the second order took all memory when the gradient of one walked back through what the other had handed it.
  it("has the gradients in input and initial state that differences see, to the second order", async () => {
    for (const order of [1, 2] as const) {
      expect(await checkGradients(all, [x, initial], { order })).toMatchObject({ ok: true });
    }
  });

  it("has the gradients in its weights that differences see", () => {
    const flat = (): Tensor => concat(all(x, initial).map((y) => y.reshape([y.size])));
    expect(slopeError(layer, flat)).toBeLessThan(1e-6);
  });

  it("gives the same padded and packed, 0 behind the end, and reads no padding", () => {
    const packing = new Packing(lengths);
    const row = (sequence: number, place: number): number =>
      options.batchFirst ? sequence * places + place : place * n + sequence;
    const rows = packing.rows(row);
    const packed = layer.packed(take(x.reshape([n * places, inputs]), rows), packing, { initial });
    const { output, last } = layer.outputs(x, { lengths, initial });
    const wide = output.reshape([n * places, output.shape[2]]);
    expect(take(wide, rows).dataSync()).toEqual(packed.output.dataSync());
    expect(last.dataSync()).toEqual(packed.last.dataSync());

    const padding = Array.from({ length: n * places }, (_, i) => i).filter((i) => !rows.includes(i));
    expect(padding).toHaveLength(n * places - packing.items);
    expect([...take(wide, padding).dataSync()].every((value) => value === 0)).toBe(true);
    const values = x.dataSync().map((value, i) => (padding.includes(Math.floor(i / inputs)) ? Number.NaN : value));
    const spoilt = layer.outputs(tensor(values, { shape: x.shape, device }), { lengths, initial });
    expect(spoilt.output.dataSync()).toEqual(output.dataSync());
    expect(spoilt.last.dataSync()).toEqual(last.dataSync());
  });

  it("starts from 0 and reads all places where nothing else is said", () => {
    const plain = layer.outputs(x);
    const said = layer.outputs(x, { lengths: lengths.map(() => places), initial: zeros(initial.shape, { device }) });
    expect(plain.output.dataSync()).toEqual(said.output.dataSync());
    expect(plain.last.dataSync()).toEqual(said.last.dataSync());
    expect(layer.forward(x).dataSync()).toEqual(plain.output.dataSync());
    expect(plain.last.dataSync()).not.toEqual(layer.outputs(x, { initial }).last.dataSync());
  });

  it("gives the same bits with a state that was saved and loaded", () => {
    const other = new GRU(inputs, hidden, { ...drawn(9), ...options });
    expect(other.forward(x).dataSync()).not.toEqual(layer.forward(x).dataSync());
    other.loadStateDict(layer.stateDict());
    expect(other.forward(x).dataSync()).toEqual(layer.forward(x).dataSync());
  });
});

describe("GRU", () => {
  it("has PyTorch's names and shapes, in its order", () => {
    const of = (options: Partial<GruOptions>): unknown =>
      Object.entries(new GRU(3, 2, { ...drawn(0), ...options }).stateDict()).map(([name, { shape }]) => [name, shape]);
    expect(of({ numLayers: 2, bidirectional: true })).toEqual(
      ["_l0", "_l0_reverse", "_l1", "_l1_reverse"].flatMap((end) => [
        [`weight_ih${end}`, [6, end.startsWith("_l0") ? 3 : 4]],
        [`weight_hh${end}`, [6, 2]],
        [`bias_ih${end}`, [6]],
        [`bias_hh${end}`, [6]],
      ]),
    );
    expect(of({ bias: false })).toEqual([
      ["weight_ih_l0", [6, 3]],
      ["weight_hh_l0", [6, 2]],
    ]);
  });

  it("starts from U(±1/√hidden) in all weights and biases, the same for the same seed", () => {
    const layer = new GRU(3, 25, drawn(4));
    const expected = generator(4);
    for (const p of layer.parameters()) {
      expect(p.dataSync()).toEqual(expected.uniform(p.shape, { low: -0.2, high: 0.2, device }).dataSync());
    }
  });

  it("computes one item by hand", () => {
    const layer = new GRU(1, 1, drawn(5));
    const [wi, wh, bi, bh] = layer.parameters().map((p) => [...p.dataSync()]);
    const [x, h] = [0.7, -0.4];
    const gate = (k: number): number => 1 / (1 + Math.exp(-(wi[k] * x + bi[k] + wh[k] * h + bh[k])));
    const fresh = Math.tanh(wi[2] * x + bi[2] + gate(0) * (wh[2] * h + bh[2]));
    const options = { initial: tensor([[[h]]], { device }) };
    const y = layer.forward(tensor([[[x]]], { device }), options).itemSync();
    expect(y).toBeCloseTo((1 - gate(1)) * fresh + gate(1) * h, 14);
  });

  it("is its own mirror image: what it reads from the end is a reversed sequence", () => {
    const both = new GRU(3, 2, { ...drawn(6), bidirectional: true });
    const state = both.stateDict();
    const only = new GRU(3, 2, drawn(7));
    const own = Object.keys(only.stateDict()).map((name) => [name, state[`${name}_reverse`]]);
    only.loadStateDict(Object.fromEntries(own));
    const x = generator(8).normal([4, 2, 3], { device });
    const mirrored = only.outputs(take(x, [3, 2, 1, 0]));
    const { output, last } = both.outputs(x);
    expect(output.slice({ dim: 2, start: 2 }).dataSync()).toEqual(take(mirrored.output, [3, 2, 1, 0]).dataSync());
    expect(last.slice({ start: 1 }).dataSync()).toEqual(mirrored.last.dataSync());
  });

  it("reads no sequence at all where none is packed", () => {
    const { output, last } = new GRU(3, 2, { ...drawn(0), bidirectional: true }).packed(
      zeros([0, 3], { device }),
      new Packing([]),
    );
    expect([output.shape, last.shape]).toEqual([
      [0, 4],
      [2, 0, 2],
    ]);
  });

  it("names what does not fit", () => {
    const layer = new GRU(3, 2, drawn(0));
    const first = new GRU(3, 2, { ...drawn(0), batchFirst: true });
    const x = zeros([2, 4, 3], { device });
    expect(() => layer.forward(zeros([2, 4, 5], { device }))).toThrow("GRU: needs [places, n, 3], got [2, 4, 5]");
    expect(() => first.forward(zeros([4, 3], { device }))).toThrow("GRU: needs [n, places, 3], got [4, 3]");
    expect(() => layer.forward(zeros([0, 4, 3], { device }))).toThrow("GRU: needs an item to read, got [0, 4, 3]");
    expect(() => layer.forward(x, { lengths: [1, 2] })).toThrow("GRU: needs 4 lengths, got 2");
    expect(() => layer.forward(x, { lengths: [1, 2, 3, 0] })).toThrow("GRU: length 2 is 3, x has 2 places");
    expect(() => layer.forward(x, { lengths: [1, 2, 0, 1] })).toThrow("Packing: length 2 is 0, needs a whole number");
    expect(() => layer.forward(x, { lengths: [1, 2, 1.5, 1] })).toThrow("Packing: length 2 is 1.5");
    expect(() => layer.forward(x, { initial: zeros([4, 2], { device }) })).toThrow(
      "GRU: initial is [4, 2], needs [1, 4, 2]",
    );
    expect(() => layer.packed(zeros([3, 3], { device }), new Packing([2, 2]))).toThrow(
      "GRU: needs [4, 3] for this packing, got [3, 3]",
    );
    expect(() => layer.forward(x, { length: 2 } as never)).toThrow(/GRU: unknown option "length"/);
  });

  it("names wrong sizes and options when it is made", () => {
    expect(() => new GRU(0, 2, drawn(0))).toThrow("GRU: inputs must be a whole number >= 1, got 0");
    expect(() => new GRU(3, 2, { ...drawn(0), numLayers: 1.5 })).toThrow(
      "GRU: numLayers must be a whole number >= 1, got 1.5",
    );
    expect(() => new GRU(3, 2, { ...drawn(0), dropout: 0.1 } as never)).toThrow(/GRU: unknown option "dropout"/);
  });
});

describe("on cpu", () => {
  const x = generator(1).normal([places, n, inputs]);

  it("runs the fused kernels, forward and backward, and none in JavaScript", () => {
    const own = new CpuDevice();
    const layer = new GRU(inputs, hidden, {
      ...{ generator: generator(0), numLayers: 2, bidirectional: true },
      device: own,
    });
    const { output, last } = layer.outputs(tensor(x.dataSync(), { shape: x.shape, device: own }), { lengths });
    backward(sum(output).add(sum(last)));
    const ran = own.ranOn();
    expect([ran.gru, ran.gruGradients]).toEqual([4, 4]); // two layers of two directions
    expect(Object.keys(ran).filter((name) => name.startsWith("js:") || name === "sigmoid" || name === "tanh")).toEqual(
      [],
    );
  });

  it("gives what the reference device gives", () => {
    const made = (on: typeof device | typeof cpu) => {
      const layer = new GRU(inputs, hidden, { generator: generator(0), bidirectional: true, device: on });
      return layer.forward(tensor(x.dataSync(), { shape: x.shape, device: on }), { lengths }).dataSync();
    };
    const [ours, exact] = [made(cpu), made(device)];
    expect(Math.max(...Array.from(exact, (value, i) => Math.abs(ours[i] - value)))).toBeLessThan(1e-6);
  });
});
