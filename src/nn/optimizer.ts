import type { Gradients } from "../autograd/gradients.ts";
import { noGrad } from "../autograd/recording.ts";
import { heldAlone, scope } from "../autograd/scope.ts";
import { Buffer, type Parameter, Tensor } from "../autograd/tensor.ts";
import type { FusedKernels, Storage, Update } from "../devices/device.ts";
import { sameShape, show } from "../shape.ts";

/** All that an optimizer needs to go on: plain numbers, and tensors under names such as `exp_avg.0`. */
export interface OptimizerState {
  readonly lr: number;
  /** Updates so far, one count for each parameter. */
  readonly steps: readonly number[];
  readonly tensors: Readonly<Record<string, Tensor>>;
}

/** A device's kernel for the step of an optimizer: what one is called after it was told the rates. */
export type FusedStep = (updates: readonly Update[], spent: readonly Storage[]) => readonly (readonly Storage[])[];

/** A parameter in a step: which it is, and its gradient. */
interface Reached {
  readonly parameter: Parameter;
  readonly index: number;
  readonly gradient: Tensor;
}

/** Shared by all optimizers: the parameters, how often each was updated, and named state beside them. */
export abstract class Optimizer {
  /** The learning rate; may be changed between steps. */
  lr: number;
  readonly #what: string;
  readonly #parameters: readonly Parameter[];
  /** For each parameter what its updates left, in the order of the slots; nothing before the first. */
  readonly #state: Buffer[][];
  #steps: number[];

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
    this.#state = parameters.map(() => []);
    this.#steps = parameters.map(() => 0);
  }

  /** The names under which state is kept for each parameter. */
  protected abstract slots(): readonly string[];

  /**
   * The next value of a parameter and its next state, in the order of the slots, given its gradient, its state (none at the
   * first update) and how often it was updated, this time included.
   */
  protected abstract update(
    parameter: Tensor,
    gradient: Tensor,
    state: readonly Tensor[],
    step: number,
  ): readonly [parameter: Tensor, ...state: Tensor[]];

  /** The kernel that does the same for all parameters at once, if the device has it. */
  protected abstract fused(kernels: FusedKernels): FusedStep | undefined;

  /**
   * Replaces the value of every parameter that has a gradient in `grads`; the others stay as they are. All or none. Throws
   * if no parameter has one: the loss is of another model, and training would do nothing.
   */
  step(grads: Gradients): void {
    const reached = this.#parameters.flatMap((parameter, index): Reached[] => {
      const gradient = grads.get(parameter);
      return gradient ? [{ parameter, index, gradient }] : [];
    });
    if (reached.length === 0) {
      throw new Error(
        `${this.#what}: step: no gradient is of one of its ${this.#parameters.length} parameters: make the optimizer ` +
          "with the parameters of the model whose loss this is",
      );
    }
    const before = reached.flatMap(({ parameter, index }) => [parameter, ...this.#state[index]]);
    // Asked before the scope opens: the values that the last step made are as deep as those of this one.
    const spent = before.map(({ storage }) => storage).filter(heldAlone);
    scope(() =>
      noGrad(() => {
        const next = this.#together(reached, spent) ?? reached.map((one) => this.#alone(one));
        for (const [k, { parameter, index }] of reached.entries()) {
          const [value, ...state] = next[k];
          parameter.value = value;
          this.#keep(index, state);
          this.#steps[index]++;
        }
      }),
    );
  }

  /** The next values by the device's kernel, where it has one and everything is there. */
  #together(reached: readonly Reached[], spent: readonly Storage[]): Tensor[][] | undefined {
    const [{ device }] = reached.map(({ parameter }) => parameter);
    const fused = this.fused(device.fused);
    const inputs = reached.flatMap(({ parameter, index, gradient }) => [parameter, gradient, ...this.#state[index]]);
    if (!fused || inputs.some((x) => x.device !== device)) return undefined;
    const updates = reached.map(({ parameter, index, gradient }) => ({
      p: parameter.storage,
      g: gradient.storage,
      state: this.#state[index].map(({ storage }) => storage),
      step: this.#steps[index] + 1,
    }));
    const next = fused(updates, spent);
    return reached.map(({ parameter }, k) => next[k].map((storage) => new Tensor(storage, parameter.shape)));
  }

  #alone({ parameter, index, gradient }: Reached): readonly [Tensor, ...Tensor[]] {
    const state = this.#state[index].map(({ value }) => value);
    return this.update(parameter.value, gradient, state, this.#steps[index] + 1);
  }

  stateDict(): OptimizerState {
    const slots = this.slots();
    const tensors = Object.fromEntries(
      this.#state.flatMap((buffers, i) => buffers.map(({ value }, k) => [`${slots[k]}.${i}`, value])),
    );
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
    for (const [i, k] of steps.entries()) {
      if (k === 0) this.#state[i] = [];
      else
        this.#keep(
          i,
          this.slots().map((slot) => tensors[`${slot}.${i}`]),
        );
    }
  }

  /** One buffer for good, whose value is replaced: what it held before may then be used again. */
  #keep(index: number, state: readonly Tensor[]): void {
    const buffers = this.#state[index];
    for (const [k, value] of state.entries()) {
      if (buffers[k]) buffers[k].value = value;
      else buffers[k] = new Buffer(value);
    }
  }
}

function isRate(lr: unknown): boolean {
  return typeof lr === "number" && lr >= 0 && lr < Number.POSITIVE_INFINITY;
}
