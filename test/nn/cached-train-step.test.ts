import fc from "fast-check";
import { describe, expect, it, vi } from "vitest";
import { peakOf } from "../../bench/peak.ts";
import { CpuDevice } from "../../src/devices/cpu/device.ts";
import { GpuDevice } from "../../src/devices/gpu/device.ts";
import { open } from "../../src/devices/gpu/open.ts";
import {
  Adam,
  type AlignUniformLoss,
  alignUniformLoss,
  BatchNorm1d,
  BatchNorm2d,
  Buffer,
  type Chunks,
  Conv2d,
  cachedTrainStep,
  concat,
  contrastiveLoss,
  type Device,
  Dropout,
  Flatten,
  type Generator,
  generator,
  inChunks,
  L2Norm,
  Linear,
  MaxPool2d,
  Module,
  mlpEncoder,
  noGrad,
  type Optimizer,
  Parameter,
  ReLU,
  reference,
  Sequential,
  SGD,
  type Tensor,
  tensor,
  trainStep,
} from "../../src/index.ts";
import { watchedDevice } from "./watched-device.ts";

const float64 = reference("float64");

type Pair = readonly [x: Tensor, y: Tensor];

/** Both views in one forward pass. */
const jointly =
  (encoder: Module) =>
  ([x, y]: Pair): Tensor[] =>
    encoder.forward(concat([x, y])).chunk(2);

const mlp = (device: Device): Sequential => mlpEncoder({ sizes: [5, 7, 3], generator: generator(1), device });

/** Images of 6 x 6: no sample's features depend on the others. */
function convolutions(device: Device): Sequential {
  const g = generator(2);
  return new Sequential(
    new Conv2d(2, 4, 3, { padding: 1, generator: g, device }),
    new ReLU(),
    new MaxPool2d(2),
    new Flatten(),
    new Linear(36, 3, { generator: g, device }),
    new L2Norm(),
  );
}

/** In like manner, but with statistics of the chunk, and dropout from `g`. */
function moving(device: Device, g: Generator): Sequential {
  const weights = generator(3);
  return new Sequential(
    new Conv2d(2, 4, 3, { padding: 1, bias: false, generator: weights, device }),
    new BatchNorm2d(4, { device }),
    new ReLU(),
    new MaxPool2d(2),
    new Flatten(),
    new Dropout(0.3, { generator: g }),
    new Linear(36, 8, { generator: weights, device }),
    new BatchNorm1d(8, { device, momentum: null }),
    new Linear(8, 3, { generator: weights, device }),
    new L2Norm(),
  );
}

function pairs(seed: number, shape: readonly number[], device: Device): Pair {
  const g = generator(seed);
  const x = g.normal([...shape], { device });
  return [x, x.add(g.normal([...shape], { device, std: 0.3 }))];
}

/** The optimizer's next gradients, as numbers, for each parameter. */
function gradientsSeen(optimizer: Optimizer, parameters: readonly Parameter[]): () => number[] {
  let seen: number[] = [];
  const { step } = optimizer;
  vi.spyOn(optimizer, "step").mockImplementation((grads) => {
    seen = parameters.flatMap((p) => [...(grads.get(p)?.dataSync() ?? [])]);
    step.call(optimizer, grads);
  });
  return () => seen;
}

const numbersOf = (state: Readonly<Record<string, Tensor>>): number[] =>
  Object.values(state).flatMap((x) => [...x.dataSync()]);

function largestDifference(ours: readonly number[], theirs: readonly number[]): number {
  expect(ours.length).toBe(theirs.length);
  return Math.max(...ours.map((a, i) => (Object.is(a, theirs[i]) ? 0 : Math.abs(a - theirs[i]))));
}

/** Everything by which two ways of training can be compared. */
interface Trainee {
  readonly model: Module;
  readonly optimizer: Optimizer;
  readonly gradients: () => number[];
}

function trainee(model: Module, make: (parameters: Parameter[]) => Optimizer): Trainee {
  const optimizer = make(model.parameters());
  return { model, optimizer, gradients: gradientsSeen(optimizer, model.parameters()) };
}

/** The step in one graph. */
function plainStep({ model, optimizer }: Trainee): (x: Tensor, y: Tensor) => Promise<AlignUniformLoss> {
  return trainStep(optimizer, (...pair: Pair) => {
    const [x, y] = jointly(model)(pair);
    return alignUniformLoss(x, y);
  });
}

/** The same in chunks; dropout draws from `generators`. */
function cachedStep(
  { model, optimizer }: Trainee,
  generators: readonly Generator[] = [],
): (chunks: Chunks<Pair>) => Promise<AlignUniformLoss> {
  const loss = (x: Tensor, y: Tensor): AlignUniformLoss => alignUniformLoss(x, y);
  return cachedTrainStep(optimizer, { encode: jointly(model), loss, modules: [model], generators });
}

function expectAlike(one: Trainee, two: Trainee, tolerance: number): void {
  expect(one.gradients().length).toBeGreaterThan(0);
  expect(Math.max(...one.gradients().map(Math.abs))).toBeGreaterThan(1e-3); // so that a wrong one shows
  expect(largestDifference(one.gradients(), two.gradients())).toBeLessThanOrEqual(tolerance);
  const states = [one, two].map(({ model }) => numbersOf(model.stateDict()));
  expect(largestDifference(states[0], states[1])).toBeLessThanOrEqual(tolerance);
  const [a, b] = [one, two].map(({ optimizer }) => optimizer.stateDict());
  expect(a.steps).toEqual(b.steps);
  expect(largestDifference(numbersOf(a.tensors), numbersOf(b.tensors))).toBeLessThanOrEqual(tolerance);
}

const optimizers = {
  SGD: (p: Parameter[]) => new SGD(p, { lr: 0.3, momentum: 0.9, weightDecay: 0.01 }),
  Adam: (p: Parameter[]) => new Adam(p, { lr: 0.02 }),
};

describe("cachedTrainStep, where no sample's features depend on others,", () => {
  it.each([
    ["an MLP", "SGD", mlp, [5]],
    ["an MLP", "Adam", mlp, [5]],
    ["a convolutional net", "SGD", convolutions, [2, 6, 6]],
    ["a convolutional net", "Adam", convolutions, [2, 6, 6]],
  ] as const)("takes the steps of trainStep: %s, %s", async (_, kind, make, shape) => {
    const [one, two] = [make, make].map((f) => trainee(f(float64), optimizers[kind]));
    const plain = plainStep(one);
    const cached = cachedStep(two);
    for (let i = 0; i < 4; i++) {
      const [x, y] = pairs(i, [11, ...shape], float64);
      const theirs = await plain(x, y);
      const ours = await cached(inChunks(4, x, y)); // 4, 4 and 3 pairs
      expect(Object.keys(ours)).toEqual(["loss", "align", "uniform"]);
      expect(ours.align.requiresGrad).toBe(false);
      expect(largestDifference(numbersOf({ ...ours }), numbersOf({ ...theirs }))).toBeLessThan(1e-12);
      expectAlike(one, two, 1e-12);
    }
  });

  it("does so for every number of pairs and size of chunks", async () => {
    const sizes = fc.record({
      n: fc.integer({ min: 2, max: 14 }),
      size: fc.integer({ min: 1, max: 16 }),
      seed: fc.nat(),
    });
    await fc.assert(
      fc.asyncProperty(sizes, async ({ n, size, seed }) => {
        const [one, two] = [mlp, mlp].map((f) => trainee(f(float64), (p) => new SGD(p, { lr: 1 })));
        const [x, y] = pairs(seed, [n, 5], float64);
        const theirs = await trainStep(one.optimizer, () => {
          const [a, b] = jointly(one.model)([x, y]);
          return { loss: contrastiveLoss(a, b) };
        })();
        const cached = cachedTrainStep(two.optimizer, {
          encode: jointly(two.model),
          loss: (a, b) => ({ loss: contrastiveLoss(a, b) }),
          modules: [],
        });
        const ours = await cached(inChunks(size, x, y));
        expect(ours.loss.itemSync()).toBeCloseTo(theirs.loss.itemSync(), 12);
        expect(largestDifference(two.gradients(), one.gradients())).toBeLessThan(1e-12);
        expect(largestDifference(numbersOf(two.model.stateDict()), numbersOf(one.model.stateDict()))).toBeLessThan(
          1e-12,
        );
      }),
      { numRuns: 60 },
    );
  });

  it.each([
    ["of float64", float64],
    ["of WebAssembly", new CpuDevice()],
  ])("takes them to the last bit in one chunk, statistics, dropout and all, on a device %s", async (_, device) => {
    const [g, h] = [generator(9), generator(9)];
    const [one, two] = [g, h].map((own) => trainee(moving(device, own), optimizers.SGD));
    const plain = plainStep(one);
    const cached = cachedStep(two, [h]);
    for (let i = 0; i < 3; i++) {
      const [x, y] = pairs(i, [6, 2, 6, 6], device);
      const theirs = await plain(x, y);
      const ours = await cached(inChunks(6 + i, x, y));
      expect(numbersOf({ ...ours })).toEqual(numbersOf({ ...theirs }));
      expectAlike(one, two, 0);
      expect(h.getState()).toEqual(g.getState());
    }
  });
});

describe("cachedTrainStep, where features depend on the chunk or on draws,", () => {
  /** The same with every chunk's graph in memory. */
  function byHand(model: Module, optimizer: Optimizer): (chunks: Iterable<Pair>) => AlignUniformLoss {
    return (chunks) => {
      const features = [...chunks].map(jointly(model));
      const results = alignUniformLoss(concat(features.map(([x]) => x)), concat(features.map(([, y]) => y)));
      optimizer.step(results.loss.backward());
      return results;
    };
  }

  it("is the step by hand: statistics of each chunk, running ones moved once for each, masks replayed", async () => {
    const [g, h] = [generator(9), generator(9)];
    const [one, two] = [g, h].map((own) => trainee(moving(float64, own), optimizers.SGD));
    const step = byHand(one.model, one.optimizer);
    const cached = cachedStep(two, [h]);
    for (let i = 0; i < 3; i++) {
      const [x, y] = pairs(i, [11, 2, 6, 6], float64);
      const theirs = step(inChunks(4, x, y));
      const ours = await cached(inChunks(4, x, y));
      expect(largestDifference(numbersOf({ ...ours }), numbersOf({ ...theirs }))).toBeLessThan(1e-12);
      expectAlike(one, two, 1e-12);
      expect(h.getState()).toEqual(g.getState());
      const counts = two.model.namedBuffers().filter(([name]) => name.endsWith("num_batches_tracked"));
      expect(counts.map(([, count]) => count.itemSync())).toEqual([3 * (i + 1), 3 * (i + 1)]);
    }
    const [x, y] = pairs(0, [11, 2, 6, 6], float64);
    const whole = trainee(moving(float64, generator(9)), optimizers.SGD);
    const chunked = trainee(moving(float64, generator(9)), optimizers.SGD);
    byHand(whole.model, whole.optimizer)([[x, y]]);
    byHand(chunked.model, chunked.optimizer)(inChunks(4, x, y));
    expect(largestDifference(whole.gradients(), chunked.gradients())).toBeGreaterThan(1e-3); // there is something to see
  });

  it("is the step by hand for a trunk and a head that each have statistics and draw from a generator of their own", async () => {
    /** Two modules; `whole` holds both for comparison, and is not what the step is told of. */
    const made = (): { trunk: Module; head: Module; whole: Sequential; generators: Generator[] } => {
      const weights = generator(3);
      const generators = [generator(9), generator(10)];
      const part = (from: number, to: number, own: Generator): Sequential =>
        new Sequential(
          new Linear(from, to, { generator: weights, device: float64 }),
          new BatchNorm1d(to, { device: float64 }),
          new Dropout(0.3, { generator: own }),
        );
      const [trunk, head] = [part(5, 8, generators[0]), part(8, 4, generators[1])];
      return { trunk, head, whole: new Sequential(trunk, head), generators };
    };
    const [a, b] = [made(), made()];
    const [one, two] = [a, b].map(({ whole }) => trainee(whole, optimizers.SGD));
    const objective = (x: Tensor, y: Tensor): AlignUniformLoss => alignUniformLoss(x.normalize(), y.normalize());
    const cached = cachedTrainStep(two.optimizer, {
      encode: ([x, y]: Pair) => b.head.forward(b.trunk.forward(concat([x, y]))).chunk(2),
      loss: objective,
      modules: [b.trunk, b.head],
      generators: b.generators,
    });
    for (let i = 0; i < 3; i++) {
      const [x, y] = pairs(i, [11, 5], float64);
      const features = [...inChunks(4, x, y)].map(jointly(a.whole));
      const theirs = objective(concat(features.map(([u]) => u)), concat(features.map(([, v]) => v)));
      one.optimizer.step(theirs.loss.backward());
      const ours = await cached(inChunks(4, x, y));
      expect(largestDifference(numbersOf({ ...ours }), numbersOf({ ...theirs }))).toBeLessThan(1e-12);
      expectAlike(one, two, 1e-12);
      expect(b.generators.map((g) => g.getState())).toEqual(a.generators.map((g) => g.getState()));
    }
  });

  it("gives features the same bits in both passes, from the same state", async () => {
    const h = generator(4);
    const model = moving(float64, h);
    const passes: { features: number[]; buffers: number[]; state: unknown }[] = [];
    const recorded: boolean[] = [];
    const cached = cachedTrainStep(new SGD(model.parameters(), { lr: 0.1 }), {
      encode: (pair: Pair) => {
        const before = { buffers: model.namedBuffers().flatMap(([, b]) => [...b.dataSync()]), state: h.getState() };
        const features = jointly(model)(pair);
        passes.push({ ...before, features: features.flatMap((x) => [...x.dataSync()]) });
        recorded.push(features[0].requiresGrad);
        return features;
      },
      loss: (x, y) => alignUniformLoss(x, y),
      modules: [model],
      generators: [h],
    });
    await cached(inChunks(3, ...pairs(0, [8, 2, 6, 6], float64)));
    expect(passes.length).toBe(6);
    expect(passes.slice(3)).toEqual(passes.slice(0, 3));
    expect(recorded).toEqual([false, false, false, true, true, true]);
    expect(new Set(passes.map(({ buffers }) => String(buffers))).size).toBe(3);
  });

  it("rejects what draws unnamed, before any weight is updated, and leaves all as after one pass", async () => {
    const h = generator(4);
    const model = moving(float64, h);
    const before = numbersOf(Object.fromEntries(model.namedParameters()));
    const step = cachedTrainStep(new SGD(model.parameters(), { lr: 0.1 }), {
      encode: jointly(model),
      loss: (x, y) => alignUniformLoss(x, y),
      modules: [model],
    });
    await expect(step(inChunks(4, ...pairs(0, [8, 2, 6, 6], float64)))).rejects.toThrow(
      /^cachedTrainStep: features of chunk 0 are others in the second pass \(\d+ numbers\); no weight was updated\. .*its \{ generators \} and its \{ modules \}$/,
    );
    expect(numbersOf(Object.fromEntries(model.namedParameters()))).toEqual(before);
    const [, count] = model.namedBuffers().filter(([name]) => name.endsWith("num_batches_tracked"))[0];
    expect(count.itemSync()).toBe(2);
  });

  it("rejects what draws unnamed in the second feature alone", async () => {
    const [named, unnamed] = [generator(4), generator(5)];
    const p = new Parameter(tensor([4], { device: float64 }));
    const noisy = (x: Tensor, g: Generator): Tensor => x.mul(p).add(g.normal(x.shape, { device: float64 }));
    const step = cachedTrainStep(new SGD([p], { lr: 0.1 }), {
      encode: (x: Tensor): [Tensor, Tensor] => [noisy(x, named), noisy(x, unnamed)],
      loss: (x, y) => ({ loss: x.sub(y).square().sum() }),
      modules: [],
      generators: [named],
    });
    await expect(step([1, 2].map((a) => tensor([a, a, a], { device: float64 })))).rejects.toThrow(
      "cachedTrainStep: features of chunk 0 are others in the second pass (3 numbers); no weight was updated",
    );
    expect(p.itemSync()).toBe(4);
  });

  it("leaves all as after one pass where the second one breaks off", async () => {
    const [g, h] = [generator(4), generator(4)];
    const [whole, broken] = [g, h].map((own) => moving(float64, own));
    const chunks = [...inChunks(4, ...pairs(0, [8, 2, 6, 6], float64))];
    for (const pair of chunks) jointly(whole)(pair);
    let calls = 0;
    const step = cachedTrainStep(new SGD(broken.parameters(), { lr: 0.1 }), {
      encode: (pair: Pair) => {
        const features = jointly(broken)(pair);
        if (++calls === 3) throw new Error("broken off");
        return features;
      },
      loss: (x, y) => alignUniformLoss(x, y),
      modules: [broken],
      generators: [h],
    });
    await expect(step(chunks)).rejects.toThrow("broken off");
    expect(numbersOf(broken.stateDict())).toEqual(numbersOf(whole.stateDict()));
    expect(h.getState()).toEqual(g.getState());
  });

  it("puts back whatever buffer a named module moves, and does not when the loss moves it", async () => {
    class Drift extends Module {
      readonly weight = new Parameter(tensor([2], { device: float64 }));
      readonly shift = new Buffer(tensor([0], { device: float64 }));
      forward(x: Tensor): Tensor {
        this.shift.value = noGrad(() => this.shift.add(1));
        return x.mul(this.weight).add(this.shift.value);
      }
    }
    const model = new Drift();
    const step = cachedTrainStep(new SGD([model.weight], { lr: 0.5 }), {
      encode: (x: Tensor): [Tensor] => [model.forward(x)],
      loss: (x) => {
        model.shift.value = noGrad(() => model.shift.add(10));
        return { loss: x.sum(), x };
      },
      modules: [model],
    });
    const { x } = await step([1, 2, 3].map((a) => tensor([a], { device: float64 })));
    expect([...x.dataSync()]).toEqual([2 + 1, 4 + 2, 6 + 3]);
    expect(model.shift.itemSync()).toBe(13);
    expect(model.weight.itemSync()).toBe(2 - 0.5 * (1 + 2 + 3));
  });
});

describe("the computation of cachedTrainStep", () => {
  it("may have weights in the loss too, and features without gradient or without use", async () => {
    const [one, two] = [mlp, mlp].map((f) => {
      const model = f(float64);
      const scale = new Parameter(tensor(0.7, { device: float64 }));
      const optimizer = new SGD([...model.parameters(), scale], { lr: 0.1 });
      return { model, scale, gradients: gradientsSeen(optimizer, [...model.parameters(), scale]), optimizer };
    });
    const target = mlpEncoder({ sizes: [5, 7, 3], generator: generator(8), device: float64 });
    const encode =
      (model: Module) =>
      ([x, y]: Pair): [Tensor, Tensor, Tensor] => {
        const key = noGrad(() => target.forward(y));
        return [model.forward(x), key, model.forward(y.mul(3)).sum({ dim: 1 })];
      };
    const loss =
      (scale: Parameter) =>
      (q: Tensor, k: Tensor): { loss: Tensor } => ({ loss: q.sub(k).square().mean().mul(scale).add(scale.square()) });
    const [x, y] = pairs(0, [7, 5], float64);
    await trainStep(one.optimizer, () => {
      const [q, k] = encode(one.model)([x, y]);
      return loss(one.scale)(q, k);
    })();
    const cached = cachedTrainStep(two.optimizer, { encode: encode(two.model), loss: loss(two.scale), modules: [] });
    await cached(inChunks(2, x, y));
    expect(one.gradients().every((g) => Number.isFinite(g))).toBe(true);
    expect(Math.abs(one.gradients().at(-1) ?? 0)).toBeGreaterThan(1e-3);
    expect(largestDifference(two.gradients(), one.gradients())).toBeLessThan(1e-12);
  });

  it("may give a weight itself as a feature or as a result, step after step", async () => {
    const table = new Parameter(tensor([1, 2], { device: float64 }));
    const scale = new Parameter(tensor(3, { device: float64 }));
    const optimizer = new SGD([table, scale], { lr: 0.25 });
    const step = cachedTrainStep(optimizer, {
      encode: (): [Tensor] => [table],
      loss: (x) => ({ loss: x.square().sum().add(scale), scale }),
      modules: [],
    });
    for (let i = 1; i <= 3; i++) {
      await step([0]); // the gradient is 2 x, and 1
      expect([...table.dataSync()]).toEqual([1 / 2 ** i, 2 / 2 ** i]);
      expect(scale.itemSync()).toBe(3 - i / 4);
    }
    await step([0, 1]); // twice the same tensor: 4 x
    expect([...table.dataSync()]).toEqual([0, 0]);
  });

  it("may have an encoder that is frozen under a loss that learns", async () => {
    const model = mlp(float64).freeze();
    const scale = new Parameter(tensor(2, { device: float64 }));
    const step = cachedTrainStep(new SGD([scale], { lr: 1 }), {
      encode: ([x]: readonly [Tensor]) => [model.forward(x)],
      loss: (x) => ({ loss: x.square().sum().mul(scale) }), // 7 rows of length 1
      modules: [model],
    });
    const { loss } = await step(inChunks(3, pairs(0, [7, 5], float64)[0]));
    expect(loss.itemSync()).toBeCloseTo(14, 12);
    expect(scale.itemSync()).toBeCloseTo(2 - 7, 12);
  });

  it("clips the norm of the whole batch's gradient", async () => {
    const p = new Parameter(tensor([0, 0], { device: float64 }));
    const step = cachedTrainStep(
      new SGD([p], { lr: 1 }),
      { encode: (x: Tensor) => [x.mul(p)], loss: (x) => ({ loss: x.sum() }), modules: [] },
      { clipNorm: 1 },
    );
    await step([tensor([[3, 0]], { device: float64 }), tensor([[0, 4]], { device: float64 })]); // gradient (3, 4): norm 5
    expect(p.dataSync()[0]).toBeCloseTo(-0.6, 6);
    expect(p.dataSync()[1]).toBeCloseTo(-0.8, 6);
    expect(() => cachedTrainStep(new SGD([p], { lr: 1 }), {} as never, { clipNorm: 0 })).toThrow(
      /modules must be a list/,
    );
  });

  it("rejects a loss that is not finite after the first pass, a gradient after the second, and updates nothing", async () => {
    const p = new Parameter(tensor([4], { device: float64 }));
    let calls = 0;
    const run = (loss: (x: Tensor) => Tensor): Promise<unknown> =>
      cachedTrainStep(new SGD([p], { lr: 1 }), {
        encode: (x: Tensor) => {
          calls++;
          return [x.mul(p)];
        },
        loss: (x) => ({ loss: loss(x) }),
        modules: [],
      })([tensor([1], { device: float64 }), tensor([0], { device: float64 })]);
    await expect(run((x) => x.sum().mul(Number.NaN))).rejects.toThrow(
      /^cachedTrainStep: the loss is NaN; no weight was updated/,
    );
    expect(calls).toBe(2);
    await expect(run((x) => x.sqrt().sum())).rejects.toThrow(
      /^cachedTrainStep: the gradient's norm is (NaN|Infinity); no weight was updated/,
    );
    expect(calls).toBe(6);
    expect(p.itemSync()).toBe(4);
  });

  it("is checked: options, kinds of results, promises", async () => {
    const p = new Parameter(tensor([4], { device: float64 }));
    const run = (encode: (x: Tensor) => unknown, loss: (x: Tensor) => unknown = (x) => ({ loss: x.sum() })) =>
      cachedTrainStep(new SGD([p], { lr: 1 }), { encode, loss, modules: [] } as never)([p.value, p.value]);
    await expect(run((x) => x.mul(p))).rejects.toThrow(
      "cachedTrainStep: encode must return a list of features, such as [encoder.forward(x)], got a tensor [1]",
    );
    await expect(run(async (x) => [x.mul(p)])).rejects.toThrow(
      /cachedTrainStep: encode: the function must be synchronous/,
    );
    await expect(run((x) => [x.mul(p).sum()])).rejects.toThrow(
      "encode: features must be tensors [n, ...], got shape []",
    );
    await expect(run(() => [3])).rejects.toThrow("encode: features must be tensors [n, ...], got number");
    let k = 0;
    await expect(run((x) => (k++ ? [x.mul(p), x] : [x.mul(p)]))).rejects.toThrow(
      "encode must return the same number of tensors each time, got 1 and 2",
    );
    let j = 1;
    await expect(run((x) => [x.mul(p).expand([j++])])).rejects.toThrow(
      "features [1] in the first pass and [3] in the second of chunk 0: chunks must be the same each time",
    );
    await expect(
      run(
        (x) => [x.mul(p)],
        (x) => x.sum(),
      ),
    ).rejects.toThrow(/must return \{ loss, ...named \}/);
    await expect(
      run(
        (x) => [x.mul(p)],
        async (x) => ({ loss: x.sum() }),
      ),
    ).rejects.toThrow(/must be synchronous/);
    const wrong = { encode: (x: Tensor) => [x], loss: (x: Tensor) => ({ loss: x.sum() }), module: p };
    expect(() => cachedTrainStep(new SGD([p], { lr: 1 }), wrong as never)).toThrow(
      'unknown option "module": it takes encode, loss, modules, generators',
    );
    expect(p.itemSync()).toBe(4);
  });
});

describe("chunks", () => {
  const data = [[1, 2], [3], [4, 5, 6]];
  /** Learns the mean of all numbers. */
  function learner(): {
    p: Parameter;
    step: (chunks: Chunks<number[]>) => Promise<{ loss: Tensor }>;
    seen: number[][];
  } {
    const p = new Parameter(tensor(0, { device: float64 }));
    const seen: number[][] = [];
    const step = cachedTrainStep(new SGD([p], { lr: 0.5 }), {
      encode: (chunk: number[]) => {
        seen.push(chunk);
        return [tensor(chunk, { device: float64 }).sub(p)];
      },
      loss: (x) => ({ loss: x.square().mean() }),
      modules: [],
    });
    return { p, step, seen };
  }

  async function* slowly(): AsyncIterable<number[]> {
    for (const chunk of data) {
      await new Promise((resolve) => setTimeout(resolve));
      yield chunk;
    }
  }
  function* quickly(): Iterable<number[]> {
    yield* data;
  }

  it.each<[string, Chunks<number[]>]>([
    ["an array", data],
    ["a set", new Set(data)],
    ["a function that gives an array", () => data],
    ["a generator function", quickly],
    ["an async generator function", slowly],
    ["an async iterable", { [Symbol.asyncIterator]: () => slowly()[Symbol.asyncIterator]() }],
  ])("may come from %s", async (_, chunks) => {
    const { p, step, seen } = learner();
    await step(chunks);
    expect(p.itemSync()).toBeCloseTo(3.5, 12);
    expect(seen).toEqual([...data, ...data]);
    await step(chunks);
    expect(p.itemSync()).toBeCloseTo(3.5, 12);
  });

  it("must come again, all of them, and be there at all", async () => {
    const { p, step } = learner();
    await expect(step(quickly())).rejects.toThrow(
      "cachedTrainStep: 3 chunks in the first pass and 0 in the second: chunks must be the same each time: pass an array, or a function that gives them anew",
    );
    let walks = 0;
    await expect(step(() => data.slice(0, ++walks))).rejects.toThrow(
      "1 chunks in the first pass and more in the second",
    );
    await expect(step([])).rejects.toThrow("cachedTrainStep: there are no chunks");
    await expect(step(tensor([1, 2]) as never)).rejects.toThrow(
      /chunks must be an array or another iterable, or a function that gives one, got Tensor; inChunks\(size, x\) cuts rows/,
    );
    await expect(step(undefined as never)).rejects.toThrow(/got undefined/);
    expect(p.itemSync()).toBe(0);
    await step(data); // and is none the worse
    expect(p.itemSync()).toBeCloseTo(3.5, 12);
  });

  it("are drawn again as they were by a source that draws from a named generator", async () => {
    const g = generator(5);
    const p = new Parameter(tensor(0, { device: float64 }));
    const seen: number[] = [];
    const step = cachedTrainStep(new SGD([p], { lr: 0.5 }), {
      encode: (x: Tensor) => {
        seen.push(...x.dataSync());
        return [x.sub(p)];
      },
      loss: (x) => ({ loss: x.square().mean() }),
      modules: [],
      generators: [g],
    });
    await step(function* () {
      for (let k = 0; k < 3; k++) yield g.normal([2], { device: float64 });
      g.float(); // what is drawn behind the last counts as well
    });
    const expected = generator(5);
    const numbers = Array.from({ length: 3 }, () => [...expected.normal([2], { device: float64 }).dataSync()]).flat();
    expected.float();
    expect(seen).toEqual([...numbers, ...numbers]);
    expect(g.getState()).toEqual(expected.getState());
  });

  it("are told when no more is asked for", async () => {
    const stops: string[] = [];
    const p = new Parameter(tensor(0, { device: float64 }));
    const step = cachedTrainStep(new SGD([p], { lr: 0.5 }), {
      encode: () => {
        throw new Error("no encoder");
      },
      loss: (x: Tensor) => ({ loss: x }),
      modules: [],
    });
    const sync = function* () {
      try {
        yield* data;
      } finally {
        stops.push("sync");
      }
    };
    const later = async function* () {
      try {
        yield* data;
      } finally {
        stops.push("async");
      }
    };
    await expect(step(sync)).rejects.toThrow("no encoder");
    await expect(step(later)).rejects.toThrow("no encoder");
    expect(stops).toEqual(["sync", "async"]);
  });

  it("do not hide what went wrong first when they cannot be stopped either", async () => {
    const p = new Parameter(tensor(0, { device: float64 }));
    const step = cachedTrainStep(new SGD([p], { lr: 0.5 }), {
      encode: () => {
        throw new Error("no encoder");
      },
      loss: (x: Tensor) => ({ loss: x }),
      modules: [],
    });
    const asked: string[] = [];
    const stop = (which: string): never => {
      asked.push(which);
      throw new Error("no end");
    };
    const next = (): IteratorResult<number> => ({ done: false, value: 1 });
    const sync = { [Symbol.iterator]: () => ({ next, return: () => stop("sync") }) };
    const later = { [Symbol.asyncIterator]: () => ({ next: async () => next(), return: async () => stop("async") }) };
    await expect(step(sync)).rejects.toThrow("no encoder");
    await expect(step(later)).rejects.toThrow("no encoder");
    expect(asked).toEqual(["sync", "async"]);
  });

  it("let timers run in between, and steps do not overlap", async () => {
    const { p, step } = learner();
    const busy = (): number[][] => {
      const end = performance.now() + 20;
      while (performance.now() < end);
      return data;
    };
    let ticks = 0;
    const timer = setInterval(() => ticks++, 1);
    const slow = step(function* () {
      for (const chunk of data) {
        busy();
        yield chunk;
      }
    });
    await expect(step(data)).rejects.toThrow("the step before is under way and reads the same weights: await it");
    await slow;
    clearInterval(timer);
    expect(ticks).toBeGreaterThan(3);
    expect(p.itemSync()).toBeCloseTo(3.5, 12);
  });
});

describe("inChunks", () => {
  it("cuts the rows of tensors and arrays side by side, again and again", () => {
    const chunks = inChunks(2, tensor([[1], [2], [3]], { device: float64 }), new Int32Array([7, 8, 9]), [
      "a",
      "b",
      "c",
    ]);
    for (let walk = 0; walk < 2; walk++) {
      const cut = [...chunks].map(([x, i, s]) => [x.shape, [...x.dataSync()], [...i], s]);
      expect(cut).toEqual([
        [
          [2, 1],
          [1, 2],
          [7, 8],
          ["a", "b"],
        ],
        [[1, 1], [3], [9], ["c"]],
      ]);
    }
    expect([...inChunks(5, [1, 2])]).toEqual([[[1, 2]]]);
  });

  it("refuses sizes below 1 and rows that do not go together", () => {
    expect(() => inChunks(0, [1])).toThrow("inChunks: size must be a whole number >= 1, got 0");
    expect(() => inChunks(1.5, [1])).toThrow("got 1.5");
    expect(() => inChunks(1, [1], [1, 2])).toThrow("with the same number of rows, got [1, 2]");
    expect(() => inChunks(1, [])).toThrow("got [0]");
    expect(() => inChunks(1)).toThrow("got []");
    expect(() => inChunks(1, tensor(3))).toThrow("inChunks: a tensor needs rows, got shape []");
  });
});

describe("memory of cachedTrainStep", () => {
  /** The most bytes in use at the end of a kernel while a batch of so many chunks takes two steps. */
  async function peak(chunkCount: number, cached: boolean): Promise<number> {
    const device = new CpuDevice();
    const most = peakOf(device);
    const g = generator(0);
    const model = new Sequential(
      new Conv2d(2, 8, 3, { padding: 1, bias: false, generator: g, device }),
      new BatchNorm2d(8, { device }),
      new ReLU(),
      new MaxPool2d(2),
      new Flatten(),
      new Linear(512, 3, { generator: g, device }),
      new L2Norm(),
    );
    const rows = Array.from({ length: 8 * chunkCount }, (_, i) => i);
    const encode = ([indices]: readonly [number[]]): Tensor[] => {
      const x = g.normal([indices.length, 2, 16, 16], { device });
      return jointly(model)([x, x.add(g.normal(x.shape, { device, std: 0.1 }))]);
    };
    const optimizer = new SGD(model.parameters(), { lr: 0.01, momentum: 0.9 });
    const loss = (x: Tensor, y: Tensor): AlignUniformLoss => alignUniformLoss(x, y);
    for (let i = 0; i < 2; i++) {
      if (cached) {
        await cachedTrainStep(optimizer, { encode, loss, modules: [model], generators: [g] })(inChunks(8, rows));
      } else {
        await trainStep(optimizer, () => {
          const [x, y] = encode([rows]);
          return loss(x, y);
        })();
      }
    }
    return most();
  }

  it("is that of one chunk, whatever the batch", async () => {
    const [small, large, plain] = [await peak(2, true), await peak(16, true), await peak(16, false)];
    expect(large).toBeLessThan(1.05 * small);
    // A chunk leaves two views' features and gradients of 8 x 3 numbers, statistics as they were before it, and a count, in blocks of 64 bytes.
    expect(large - small).toBeLessThanOrEqual(14 * (4 * 128 + 3 * 64 + 64));
    expect(plain).toBeGreaterThan(10 * large);
  });

  it("comes back but for weights, state and results, also of a step that failed", async () => {
    const watched = watchedDevice();
    const g = generator(0);
    const model = moving(watched.device, g);
    const living: number[] = [];
    let poison = 1;
    const step = cachedTrainStep(new Adam(model.parameters()), {
      encode: jointly(model),
      loss: (x, y) => {
        const results = alignUniformLoss(x, y);
        return { ...results, loss: results.loss.mul(poison), x };
      },
      modules: [model],
      generators: [g],
    });
    const batch = pairs(0, [6, 2, 6, 6], watched.device);
    for (let i = 0; i < 4; i++) {
      await step(inChunks(2, ...batch));
      living.push(watched.living());
    }
    expect(living.slice(1).map((n, i) => n - living[i])).toEqual([4, 4, 4]); // loss, align, uniform and x
    poison = Number.NaN;
    await expect(step(inChunks(2, ...batch))).rejects.toThrow(/the loss is NaN/);
    poison = 1;
    const unnamed = cachedTrainStep(new Adam(model.parameters()), {
      encode: jointly(model),
      loss: (x, y) => alignUniformLoss(x, y),
      modules: [model],
    });
    await expect(unnamed(inChunks(2, ...batch))).rejects.toThrow(/are others in the second pass/);
    expect(watched.living()).toBe(living[3]);
  });
});

describe("cachedTrainStep on a device that reads asynchronously", () => {
  it("follows the reference device, and gives its verdict on unlike passes at the next read", async () => {
    const run = async (device: Device): Promise<number[]> => {
      const model = mlp(device);
      const step = cachedTrainStep(new SGD(model.parameters(), { lr: 0.2, momentum: 0.9 }), {
        encode: jointly(model),
        loss: (x, y) => alignUniformLoss(x, y),
        modules: [model],
      });
      const losses: number[] = [];
      for (let i = 0; i < 4; i++) losses.push(await (await step(inChunks(3, ...pairs(i, [8, 5], device)))).loss.item());
      return losses;
    };
    const device = new GpuDevice("webasm", await open("webasm"));
    const [ours, theirs] = [await run(device), await run(reference("float32"))];
    expect(largestDifference(ours, theirs)).toBeLessThan(1e-5);
    expect(Math.abs(ours[3] - ours[0])).toBeGreaterThan(1e-3);

    const g = generator(0);
    const model = mlp(device);
    const step = cachedTrainStep(new SGD(model.parameters(), { lr: 0.1 }), {
      encode: (x: Tensor) => [model.forward(x.add(g.normal(x.shape, { device })))],
      loss: (x) => ({ loss: x.sum() }),
      modules: [model],
    });
    const { loss } = await step([g.normal([2, 5], { device })]);
    await expect(loss.item()).rejects.toThrow(
      /features of chunk 0 are others in the second pass \(\d numbers\); the weights are lost, load a checkpoint/,
    );
  });
});
