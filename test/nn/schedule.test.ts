import { describe, expect, it } from "vitest";
import {
  CosineAnnealingLR,
  LinearWarmup,
  MultiStepLR,
  Parameter,
  Schedule,
  SGD,
  StepLR,
  zeros,
} from "../../src/index.ts";

const optimizer = (lr = 1): SGD => new SGD([new Parameter(zeros([1]))], { lr });

/** The rates at first and after each of `count` steps. */
function rates(sgd: SGD, schedule: Schedule, count: number): number[] {
  const seen = [sgd.lr];
  for (let k = 0; k < count; k++) {
    schedule.step();
    seen.push(sgd.lr);
  }
  return seen;
}

describe("schedules", () => {
  it("drop at milestones, every few steps, along a cosine, and after a warm-up", () => {
    const a = optimizer();
    expect(rates(a, new MultiStepLR(a, { milestones: [2, 3], gamma: 0.5 }), 4)).toEqual([1, 1, 0.5, 0.25, 0.25]);
    const b = optimizer();
    expect(rates(b, new StepLR(b, { stepSize: 2, gamma: 0.5 }), 4)).toEqual([1, 1, 0.5, 0.5, 0.25]);
    const c = optimizer();
    const cosine = rates(c, new CosineAnnealingLR(c, { tMax: 2, etaMin: 0.5 }), 4);
    for (const [k, rate] of [1, 0.75, 0.5, 0.75, 1].entries()) expect(cosine[k]).toBeCloseTo(rate, 14);
    const d = optimizer();
    const after = new StepLR(d, { stepSize: 1, gamma: 0.5 });
    expect(rates(d, new LinearWarmup(d, { steps: 2, startFactor: 0, after }), 4)).toEqual([0, 0.5, 1, 0.5, 0.25]);
  });

  it("warm up to the base of what follows, also where that has changed the rate already", () => {
    const a = optimizer();
    const second = new LinearWarmup(a, { steps: 2, startFactor: 0 });
    expect(rates(a, new LinearWarmup(a, { steps: 2, startFactor: 0.5, after: second }), 5)).toEqual([0.5, 0.75, 0, 0.5, 1, 1]); // biome-ignore format: a row
    const b = optimizer();
    const dropped = new MultiStepLR(b, { milestones: [0, 1], gamma: 0.5 });
    const warmup = new LinearWarmup(b, { steps: 1, startFactor: 0.25, after: dropped });
    expect(rates(b, warmup, 3)).toEqual([0.25, 0.5, 0.25, 0.25]);
    expect(warmup.stateDict().baseLr).toBe(1);
  });

  it("know the rate of any step without moving", () => {
    const sgd = optimizer(0.3);
    const schedule = new StepLR(sgd, { stepSize: 10 });
    expect(schedule.rate(2, 10)).toBeCloseTo(0.2, 14);
    expect([sgd.lr, schedule.stateDict()]).toEqual([0.3, { steps: 0, baseLr: 0.3 }]);
  });

  it("bend the rate the optimizer had when they were made, which their state remembers", () => {
    const sgd = optimizer(0.8);
    const schedule = new MultiStepLR(sgd, { milestones: [1], gamma: 0.5 });
    sgd.lr = 7;
    schedule.step();
    expect(sgd.lr).toBe(0.4);
    const resumed = optimizer(0.4);
    const again = new MultiStepLR(resumed, { milestones: [1], gamma: 0.5 });
    again.loadStateDict(schedule.stateDict());
    expect([resumed.lr, again.stateDict()]).toEqual([0.4, { steps: 1, baseLr: 0.8 }]);
  });

  it("can be of the user's own", () => {
    class Halved extends Schedule {
      rate(base: number, steps: number): number {
        return base / 2 ** steps;
      }
    }
    const sgd = optimizer();
    expect(rates(sgd, new Halved(sgd), 2)).toEqual([1, 0.5, 0.25]);
  });

  it("refuse what makes no sense", () => {
    const sgd = optimizer();
    expect(() => new MultiStepLR(sgd, { milestones: [1.5] })).toThrow(
      /MultiStepLR: milestones must be whole numbers >= 0/,
    );
    expect(() => new StepLR(sgd, { stepSize: 0 })).toThrow(/StepLR: stepSize must be whole numbers >= 1, got 0/);
    expect(() => new StepLR(sgd, { stepSize: 1, gamma: -1 })).toThrow(/gamma must be a number >= 0, got -1/);
    const endless = Number.POSITIVE_INFINITY;
    expect(() => new StepLR(sgd, { stepSize: 1, gamma: endless })).toThrow(
      /StepLR: gamma must be a number >= 0, got Inf/,
    );
    expect(() => new MultiStepLR(sgd, { milestones: [1], gamma: endless })).toThrow(
      /gamma must be a number >= 0, got Inf/,
    );
    expect(() => new CosineAnnealingLR(sgd, { tMax: 5, etaMin: endless })).toThrow(
      /CosineAnnealingLR: etaMin must be a number >= 0, got Infinity/,
    );
    expect(() => new CosineAnnealingLR(sgd, { T_max: 5 } as never)).toThrow(/unknown option "T_max": it takes tMax/);
    expect(() => new LinearWarmup(sgd, { steps: 3, startFactor: 2 })).toThrow(/startFactor must be in 0..1, got 2/);
    const after = new StepLR(optimizer(), { stepSize: 3 });
    expect(() => new LinearWarmup(sgd, { steps: 3, after })).toThrow(/`after` is a schedule of another optimizer/);
    const schedule = new StepLR(sgd, { stepSize: 3 });
    expect(() => schedule.loadStateDict({ steps: -1, baseLr: 1 })).toThrow(/steps must be whole numbers >= 0, got -1/);
    expect(() => schedule.loadStateDict({ steps: 1, baseLr: Number.NaN })).toThrow(
      /baseLr must be a number >= 0, got NaN/,
    );
    expect(() => schedule.loadStateDict({ steps: 1, lastEpoch: 1 } as never)).toThrow(/unknown option "lastEpoch"/);
    expect([sgd.lr, schedule.stateDict().steps]).toEqual([1, 0]);
  });
});
