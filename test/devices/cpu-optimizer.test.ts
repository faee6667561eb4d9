import { describe, expect, it, vi } from "vitest";
import { CpuDevice } from "../../src/devices/cpu/device.ts";
import { Machine } from "../../src/devices/cpu/machine.ts";
import type { CpuStorage } from "../../src/devices/cpu/storage.ts";
import type { Device, FusedKernels, Storage, Update } from "../../src/devices/device.ts";
import { reference } from "../../src/devices/reference/reference.ts";
import {
  Adam,
  AdamW,
  type Gradients,
  generator,
  type Optimizer,
  Parameter,
  SGD,
  scope,
  sum,
  type Tensor,
  tensor,
} from "../../src/index.ts";
import { numbers } from "./cases/numbers.ts";

const shapes = [[1031], [3, 5], [1], [64, 65]];

/** Parameters that nobody else has tensors of. */
function alone(device: Device): Parameter[] {
  const made: Parameter[] = [];
  scope(() => {
    for (const [i, shape] of shapes.entries()) made.push(new Parameter(generator(i).normal(shape, { device })));
  });
  return made;
}

/** Gradients that differ from step to step. */
function gradients(parameters: readonly Parameter[], step: number): Gradients {
  const terms = parameters.map((p, i) =>
    sum(
      p
        .square()
        .mul(0.1 * (i + 1))
        .add(p.mul(step % 3)),
    ),
  );
  return terms.reduce((a, b) => a.add(b)).backward();
}

const kinds: [name: string, make: (parameters: readonly Parameter[]) => Optimizer][] = [
  ["SGD", (ps) => new SGD(ps, { lr: 0.05, weightDecay: 0.1 })],
  ["SGD with momentum", (ps) => new SGD(ps, { lr: 0.05, momentum: 0.9, weightDecay: 0.1 })],
  ["SGD that looks ahead", (ps) => new SGD(ps, { lr: 0.05, momentum: 0.9, nesterov: true })],
  ["Adam", (ps) => new Adam(ps, { lr: 0.1, weightDecay: 0.1 })],
  ["AdamW", (ps) => new AdamW(ps, { lr: 0.1, weightDecay: 0.2 })],
];

const valuesOf = (xs: readonly Tensor[]): number[][] => xs.map((x) => [...x.dataSync()]);

/** Runs `f` while a device lacks the kernels. */
function composed<T>({ fused }: Device, f: () => T): T {
  const held: FusedKernels = { sgd: fused.sgd, adam: fused.adam };
  Object.assign(fused, { sgd: undefined, adam: undefined });
  try {
    return f();
  } finally {
    Object.assign(fused, held);
  }
}

describe.each(kinds)("a step of %s in one pass", (_, make) => {
  /** Values and state after some steps. */
  const trained = (device: Device): number[][] => {
    const parameters = alone(device);
    const optimizer = make(parameters);
    for (let step = 1; step <= 4; step++) scope(() => optimizer.step(gradients(parameters, step)));
    return valuesOf([...parameters, ...Object.values(optimizer.stateDict().tensors)]);
  };

  it("has the bits of the composition on cpu, in place or not", () => {
    const device = new CpuDevice();
    expect(trained(device)).toEqual(composed(device, () => trained(device)));
  });

  it("is the composition to rounding on the reference device", () => {
    const device = reference("float64");
    const wanted = composed(device, () => trained(device)).flat();
    const off = trained(device)
      .flat()
      .map((x, i) => Math.abs(x - wanted[i]) / Math.max(1, Math.abs(wanted[i])));
    expect(Math.max(...off)).toBeLessThan(1e-13);
  });

  it("makes nothing new where nobody can see the old values", () => {
    const device = new CpuDevice();
    const parameters = alone(device);
    const optimizer = make(parameters);
    const places = (): Set<number> => new Set(parameters.map(({ storage }) => (storage as CpuStorage).address));
    const grads = gradients(parameters, 1);
    scope(() => optimizer.step(grads));
    const [used, lie] = [device.used, places()];
    for (let i = 0; i < 3; i++) {
      scope(() => optimizer.step(grads));
      expect([device.used, places()]).toEqual([used, lie]);
    }
  });
});

describe("values that somebody can still see stay as they are", () => {
  const device = new CpuDevice();
  /** What `see` gives keeps its numbers over a step, inside the scope in which it was asked for. */
  const stays = (see: (p: Parameter, optimizer: SGD) => Tensor): void => {
    const [p] = alone(device);
    const optimizer = new SGD([p], { lr: 0.5, momentum: 0.9 });
    const step = (): void => scope(() => optimizer.step(gradients([p], 1)));
    step();
    step();
    scope(() => {
      const seen = see(p, optimizer);
      const before = [...seen.dataSync()];
      const was = [...p.dataSync()];
      step();
      expect([...p.dataSync()]).not.toEqual(was);
      expect([...seen.dataSync()]).toEqual(before);
      step();
      expect([...seen.dataSync()]).toEqual(before);
    });
  };

  it.each<[string, (p: Parameter, optimizer: SGD) => Tensor]>([
    ["the value", (p) => p.value],
    ["a view of another shape", (p) => p.reshape([1, -1])],
    ["another parameter of the same numbers", (p) => new Parameter(p.value)],
    ["the optimizer's state", (_, optimizer) => optimizer.stateDict().tensors["momentum_buffer.0"]],
  ])("%s", (_, see) => stays(see));

  it("what a scope has lost throws, and shows no new numbers", () => {
    const [p] = alone(device);
    const optimizer = new SGD([p], { lr: 0.5 });
    const grads = gradients([p], 1);
    let lost = tensor(0);
    scope(() => {
      lost = p.value;
    });
    const { address } = p.storage as CpuStorage;
    optimizer.step(grads);
    expect((p.storage as CpuStorage).address).toBe(address);
    expect(() => lost.dataSync()).toThrow(/was freed when its scope ended/);
  });

  it("those of a parameter that shares its storage, made in a scope that has ended", () => {
    const [p] = alone(device);
    const twins: Parameter[] = [];
    scope(() => {
      twins.push(new Parameter(p.value));
    });
    const before = valuesOf(twins);
    new SGD([p], { lr: 0.5 }).step(gradients([p], 1));
    expect(valuesOf(twins)).toEqual(before);
    expect(valuesOf([p])).not.toEqual(before);
  });

  it("a graph that saved a value from before the step refuses to be walked", () => {
    const [p] = alone(device);
    const optimizer = new SGD([p], { lr: 0.5 });
    const loss = sum(p.square());
    optimizer.step(loss.backward());
    expect(() => loss.backward()).toThrow(/saved "x", a Parameter or Buffer whose value was replaced since/);
  });
});

describe("a step that fails", () => {
  it.each(["sgd", "adam"] as const)("of %s has changed nothing, freed nothing and kept nothing", (kernel) => {
    const device = new CpuDevice({ limit: 2 ** 20 });
    const upload = (n: number, seed: number): Storage => device.upload(numbers(n, seed));
    const [p, g, big] = [upload(1000, 1), upload(1000, 2), upload(100_000, 3)];
    const updates: Update[] = [
      { p, g, state: [], step: 1 },
      { p: big, g: big, state: [], step: 1 }, // there is no room for its state
    ];
    const { used } = device;
    const step = (): unknown =>
      kernel === "sgd"
        ? device.fused.sgd?.(updates, { lr: 1, momentum: 0.9, weightDecay: 0, nesterov: false }, [p])
        : device.fused.adam?.(updates, { lr: 1, betas: [0, 0], eps: 1, weightDecay: 0, shrink: 1 }, [p]);
    expect(step).toThrow("cpu: out of memory");
    expect([device.used, p.freed]).toEqual([used, false]);
    expect(p.readSync()).toEqual(numbers(1000, 1));
    big.free();
    expect(() => step()).toThrow(/was freed/);
    expect(p.readSync()).toEqual(numbers(1000, 1));
  });

  it("because a thread was lost before it, has changed nothing", () => {
    const device = new CpuDevice();
    const [p, g] = [1, 2].map((seed) => device.upload(numbers(1000, seed)));
    const lost = vi.spyOn(Machine.prototype, "attend").mockImplementation((name) => {
      throw new Error(`${name}: thread 1 of 2 has ended`);
    });
    const rates = { lr: 1, momentum: 0, weightDecay: 0, nesterov: false };
    const step = (): unknown => device.fused.sgd?.([{ p, g, state: [], step: 1 }], rates, [p]);
    expect(step).toThrow("sgd: thread 1 of 2 has ended");
    lost.mockRestore();
    expect(p.readSync()).toEqual(numbers(1000, 1));
  });
});
