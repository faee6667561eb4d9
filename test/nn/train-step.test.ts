import { describe, expect, it, vi } from "vitest";
import { backward } from "../../src/autograd/backward.ts";
import {
  Adam,
  AdamW,
  alignUniformLoss,
  clipGradNorm,
  generator,
  L2Norm,
  Linear,
  Parameter,
  reference,
  Sequential,
  SGD,
  type Tensor,
  tensor,
  trainStep,
} from "../../src/index.ts";
import { watchedDevice } from "./watched-device.ts";

const device = reference("float64");

function encoder(seed: number): Sequential {
  return new Sequential(new Linear(5, 3, { generator: generator(seed), device }), new L2Norm());
}

describe("trainStep", () => {
  it("lowers the loss and returns every named result, detached", async () => {
    const model = encoder(1);
    const step = trainStep(new SGD(model.parameters(), { lr: 0.5, momentum: 0.9 }), (x: Tensor, y: Tensor) =>
      alignUniformLoss(model.forward(x), model.forward(y)),
    );
    const x = generator(2).normal([32, 5], { device });
    const y = x.add(generator(3).normal([32, 5], { device, std: 0.1 }));
    const losses: number[] = [];
    for (let i = 0; i < 30; i++) losses.push((await step(x, y)).loss.itemSync());
    expect(losses[29]).toBeLessThan(losses[0] - 0.1);
    const results = await step(x, y);
    expect(Object.keys(results)).toEqual(["loss", "align", "uniform"]);
    expect(results.loss.requiresGrad).toBe(false);
    expect(results.loss.itemSync()).toBeCloseTo(results.align.itemSync() + results.uniform.itemSync(), 12);
  });

  it("gives back what nobody reads any more while it walks the graph, and never what is returned or shared", async () => {
    const watched = watchedDevice();
    const w = new Parameter(tensor([1, 2], { device: watched.device }));
    const depth = 40;
    let forward = 0;
    let update = 0;
    const optimizer = new SGD([w], { lr: 0.1 });
    const { step: updated } = optimizer;
    vi.spyOn(optimizer, "step").mockImplementation((grads) => {
      update = watched.living();
      updated.call(optimizer, grads);
    });
    const step = trainStep(optimizer, () => {
      let x: Tensor = w.mul(0.5);
      for (let i = 0; i < depth; i++) x = x.sub(0.25).tanh(); // of the two, only tanh saves a value, its result
      const twice = x.add(x.reshape([2])); // a gradient of both, and a storage under two names
      forward = watched.living();
      return { loss: twice.sum(), x, twice };
    });
    const { loss, x, twice } = await step();
    expect(forward).toBeGreaterThan(2 * depth);
    expect(watched.most()).toBeLessThan(forward + 5); // what comes back makes room for the gradients
    expect(update).toBeLessThan(10); // weights, results, the gradient and its norm
    expect(loss.itemSync()).toBeCloseTo(2 * x.sum().itemSync(), 12);
    expect(twice.dataSync()).toEqual(x.mul(2).dataSync());

    const plain = new Parameter(tensor([1, 2], { device }));
    let y: Tensor = plain.mul(0.5);
    for (let i = 0; i < depth; i++) y = y.sub(0.25).tanh();
    const g = y
      .add(y.reshape([2]))
      .sum()
      .backward()
      .get(plain) as Tensor;
    expect(w.dataSync()).toEqual(plain.sub(g.mul(0.1)).dataSync());
  });

  it("leaves nothing behind but weights, optimizer state and results", async () => {
    const watched = watchedDevice();
    const model = new Sequential(new Linear(5, 3, { generator: generator(1), device: watched.device }), new L2Norm());
    const x = generator(2).normal([8, 5], { device: watched.device });
    const step = trainStep(new Adam(model.parameters()), () =>
      alignUniformLoss(model.forward(x), model.forward(x.mul(2))),
    );
    const living: number[] = [];
    for (let i = 0; i < 4; i++) {
      const results = await step();
      living.push(watched.living());
      expect(results.loss.storage.freed).toBe(false);
    }
    expect(watched.made()).toBeGreaterThan(200);
    // A step leaves its three results: the old values of two weights and their four moments made room for the new.
    expect(living.slice(1).map((n, i) => n - living[i])).toEqual([3, 3, 3]);
  });

  it("refuses an async function and passes on what f throws", async () => {
    const optimizer = new SGD(encoder(0).parameters(), { lr: 0.1 });
    const asynchronous = trainStep(optimizer, (async () => ({ loss: tensor(1) })) as never);
    await expect(asynchronous()).rejects.toThrow(/must be synchronous/);
    const failing = trainStep(optimizer, () => {
      throw new Error("no batch");
    });
    await expect(failing()).rejects.toThrow("no batch");
    expect(() => trainStep(optimizer, () => ({ loss: tensor(1) }), { clip: 1 } as never)).toThrow(
      /unknown option "clip": it takes clipNorm/,
    );
  });

  it("refuses what is no tensors by name, before anything is updated", async () => {
    const p = new Parameter(tensor(1, { device }));
    const run = (result: unknown): Promise<unknown> =>
      trainStep(new SGD([p], { lr: 1 }), () => result as { loss: Tensor })();
    await expect(run(p.square())).rejects.toThrow(/must return \{ loss, ...named \}, all tensors, got something else/);
    await expect(run({ value: p.square() })).rejects.toThrow(/got no loss/);
    await expect(run({ loss: p.square(), step: 3 })).rejects.toThrow(/got "step" of type number/);
    await expect(run({ loss: p.log().mul(Number.NaN) })).rejects.toThrow(/the loss is NaN; no weight was updated/);
    const infinite = { loss: p.mul(0).sqrt() }; // 0, with an infinite slope
    await expect(run(infinite)).rejects.toThrow(/the gradient's norm is (NaN|Infinity); no weight was updated/);
    expect(p.itemSync()).toBe(1);
    expect(() => trainStep(new SGD([p], { lr: 1 }), () => ({ loss: p }), { clipNorm: -1 })).toThrow(
      /clipNorm must be > 0, got -1/,
    );
  });

  it("lets timers run while steps follow each other", async () => {
    const p = new Parameter(tensor(1, { device }));
    const step = trainStep(new SGD([p], { lr: 0.01 }), () => ({ loss: p.square() }));
    let ticks = 0;
    const timer = setInterval(() => ticks++, 1);
    const end = performance.now() + 150;
    while (performance.now() < end) await step();
    clearInterval(timer);
    expect(ticks).toBeGreaterThan(2);
  });

  it("clips the norm of all gradients together", async () => {
    const [a, b] = [new Parameter(tensor([3, 0], { device })), new Parameter(tensor(4, { device }))];
    const loss = a.square().sum().add(b.square()).mul(0.5); // gradient (3, 0, 4): norm 5
    const clipped = clipGradNorm(loss.backward(), 1);
    expect(clipped.get(a)?.dataSync()[0]).toBeCloseTo(0.6, 6);
    expect(clipped.get(b)?.itemSync()).toBeCloseTo(0.8, 6);
    expect(clipGradNorm(loss.backward(), 10).get(b)?.itemSync()).toBe(4);
    expect(() => clipGradNorm(loss.backward(), 0)).toThrow(/max must be > 0/);
    const step = trainStep(new SGD([a, b], { lr: 1 }), () => ({ loss: a.square().sum().add(b.square()).mul(0.5) }), {
      clipNorm: 1,
    });
    await step();
    expect(b.itemSync()).toBeCloseTo(3.2, 6);
  });
});

describe("optimizers", () => {
  const quadratic = (p: Parameter): Tensor => p.sub(3).square().sum();

  it.each([
    ["SGD", (p: Parameter) => new SGD([p], { lr: 0.05, momentum: 0.9 })],
    ["nesterov", (p: Parameter) => new SGD([p], { lr: 0.05, momentum: 0.9, nesterov: true })],
    ["Adam", (p: Parameter) => new Adam([p], { lr: 0.1 })],
    ["AdamW", (p: Parameter) => new AdamW([p], { lr: 0.1, weightDecay: 0.2 })],
  ])("%s goes on from its saved state with the bits of an uninterrupted run", (_, make) => {
    const p = new Parameter(tensor([1, -2], { device }));
    const q = new Parameter(tensor([1, -2], { device }));
    const [one, two] = [make(p), make(q)];
    for (let i = 0; i < 10; i++) one.step(quadratic(p).backward());
    for (let i = 0; i < 5; i++) two.step(quadratic(q).backward());
    const r = new Parameter(q.value);
    const resumed = make(r);
    resumed.loadStateDict(two.stateDict());
    for (let i = 0; i < 5; i++) resumed.step(quadratic(r).backward());
    expect(r.dataSync()).toEqual(p.dataSync());
  });

  it("AdamW shrinks by lr · weightDecay, 0.01 unless given, and leaves the averages out of it", () => {
    const p = new Parameter(tensor([2], { device }));
    const still = p.mul(0).sum().backward(); // a gradient of 0
    new AdamW([p], { lr: 0.5 }).step(still);
    expect(p.itemSync()).toBeCloseTo(2 * (1 - 0.005), 14);
    new AdamW([p], { lr: 0.5, weightDecay: 0 }).step(still);
    expect(p.itemSync()).toBeCloseTo(2 * (1 - 0.005), 14);
    expect(() => new AdamW([p], { weightDecay: -1 })).toThrow(/AdamW: eps and weightDecay must be >= 0/);
  });

  it("leave gradients as they are: those of a step are still there after the next", () => {
    const p = new Parameter(tensor([1, -2], { device }));
    const optimizer = new SGD([p], { lr: 0.1, momentum: 0.9 });
    const grads = quadratic(p).backward();
    optimizer.step(grads);
    optimizer.step(quadratic(p).backward());
    expect([...(grads.get(p)?.dataSync() ?? [])]).toEqual([-4, -10]);
  });

  it("leave a parameter that the loss does not reach as it is", () => {
    const [p, unused] = [new Parameter(tensor([1], { device })), new Parameter(tensor([2], { device }))];
    const optimizer = new Adam([p, unused], { weightDecay: 0.1 });
    optimizer.step(quadratic(p).backward());
    expect(unused.version).toBe(0);
    expect(optimizer.stateDict().steps).toEqual([1, 0]);
  });

  it("refuse settings that make no sense, and state of other parameters", () => {
    const p = new Parameter(tensor([1, 2], { device }));
    expect(() => new SGD([], { lr: 1 })).toThrow(/SGD: got no parameters/);
    expect(() => new SGD([p], { lr: -1 })).toThrow(/lr must be a number >= 0, got -1/);
    expect(() => new SGD([p], { lr: 1, momentum: -1 })).toThrow(/momentum and weightDecay must be >= 0/);
    expect(() => new SGD([p], { lr: 1, nesterov: true })).toThrow(/nesterov needs momentum/);
    expect(() => new SGD([p], { learningRate: 1 } as never)).toThrow(/unknown option "learningRate"/);
    expect(() => new Adam([p], { betas: [0.9, 1] })).toThrow(/betas must be two numbers in \[0, 1\)/);
    expect(() => new Adam([p], { eps: -1 })).toThrow(/eps and weightDecay must be >= 0/);
    expect(() => new SGD([p], { lr: "0.1" } as never)).toThrow(/lr must be a number >= 0, got 0.1/);
    expect(() => new SGD(p as never, { lr: 1 })).toThrow(/SGD: got no parameters/);
    expect(() => new SGD([p], undefined as never)).toThrow(/SGD: options must be an object \{ lr, /);
    expect(() => new SGD([p, p], { lr: 1 })).toThrow(/a parameter is given twice/);
    const other = new SGD([new Parameter(tensor([1]))], { lr: 1 });
    expect(() => other.step(backward(p.square().sum()))).toThrow(
      /SGD: step: no gradient is of one of its 1 parameters: make the optimizer with the parameters of the model/,
    );
  });

  it("refuse state that is not theirs, whole, with every reason at once", () => {
    const [p, q] = [new Parameter(tensor([1, 2], { device })), new Parameter(tensor([3], { device }))];
    const adam = new Adam([p, q]);
    adam.step(quadratic(p).add(quadratic(q)).backward());
    const state = adam.stateDict();
    const { "exp_avg.1": _, ...rest } = state.tensors;
    const tensors = {
      ...rest,
      "exp_avg_sq.0": tensor([1], { device }),
      "exp_avg_sq.1": tensor([1], { device: reference("float32") }),
      "momentum_buffer.0": p,
    };
    expect(() => adam.loadStateDict({ lr: Number.NaN, steps: [1, 1], tensors })).toThrow(
      [
        "Adam: loadStateDict: nothing was loaded:",
        "lr must be a number >= 0, got NaN",
        'missing "exp_avg.1"',
        '"exp_avg_sq.0" has shape [1], needs [2]',
        '"exp_avg_sq.1" is on reference(float32), needs reference(float64): move it, await tensor.to(device)',
        'unexpected "momentum_buffer.0"',
      ].join("\n  "),
    );
    expect(adam.stateDict()).toEqual(state);
    expect(() => adam.loadStateDict({ ...state, steps: [1] })).toThrow(/steps must be 2 whole numbers >= 0.*got \[1\]/);
    const sgd = new SGD([p, q], { lr: 1, momentum: 0.9 });
    expect(() => adam.loadStateDict(sgd.stateDict())).not.toThrow(); // neither has taken a step: there is nothing to mix up
    sgd.step(quadratic(p).backward());
    expect(() => adam.loadStateDict(sgd.stateDict())).toThrow(
      /missing "exp_avg.0"(.|\n)*unexpected "momentum_buffer.0"/,
    );
  });

  it("update all or nothing", async () => {
    const [p, q] = [new Parameter(tensor([1], { device })), new Parameter(tensor([1], { device }))];
    const optimizer = new SGD([p, q], { lr: 1, momentum: 0.9 });
    const grads = p.square().sum().add(q.square().sum()).backward();
    optimizer.step(grads);
    q.value = await q.value.to(reference("float32")); // its momentum stays behind
    expect(() => optimizer.step(grads)).toThrow(/inputs are on different devices/);
    expect([p.itemSync(), optimizer.stateDict().steps]).toEqual([-1, [1, 1]]);
    expect(optimizer.stateDict().tensors["momentum_buffer.0"].itemSync()).toBe(2);
  });
});
