import { describe, expect, it } from "vitest";
import { cpu } from "../../src/devices/cpu/cpu.ts";
import { CpuDevice } from "../../src/devices/cpu/device.ts";
import {
  backward,
  type Device,
  generator,
  noGrad,
  QuickThought,
  type QuickThoughtOptions,
  quickThought,
  reference,
  SentenceEncoder,
  type Sentences,
  sum,
} from "../../src/index.ts";
import { slopeError } from "../nn/weight-slopes.ts";

const device = reference("float64");
const small = (seed: number, on: Device = device, rest: Partial<QuickThoughtOptions> = {}) =>
  quickThought({ generator: generator(seed), vocabulary: 30, embeddingDim: 6, hidden: 5, device: on, ...rest });

/** Sentences of 1 to 12 words. */
const random = generator(2);
const batch: Sentences = Array.from({ length: 40 }, () =>
  Array.from({ length: 1 + random.below(12) }, () => random.below(30)),
);

/** A row of numbers for each sentence. */
function rows(model: ReturnType<typeof small>, sentences: Sentences): number[][] {
  const y = noGrad(() => model.forward(sentences));
  const values = y.dataSync();
  return sentences.map((_, i) => Array.from(values.subarray(i * y.shape[1], (i + 1) * y.shape[1])));
}

describe("quickThought", () => {
  it("has two encoders of one kind, with PyTorch's names and weights of their own", () => {
    const state = small(0).stateDict();
    const one = [
      ["embedding.weight", [30, 6]],
      ...["l0", "l0_reverse"].flatMap((end) => [
        [`gru.weight_ih_${end}`, [15, 6]],
        [`gru.weight_hh_${end}`, [15, 5]],
        [`gru.bias_ih_${end}`, [15]],
        [`gru.bias_hh_${end}`, [15]],
      ]),
    ];
    const both = ["f", "g"].flatMap((which) => one.map(([name, shape]) => [`${which}.${name}`, shape]));
    expect(Object.entries(state).map(([name, { shape }]) => [name, shape])).toEqual(both);
    for (const [name] of one) {
      expect(state[`f.${name}`].dataSync(), `${name}`).not.toEqual(state[`g.${name}`].dataSync());
    }
  });

  it("gives both encoders' points side by side, each a share of length 1", () => {
    const model = small(0);
    const y = model.forward(batch);
    expect(y.shape).toEqual([40, 20]);
    const [f, g] = [model.f, model.g].map((encoder) => encoder.forward(batch).dataSync());
    rows(model, batch).forEach((row, i) => {
      expect(Math.hypot(...row)).toBeCloseTo(1, 12);
      row.forEach((value, j) => {
        const own = j < 10 ? f[10 * i + j] : g[10 * i + j - 10];
        expect(value).toBeCloseTo(own / Math.SQRT2, 12);
      });
    });
  });

  it("has the gradients in all weights that differences see", () => {
    const every = [...batch, Array.from({ length: 30 }, (_, word) => word)];
    const model = small(0);
    expect(slopeError(model, () => model.forward(every))).toBeLessThan(1e-6);
  });

  it("reads a sentence in order, and every word of it", () => {
    const [a, b, c, d] = rows(small(0), [
      [1, 2, 3],
      [3, 2, 1],
      [1, 2],
      [2, 3],
    ]);
    const apart = (x: number[], y: number[]): number => Math.hypot(...x.map((value, i) => value - y[i]));
    for (const [x, y] of [
      [a, b],
      [a, c],
      [a, d],
    ])
      expect(apart(x, y)).toBeGreaterThan(0.01);
  });

  it.each([device, reference("float32")])("on $name gives a sentence the same bits in whatever company", (on) => {
    const model = small(0, on);
    const all = rows(model, batch);
    for (const n of [1, 2, 3, 17]) expect(rows(model, batch.slice(5, 5 + n))).toEqual(all.slice(5, 5 + n));
  });

  // A product of few rows adds in another order there: 1 to 4 sentences in 77 had other bits, by 4e-8 at most.
  it("on cpu gives a sentence the same numbers to 1e-6 in whatever company", () => {
    const model = small(0, cpu);
    const all = rows(model, batch);
    for (const n of [1, 2, 3, 17]) {
      const off = rows(model, batch.slice(5, 5 + n)).flatMap((row, i) => row.map((value, j) => value - all[5 + i][j]));
      expect(Math.max(...off.map(Math.abs))).toBeLessThan(1e-6);
    }
  });

  it.each([device, reference("float32"), cpu])("on $name gives the same bits in whatever order", (on) => {
    const model = small(0, on);
    const all = rows(model, batch);
    const order = [...generator(3).permutation(batch.length)];
    const shuffled = rows(
      model,
      order.map((i) => batch[i]),
    );
    expect(shuffled).toEqual(order.map((i) => all[i]));
  });

  it("gives the same bits with a state that was saved and loaded, and draws the same from the same seed", () => {
    const [model, other] = [small(0), small(1)];
    const wanted = rows(model, batch);
    expect(rows(small(0), batch)).toEqual(wanted);
    expect(rows(other, batch)).not.toEqual(wanted);
    other.loadStateDict(model.stateDict());
    expect(rows(other, batch)).toEqual(wanted);
  });

  it("has the paper's sizes, as many weights as it says", () => {
    const count = (vocabulary: number, rest: Partial<QuickThoughtOptions> = {}): number =>
      2 * (vocabulary * (rest.embeddingDim ?? 620) + gruOf(rest.embeddingDim ?? 620, rest.hidden ?? 1200));
    const gruOf = (inputs: number, hidden: number): number => 2 * 3 * hidden * (inputs + hidden + 2);
    expect(Math.round(count(20_000) / 1e6)).toBe(51);
    expect(
      small(0)
        .parameters()
        .reduce((total, p) => total + p.size, 0),
    ).toBe(count(30, { embeddingDim: 6, hidden: 5 }));
  });

  it("gives no rows for no sentences", () => {
    expect(small(0).forward([]).shape).toEqual([0, 20]);
  });

  it("passes on the words' standard deviation", () => {
    const spread = Math.hypot(...small(0, device, { vocabulary: 500, std: 0.1 }).f.embedding.weight.dataSync());
    expect(spread / Math.sqrt(3000) / 0.1).toBeCloseTo(1, 1);
  });

  it("names what does not fit", () => {
    const model = small(0);
    expect(() => model.forward([[1], []])).toThrow("Packing: length 1 is 0, needs a whole number >= 1: leave");
    expect(() => model.forward([[1, 30]])).toThrow(/is 30, needs a whole number in 0\.\.29/);
    expect(() => small(0, device, { embeddingDim: 2.5 })).toThrow(
      "quickThought: embeddingDim must be a whole number >= 1, got 2.5",
    );
    const wrong = { generator: generator(0), vocabulary: 3, hiden: 4 } as never;
    expect(() => new QuickThought(wrong)).toThrow(/QuickThought: unknown option "hiden"/);
    expect(() => new SentenceEncoder(wrong)).toThrow(/SentenceEncoder: unknown option "hiden"/);
    expect(() => quickThought({ generator: generator(0), vocabulary: 0 })).toThrow(
      "quickThought: vocabulary must be a whole number >= 1, got 0",
    );
    expect(() => small(0, device, { words: 3 } as never)).toThrow(/quickThought: unknown option "words"/);
  });

  it("runs the fused kernels of cpu, and none in JavaScript", () => {
    const own = new CpuDevice();
    const model = small(0, own);
    backward(sum(model.forward(batch)));
    const ran = own.ranOn();
    expect([ran.gru, ran.gruGradients]).toEqual([4, 4]); // two encoders, two directions
    expect(Object.keys(ran).filter((name) => name.startsWith("js:"))).toEqual([]);
  });
});
