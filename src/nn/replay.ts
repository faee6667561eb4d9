import { scope } from "../autograd/scope.ts";
import type { Buffer, Tensor } from "../autograd/tensor.ts";
import type { Generator } from "../ops/index.ts";
import type { RandomState } from "../random.ts";
import { Kept } from "./kept.ts";
import type { Module } from "./module.ts";

/** What buffers and generators held at a moment, in their order. */
interface Moment {
  readonly values: readonly Tensor[];
  readonly states: readonly RandomState[];
}

/** Moments of modules' buffers and of generators, to which they can be put back. Values that did not change take no memory. */
export class Replay {
  readonly #buffers: readonly Buffer[];
  readonly #generators: readonly Generator[];
  readonly #moments: Moment[] = [];
  readonly #kept: Kept = new Kept();

  constructor(modules: readonly Module<never>[], generators: readonly Generator[]) {
    this.#buffers = modules.flatMap((module) => module.namedBuffers().map(([, buffer]) => buffer));
    this.#generators = generators;
  }

  /** Remembers the present moment. */
  record(): void {
    scope(() => {
      const values = this.#buffers.map(({ value }) => this.#kept.add(value));
      this.#moments.push({ values, states: this.#generators.map((g) => g.getState()) });
    });
  }

  /** Makes all as it was at moment k, from 0; negative ones count from the end. */
  putBack(k: number): void {
    const moment = this.#moments.at(k);
    if (moment === undefined) return;
    for (const [i, buffer] of this.#buffers.entries()) {
      const value = moment.values[i];
      if (buffer.storage !== value.storage) buffer.value = value;
    }
    for (const [i, generator] of this.#generators.entries()) generator.setState(moment.states[i]);
  }

  /** Makes all as it was at the last moment, and forgets the moments. */
  end(): void {
    this.putBack(-1);
    this.#kept.end();
  }
}
