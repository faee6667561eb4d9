import { checkOptions } from "../options.ts";
import type { Optimizer } from "./optimizer.ts";

/** All that a schedule needs to go on. */
export interface ScheduleState {
  /** Calls of `step` so far. */
  readonly steps: number;
  /** The rate that the schedule bends. */
  readonly baseLr: number;
}

/**
 * Sets an optimizer's learning rate as a function of how often `step` was called. Call it after the optimizer's step, once
 * per epoch or once per step, in whatever unit the schedule's numbers are. The rate that the optimizer has when the
 * schedule is made is the base, unless a base is given; a rate set by hand holds until the next `step`.
 */
export abstract class Schedule {
  /** Whose learning rate it sets. */
  readonly optimizer: Optimizer;
  #base: number;
  #steps = 0;

  constructor(optimizer: Optimizer, base: number = optimizer.lr) {
    this.optimizer = optimizer;
    this.#base = base;
  }

  /** The learning rate after `steps` steps from `base`: a pure function, to nest or to plot. */
  abstract rate(base: number, steps: number): number;

  /** Moves on by one and sets the optimizer's learning rate. */
  step(): void {
    this.#steps++;
    this.apply();
  }

  stateDict(): ScheduleState {
    return { steps: this.#steps, baseLr: this.#base };
  }

  /** Goes on from what `stateDict` gave, setting the optimizer's learning rate. Throws if the numbers make no sense. */
  loadStateDict(state: ScheduleState): void {
    const { steps, baseLr } = checkOptions("Schedule: loadStateDict", state, ["steps", "baseLr"]);
    whole("Schedule: loadStateDict", "steps", steps, 0);
    notNegative("Schedule: loadStateDict", "baseLr", baseLr);
    this.#steps = steps;
    this.#base = baseLr;
    this.apply();
  }

  protected apply(): void {
    this.optimizer.lr = this.rate(this.#base, this.#steps);
  }
}

/** base · gammaᵐ where m milestones are reached (k >= milestone), as in PyTorch. */
export class MultiStepLR extends Schedule {
  readonly #milestones: readonly number[];
  readonly #gamma: number;

  /** `gamma` is 0.1 unless given. */
  constructor(optimizer: Optimizer, options: { milestones: readonly number[]; gamma?: number }) {
    super(optimizer);
    const { milestones, gamma = 0.1 } = checkOptions("MultiStepLR", options, ["milestones", "gamma"]);
    for (const milestone of milestones) whole("MultiStepLR", "milestones", milestone, 0);
    notNegative("MultiStepLR", "gamma", gamma);
    this.#milestones = [...milestones];
    this.#gamma = gamma;
    this.apply();
  }

  rate(base: number, steps: number): number {
    return base * this.#gamma ** this.#milestones.filter((milestone) => steps >= milestone).length;
  }
}

/** base · gamma^⌊k / stepSize⌋, as in PyTorch. */
export class StepLR extends Schedule {
  readonly #stepSize: number;
  readonly #gamma: number;

  /** `gamma` is 0.1 unless given. */
  constructor(optimizer: Optimizer, options: { stepSize: number; gamma?: number }) {
    super(optimizer);
    const { stepSize, gamma = 0.1 } = checkOptions("StepLR", options, ["stepSize", "gamma"]);
    whole("StepLR", "stepSize", stepSize, 1);
    notNegative("StepLR", "gamma", gamma);
    this.#stepSize = stepSize;
    this.#gamma = gamma;
    this.apply();
  }

  rate(base: number, steps: number): number {
    return base * this.#gamma ** Math.floor(steps / this.#stepSize);
  }
}

/**
 * etaMin + (base − etaMin)(1 + cos(π k / tMax)) / 2 (Loshchilov & Hutter 2017): down to etaMin at k = tMax and, as in
 * PyTorch, up again after it.
 */
export class CosineAnnealingLR extends Schedule {
  readonly #tMax: number;
  readonly #etaMin: number;

  /** `etaMin` is 0 unless given. */
  constructor(optimizer: Optimizer, options: { tMax: number; etaMin?: number }) {
    super(optimizer);
    const { tMax, etaMin = 0 } = checkOptions("CosineAnnealingLR", options, ["tMax", "etaMin"]);
    whole("CosineAnnealingLR", "tMax", tMax, 1);
    notNegative("CosineAnnealingLR", "etaMin", etaMin);
    this.#tMax = tMax;
    this.#etaMin = etaMin;
    this.apply();
  }

  rate(base: number, steps: number): number {
    return this.#etaMin + ((base - this.#etaMin) * (1 + Math.cos((Math.PI * steps) / this.#tMax))) / 2;
  }
}

/** How long the rate rises, from where, and what comes then. */
export interface LinearWarmupOptions {
  /** Steps until the whole rate is reached. */
  steps: number;
  /** Share of the rate at the start, in 0..1: 1/3 unless given, as in PyTorch's LinearLR. */
  startFactor?: number;
  /** The schedule of the same optimizer that follows, counted from the end of the rise; the base rate for ever unless given. */
  after?: Schedule;
}

/**
 * base · (startFactor + (1 − startFactor) k / steps) up to `steps`, then `after`, as PyTorch's SequentialLR of a LinearLR
 * and that schedule. Its base is that of `after`. Step this schedule alone: of `after` only rule and base count, not its steps.
 */
export class LinearWarmup extends Schedule {
  readonly #warm: number;
  readonly #startFactor: number;
  readonly #after: Schedule | undefined;

  constructor(optimizer: Optimizer, options: LinearWarmupOptions) {
    const known = ["steps", "startFactor", "after"] as const;
    const { steps, startFactor = 1 / 3, after } = checkOptions("LinearWarmup", options, known);
    super(optimizer, after?.stateDict().baseLr); // the optimizer's own rate may be what `after` has made of it
    whole("LinearWarmup", "steps", steps, 1);
    if (after && after.optimizer !== optimizer) {
      throw new TypeError("LinearWarmup: `after` is a schedule of another optimizer: make it with the same one");
    }
    if (!(startFactor >= 0 && startFactor <= 1)) {
      throw new RangeError(`LinearWarmup: startFactor must be in 0..1, got ${startFactor}`);
    }
    this.#warm = steps;
    this.#startFactor = startFactor;
    this.#after = after;
    this.apply();
  }

  rate(base: number, steps: number): number {
    if (steps >= this.#warm) return this.#after ? this.#after.rate(base, steps - this.#warm) : base;
    return base * (this.#startFactor + ((1 - this.#startFactor) * steps) / this.#warm);
  }
}

function whole(what: string, name: string, value: number, least: number): void {
  if (!Number.isInteger(value) || value < least) {
    throw new RangeError(`${what}: ${name} must be whole numbers >= ${least}, got ${value}`);
  }
}

function notNegative(what: string, name: string, value: number): void {
  if (value >= 0 && value < Number.POSITIVE_INFINITY) return;
  throw new RangeError(`${what}: ${name} must be a number >= 0, got ${value}`);
}
