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
  readonly #what: string;
  readonly #parameters: readonly Parameter[];
  readonly #state = new Map<string, Buffer>();
  #steps: number[];
  /** State that the step under way will leave, kept aside until all of it is there. */
  #next = new Map<string, Tensor>();

  constructor(what: string, parameters: readonly Parameter[], lr: number) {
    if (!Array.isArray(parameters) || parameters.length === 0) {
      throw new RangeError(`${what}: got no parameters; pass model.parameters()`);
    }
    if (new Set(parameters).size < parameters.length) {
      throw new RangeError(
        `${what}: a parameter is given twice and would be updated twice; model.parameters() has each once`,
      );
    }
    if (!isRate(lr)) throw new RangeError(`${what}: lr must be a number >= 0, got ${lr}`);
    this.lr = lr;
    this.#what = what;
    this.#parameters = [...parameters];
    this.#steps = parameters.map(() => 0);
  }

  /** The names under which `update` keeps state for each parameter. */
  protected abstract slots(): readonly string[];

  /** The next value of a parameter, given its gradient, its number and how often it was updated, this time included. */
  protected abstract update(parameter: Tensor, gradient: Tensor, index: number, step: number): Tensor;

  /**
   * Replaces the value of every parameter that has a gradient in `grads`; the others stay as they are. All or none. Throws
   * if no parameter has one: the loss is of another model, and training would do nothing.
   */
  step(grads: Gradients): void {
    scope(() =>
      noGrad(() => {
        this.#next = new Map();
        const reached = this.#parameters.flatMap((parameter, i) => {
          const gradient = grads.get(parameter);
          return gradient
            ? [{ parameter, i, value: this.update(parameter.value, gradient, i, this.#steps[i] + 1) }]
            : [];
        });
        if (reached.length === 0) {
          throw new Error(
            `${this.#what}: step: no gradient is of one of its ${this.#parameters.length} parameters: make the optimizer ` +
              "with the parameters of the model whose loss this is",
          );
        }
        for (const { parameter, i, value } of reached) {
          parameter.value = value;
          this.#steps[i]++;
        }
        for (const [key, value] of this.#next) this.#keep(key, value);
      }),
    );
  }

  stateDict(): OptimizerState {
    const tensors = Object.fromEntries([...this.#state].map(([name, buffer]) => [name, buffer.value]));
    return { lr: this.lr, steps: [...this.#steps], tensors };
  }

  /**
   * Goes on from what `stateDict` gave, all or nothing. Throws listing everything that does not fit: another number of
   * parameters, missing and unexpected entries (of another kind of optimizer, say), other shapes, another device.
   */
  loadStateDict({ lr, steps, tensors }: OptimizerState): void {
    const problems: string[] = [];
    if (!isRate(lr)) problems.push(`lr must be a number >= 0, got ${lr}`);
    if (steps.length !== this.#parameters.length || steps.some((k) => !Number.isInteger(k) || k < 0)) {
      problems.push(`steps must be ${this.#parameters.length} whole numbers >= 0, one a parameter, got [${steps}]`);
    }
    const expected = new Set(
      this.slots().flatMap((slot) => steps.flatMap((k, i) => (k > 0 && this.#parameters[i] ? [`${slot}.${i}`] : []))),
    );
    for (const name of expected) if (!tensors[name]) problems.push(`missing "${name}"`);
    for (const [name, given] of Object.entries(tensors)) {
      const own = this.#parameters[Number(name.slice(name.lastIndexOf(".") + 1))];
      if (!expected.has(name)) problems.push(`unexpected "${name}"`);
      else if (!sameShape(given.shape, own.shape)) {
        problems.push(`"${name}" has shape ${show(given.shape)}, needs ${show(own.shape)}`);
      } else if (given.device !== own.device)
        problems.push(
          `"${name}" is on ${given.device.name}, needs ${own.device.name}: move it, await tensor.to(device)`,
        );
    }
    if (problems.length > 0)
      throw new Error(`${this.#what}: loadStateDict: nothing was loaded:\n  ${problems.join("\n  ")}`);
    this.lr = lr;
    this.#steps = [...steps];
    for (const name of this.#state.keys()) if (!expected.has(name)) this.#state.delete(name);
    for (const [name, given] of Object.entries(tensors)) this.#keep(name, given);
  }

  /** One buffer for good, whose value is replaced: what it held before may then be used again. */
  #keep(key: string, value: Tensor): void {
    const buffer = this.#state.get(key);
    if (buffer) buffer.value = value;
    else this.#state.set(key, new Buffer(value));
  }

  /** The value kept under `slot` for parameter `index`, moved on by `next`, which gets undefined the first time. */
  protected moved(slot: string, index: number, next: (before: Tensor | undefined) => Tensor): Tensor {
    const key = `${slot}.${index}`;
    const value = next(this.#state.get(key)?.value);
    this.#next.set(key, value);
    return value;
  }
}

function isRate(lr: unknown): boolean {
  return typeof lr === "number" && lr >= 0 && lr < Number.POSITIVE_INFINITY;
}
