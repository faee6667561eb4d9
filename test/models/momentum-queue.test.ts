import { describe, expect, it, vi } from "vitest";
import { CpuDevice } from "../../src/devices/cpu/device.ts";
import {
  BatchNorm1d,
  type Device,
  generator,
  L2Norm,
  Linear,
  noGrad,
  reference,
  Sequential,
  SGD,
  scope,
  type Tensor,
} from "../../src/index.ts";
import { MomentumQueue, type MomentumQueueOptions, mlpEncoder } from "../../src/models/index.ts";

const device = reference("float64");

/** With batch statistics, so that groups can be told. */
const normed = (seed: number, on: Device = device): Sequential =>
  new Sequential(
    new Linear(3, 4, { generator: generator(seed), device: on }),
    new BatchNorm1d(4, { device: on }),
    new L2Norm(),
  );

const queueOf = (options: Partial<MomentumQueueOptions> = {}, on: Device = device): MomentumQueue<Sequential> =>
  new MomentumQueue(normed(1, on), normed(2, on), {
    ...{ generator: generator(3), size: 12, featDim: 4, momentum: 0.75 },
    ...options,
  });

const batch = (n: number, seed: number = 4, on: Device = device): Tensor =>
  generator(seed).normal([n, 3], { device: on });
const keysAt = (n: number, seed: number): Tensor => generator(seed).normal([n, 4], { device }).normalize();
const values = (x: Tensor): number[] => [...x.dataSync()];
const close = (x: Tensor, y: Tensor): void => {
  expect(x.shape).toEqual(y.shape);
  const expected = y.dataSync();
  for (const [i, value] of x.dataSync().entries()) expect(value).toBeCloseTo(expected[i], 12);
};

describe("MomentumQueue", () => {
  it("has MoCo's state: queue and pointer first, then both encoders, alike", () => {
    const moco = queueOf();
    const state = moco.stateDict();
    const inner = Object.keys(moco.encoder_q.stateDict());
    expect(Object.keys(state)).toEqual([
      ...["queue", "queue_ptr"],
      ...inner.map((name) => `encoder_q.${name}`),
      ...inner.map((name) => `encoder_k.${name}`),
    ]);
    expect([state.queue.shape, state.queue_ptr.shape]).toEqual([[4, 12], [1]]);
    for (const name of inner) expect(values(state[`encoder_k.${name}`])).toEqual(values(state[`encoder_q.${name}`]));
    for (const length of values(moco.negatives().norm({ dim: 1 }))) expect(length).toBeCloseTo(1, 12);
    expect(values(moco.queue)).not.toEqual(values(queueOf({ generator: generator(4) }).queue));
  });

  it("moves the key encoder's weights, before its forward pass, and leaves it its own statistics", () => {
    const moco = queueOf();
    const shift = generator(5).normal([4, 3], { device });
    moco.encoder_q.parameters()[0].value = shift;
    moco.query(batch(5, 7));
    const [before, statistics] = [moco.encoder_k.stateDict(), moco.encoder_q.stateDict()];
    const x = batch(6);
    const keys = moco.keys(x, generator(6));
    const after = moco.encoder_k.stateDict();
    close(after["0.weight"], before["0.weight"].mul(0.75).add(shift.mul(0.25)));
    const expected = normed(7);
    expected.loadStateDict({ ...before, "0.weight": after["0.weight"] });
    close(
      keys,
      noGrad(() => expected.forward(x)),
    );
    close(after["1.running_mean"], expected.stateDict()["1.running_mean"]);
    expect(values(moco.encoder_q.stateDict()["1.running_mean"])).toEqual(values(statistics["1.running_mean"]));
    expect(after["1.num_batches_tracked"].itemSync()).toBe(1);
    moco.query(batch(6, 8));
    expect(values(moco.encoder_k.stateDict()["1.running_mean"])).toEqual(values(after["1.running_mean"]));
  });

  it("gives keys no gradients, and an optimizer of all its parameters trains the query encoder alone", () => {
    const moco = queueOf();
    const x = batch(6);
    const [q, k] = [moco.query(x), moco.keys(x, generator(0))];
    expect(moco.encoder_k.parameters().map((p) => p.requiresGrad)).toEqual([false, false, false, false]);
    expect([q.requiresGrad, k.requiresGrad, moco.negatives().requiresGrad]).toEqual([true, false, false]);
    const before = moco.stateDict();
    new SGD(moco.parameters(), { lr: 1 }).step(q.mul(k.add(1)).sum().backward());
    const after = moco.stateDict();
    expect(values(after["encoder_q.0.weight"])).not.toEqual(values(before["encoder_q.0.weight"]));
    expect(values(after["encoder_k.0.weight"])).toEqual(values(before["encoder_k.0.weight"]));
  });

  it("puts each group through by itself", () => {
    const [moco, twin] = [queueOf({ groups: 3 }), queueOf()];
    const x = batch(6);
    const parts = [0, 2, 4].map((start) => twin.encoder_q.forward(x.slice({ start, end: start + 2 })));
    expect(values(moco.query(x))).toEqual(parts.flatMap(values));
    close(moco.encoder_q.stateDict()["1.running_var"], twin.encoder_q.stateDict()["1.running_var"]);
    expect(moco.encoder_q.stateDict()["1.num_batches_tracked"].itemSync()).toBe(3);
  });

  it("shuffles a batch across its groups and gives the keys back in order", () => {
    const x = batch(6);
    const order = Int32Array.of(4, 0, 5, 2, 1, 3);
    const moco = queueOf({ groups: 2 });
    const keys = values(moco.keys(x, { permutation: (n) => order.slice(0, n) }));
    const twin = queueOf().encoder_k;
    const expected: number[][] = [];
    for (const group of [order.slice(0, 3), order.slice(3)]) {
      const y = values(twin.forward(x.take(group)));
      for (const [i, image] of group.entries()) expected[image] = y.slice(4 * i, 4 * i + 4);
    }
    for (const [i, value] of expected.flat().entries()) expect(keys[i]).toBeCloseTo(value, 12);
    const unshuffled = queueOf({ groups: 2 }).keys(x, {
      permutation: (n) => Int32Array.from({ length: n }, (_, i) => i),
    });
    expect(values(unshuffled)).not.toEqual(keys);
  });

  it("draws an order only where there are groups", () => {
    const g = generator(9);
    const before = g.getState();
    queueOf().keys(batch(6), g);
    expect(g.getState()).toEqual(before);
    queueOf({ groups: 2 }).keys(batch(6), g);
    expect(g.getState()).not.toEqual(before);
  });

  it("holds the newest keys, in place of the oldest", () => {
    const moco = queueOf();
    const first = values(moco.negatives());
    const batches = [10, 11, 12, 13].map((seed) => keysAt(4, seed));
    const rows = (): number[][] => [0, 1, 2].map((i) => values(moco.negatives()).slice(16 * i, 16 * i + 16));
    moco.enqueue(batches[0]);
    expect(rows()).toEqual([values(batches[0]), first.slice(16, 32), first.slice(32)]);
    expect(values(moco.queue)[12]).toBe(values(batches[0])[1]); // column 0 of row 1 is the first key's second number
    moco.enqueue(batches[1]);
    expect(moco.queue_ptr.itemSync()).toBe(8);
    moco.enqueue(batches[2]);
    expect(rows()).toEqual(batches.slice(0, 3).map(values));
    expect(moco.queue_ptr.itemSync()).toBe(0);
    moco.enqueue(batches[3]);
    expect(rows()).toEqual([batches[3], batches[1], batches[2]].map(values));
  });

  it("goes on from a state dict as if it had never stopped", () => {
    const steps = (moco: MomentumQueue, from: number, to: number): number[] => {
      for (let i = from; i < to; i++) {
        const x = batch(4, 20 + i);
        const q = moco.query(x);
        const k = moco.keys(x, generator(30 + i));
        new SGD(moco.encoder_q.parameters(), { lr: 0.1 }).step(q.mul(k.add(1)).sum().backward());
        moco.enqueue(k);
      }
      return Object.values(moco.stateDict()).flatMap(values);
    };
    const stayed = queueOf({ groups: 2 });
    steps(stayed, 0, 2);
    const resumed = queueOf({ groups: 2, generator: generator(99) });
    resumed.loadStateDict(stayed.stateDict());
    expect(steps(resumed, 2, 5)).toEqual(steps(stayed, 2, 5));
  });

  it("takes encoders that have no batch statistics: then groups and shuffles change nothing", () => {
    const encoder = (seed: number): Sequential => mlpEncoder({ sizes: [3, 5, 4], generator: generator(seed), device });
    const moco = new MomentumQueue(encoder(1), encoder(2), { generator: generator(3), size: 8, featDim: 4, groups: 2 });
    const x = batch(6);
    close(moco.query(x), moco.encoder_q.forward(x));
    close(moco.keys(x, generator(4)), moco.encoder_k.forward(x));
  });

  it("takes no more memory at the hundredth step than at the tenth", () => {
    const cpu = new CpuDevice();
    const moco = queueOf({ size: 4096, groups: 2 }, cpu);
    const used = Array.from({ length: 100 }, (_, i) => {
      scope(() => {
        const x = batch(64, i, cpu);
        moco.query(x);
        moco.enqueue(moco.keys(x, generator(i)));
        moco.negatives();
      });
      return cpu.used;
    });
    expect(used[99]).toBe(used[9]);
  });

  it("leaves the key encoder as it was where the device cannot be read at once", () => {
    const later = Object.defineProperties(new CpuDevice(), { name: { value: "later" }, asynchronous: { value: true } });
    const [q, k] = [normed(1, later), normed(2, later)];
    const loaded = vi.spyOn(k, "loadStateDict");
    const frozen = vi.spyOn(k, "freeze");
    expect(() => new MomentumQueue(q, k, { generator: generator(3), size: 12, featDim: 4 })).toThrow(
      "MomentumQueue: needs a device that can be read at once, such as cpu, got later",
    );
    expect([loaded, frozen].map(({ mock }) => mock.calls.length)).toEqual([0, 0]);
    expect(k.parameters().every(({ requiresGrad }) => requiresGrad)).toBe(true);
  });

  it("says what does not fit", () => {
    const moco = queueOf({ groups: 4 });
    const refused = (options: Partial<MomentumQueueOptions>) => () => queueOf(options);
    expect(refused({ size: 0 })).toThrow("MomentumQueue: size must be a whole number >= 1, got 0");
    expect(refused({ groups: 1.5 })).toThrow("MomentumQueue: groups must be a whole number >= 1, got 1.5");
    expect(refused({ momentum: 1.1 })).toThrow("MomentumQueue: momentum must be in 0..1, got 1.1");
    expect(refused({ length: 3 } as never)).toThrow('MomentumQueue: unknown option "length"');
    const encoder = normed(0);
    expect(() => new MomentumQueue(encoder, encoder, { generator: generator(0) })).toThrow(/make two/);
    expect(() => moco.query(batch(6))).toThrow(
      "MomentumQueue: a batch of 6 does not divide into 4 groups: choose a batch that is a multiple of groups",
    );
    expect(() => moco.enqueue(keysAt(5, 0))).toThrow(
      "MomentumQueue: enqueue: the next of 12 places is 0, which 5 keys do not fill evenly: choose batches of one length",
    );
    moco.enqueue(keysAt(2, 0));
    expect(() => moco.enqueue(keysAt(4, 0))).toThrow(/the next of 12 places is 2, which 4 keys/);
    expect(() => moco.enqueue(batch(4))).toThrow("MomentumQueue: enqueue: needs keys [n, 4], got [4, 3]");
    const different = mlpEncoder({ sizes: [3, 4], generator: generator(0), device });
    expect(() => new MomentumQueue<Sequential>(encoder, different, { generator: generator(0) })).toThrow(
      /loadStateDict: nothing was loaded/,
    );
  });
});
