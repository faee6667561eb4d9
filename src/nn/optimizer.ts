import type { Gradients } from "../autograd/gradients.ts";
import { noGrad } from "../autograd/recording.ts";
import { scope } from "../autograd/scope.ts";
import { Buffer, type Parameter, type Tensor } from "../autograd/tensor.ts";
import { sameShape, show } from "../shape.ts";

/** All that an optimizer needs to go on: plain numbers, and tensors under names such as `exp_avg.0`. */
export interface OptimizerState {
  readonly lr: number;
  /** Updates so far, one count for each parameter. */
  readonly steps: readonly number[];
  readonly tensors: Readonly<Record<string, Tensor>>;
}

/** Shared by all optimizers: the parameters, how often each was updated, and named state beside them. */
export abstract class Optimizer {
  /** The learning rate; may be changed between steps. */
  lr: number;
  readonly #parameters: readonly Parameter[];
  readonly #state = new Map<string, Buffer>();
  #steps: number[];

  constructor(what: string, parameters: readonly Parameter[], lr: number) {
    if (parameters.length === 0) throw new RangeError(`${what}: got no parameters; pass model.parameters()`);
    if (!(lr >= 0)) throw new RangeError(`${what}: lr must be a number >= 0, got ${lr}`);
    this.lr = lr;
    this.#parameters = [...parameters];
    this.#steps = parameters.map(() => 0);
  }

  /** The next value of a parameter, given its gradient, its number and how often it was updated, this time included. */
  protected abstract update(parameter: Tensor, gradient: Tensor, index: number, step: number): Tensor;

  /** Replaces the value of every parameter that has a gradient in `grads`; the others stay as they are. */
  step(grads: Gradients): void {
    scope(() =>
      noGrad(() => {
        this.#parameters.forEach((parameter, i) => {
          const gradient = grads.get(parameter);
          if (gradient === undefined) return;
          this.#steps[i]++;
          parameter.value = this.update(parameter.value, gradient, i, this.#steps[i]);
        });
      }),
    );
  }

  stateDict(): OptimizerState {
    const tensors = Object.fromEntries([...this.#state].map(([name, buffer]) => [name, buffer.value]));
    return { lr: this.lr, steps: [...this.#steps], tensors };
  }

  /** Goes on from what `stateDict` gave. Throws, changing nothing, if it is of other parameters. */
  loadStateDict({ lr, steps, tensors }: OptimizerState): void {
    const expected = this.#parameters.length;
    if (steps.length !== expected) {
      throw new Error(`loadStateDict: the state is of ${steps.length} parameters, this optimizer has ${expected}`);
    }
    const entries = Object.entries(tensors);
    for (const [name, given] of entries) {
      const own = this.#parameters[Number(name.slice(name.lastIndexOf(".") + 1))];
      if (own === undefined || !sameShape(given.shape, own.shape)) {
        throw new Error(
          `loadStateDict: "${name}" has shape ${show(given.shape)}, its parameter ${own ? show(own.shape) : "is missing"}`,
        );
      }
    }
    this.lr = lr;
    this.#steps = [...steps];
    this.#state.clear();
    for (const [name, given] of entries) this.#state.set(name, new Buffer(given));
  }

  /** The value kept under `name` for parameter `index`, moved on by `next`, which gets undefined the first time. */
  protected moved(name: string, index: number, next: (before: Tensor | undefined) => Tensor): Tensor {
    const key = `${name}.${index}`;
    const buffer = this.#state.get(key);
    const value = next(buffer?.value);
    if (buffer) buffer.value = value;
    else this.#state.set(key, new Buffer(value));
    return value;
  }
}
