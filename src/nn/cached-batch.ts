import { accumulate, gradientsOf } from "../autograd/backward.ts";
import { Gradients } from "../autograd/gradients.ts";
import { noGrad } from "../autograd/recording.ts";
import { refusePromise, scope } from "../autograd/scope.ts";
import { type Node, Tensor } from "../autograd/tensor.ts";
import { add, concat, equal, reshape, slice, stack, sub, sum } from "../ops/index.ts";
import { sameShape, show } from "../shape.ts";
import { Kept } from "./kept.ts";
import type { Optimizer } from "./optimizer.ts";
import { checkedResults, damage, finite, type LossResults, update } from "./update.ts";

/**
 * A batch on its way through both passes of a step that is called `what`: features of each chunk, their loss, gradients of
 * each chunk, the update. What it keeps in between outlives the chunks' scopes, until `end`.
 */
export class CachedBatch<Results extends LossResults<Results>> {
  readonly #what: string;
  readonly #kept: Kept = new Kept();
  /** Of each chunk: its features, one tensor for each argument of the loss. */
  readonly #features: Tensor[][] = [];
  /** Of each chunk: the loss's gradient with respect to its features, where it depends on them. */
  #gradients: (Tensor | undefined)[][] = [];
  /** Of each chunk: how many numbers came out otherwise the second time. */
  readonly #differences: Tensor[] = [];
  /** The gradient of every leaf, so far. */
  readonly #sums: Map<Node, Tensor> = new Map();
  #computed: { readonly results: Results; readonly loss: Tensor } | undefined;

  constructor(what: string) {
    this.#what = what;
  }

  /** First pass: takes the features of the next chunk. Returns one of them. */
  cache(features: readonly Tensor[]): Tensor {
    this.#check(features);
    this.#features.push(features.map((x) => this.#kept.add(x)));
    return features[0];
  }

  /** Computes the loss of all features, and its gradient with respect to those of each chunk. */
  computeLoss(f: (...features: Tensor[]) => Results): void {
    const what = this.#what;
    if (this.#features.length === 0) throw new RangeError(`${what}: there are no chunks`);
    scope(() => {
      const whole = this.#features[0].map((_, i) => concat(this.#features.map((chunk) => chunk[i])).withGrad());
      const results = checkedResults(what, f(...whole));
      const loss = finite(what, "loss", results.loss, results.loss);
      this.#computed = { results, loss };
      for (const x of [loss, ...Object.values<Tensor>(results)]) this.#kept.add(x);
      const found = gradientsOf(results.loss, {}, isLeaf, []);
      const starts = whole.map(() => 0);
      this.#gradients = this.#features.map((chunk) =>
        chunk.map((x, i) => {
          const { node } = whole[i];
          const g = node && found.get(node);
          const start = starts[i];
          starts[i] += x.shape[0];
          return g && this.#kept.add(slice(g, { start, end: starts[i] }));
        }),
      );
      for (const { node } of whole) if (node) found.delete(node);
      this.#collect(found); // of weights that the loss itself has, such as a temperature
    });
  }

  /** Second pass: takes the features of chunk k once more, now recorded, back to the weights. Returns what it made last. */
  replay(features: readonly Tensor[], k: number): Tensor {
    this.#check(features);
    const before = this.#features[k];
    if (before === undefined) throw this.#unlike(`${k} chunks in the first pass and more in the second`);
    for (const [i, { shape }] of features.entries()) {
      if (sameShape(shape, before[i].shape)) continue;
      const shapes = `features ${show(before[i].shape)} in the first pass and ${show(shape)} in the second`;
      throw this.#unlike(`${shapes} of chunk ${k}`);
    }
    const difference = noGrad(() => features.map((x, i) => sum(sub(1, equal(x, before[i])))).reduce(add));
    this.#differences.push(this.#kept.add(difference));
    const reached = features.flatMap((x, i): { x: Tensor; g: Tensor }[] => {
      const g = this.#gradients[k][i];
      return x.requiresGrad && g ? [{ x, g }] : [];
    });
    if (reached.length > 0) {
      const root = joined(reached.map(({ x }) => x));
      const gradient = noGrad(() => joined(reached.map(({ g }) => g)));
      this.#collect(gradientsOf(root, { gradient }, isLeaf, [gradient]));
    }
    return difference;
  }

  /** Updates the weights, once the second pass is found to be like the first. Returns what the loss's function computed, detached. */
  update(optimizer: Optimizer, clipNorm: number): Results {
    const [first, second] = [this.#features.length, this.#differences.length];
    if (first !== second) throw this.#unlike(`${first} chunks in the first pass and ${second} in the second`);
    return scope(() => {
      if (this.#computed === undefined) throw new Error(`${this.#what}: update comes after computeLoss`);
      const { results, loss } = this.#computed;
      const verified = loss.device.verify(loss.storage, stack(this.#differences).storage, (counts) => {
        const k = counts.findIndex((count) => count !== 0);
        if (k < 0) return;
        throw new Error(
          `${this.#what}: features of chunk ${k} are others in the second pass (${counts[k]} numbers); ${damage(loss)}. ` +
            "What encode draws and moves must be put back: name its { generators } and its { modules }",
        );
      });
      const alike = new Tensor(verified, loss.shape);
      return update(this.#what, optimizer, results, alike, new Gradients(this.#sums), clipNorm);
    });
  }

  /** Lets go of all that was kept. */
  end(): void {
    this.#kept.end();
  }

  /** Throws unless encode gave tensors with rows, as many as for the first chunk. */
  #check(features: readonly Tensor[]): void {
    const what = `${this.#what}: encode`;
    refusePromise(what, features);
    if (!Array.isArray(features) || features.length === 0) {
      const found = features instanceof Tensor ? `a tensor ${show(features.shape)}` : String(features);
      throw new TypeError(`${what} must return a list of features, such as [encoder.forward(x)], got ${found}`);
    }
    const wrong = features.find((x) => !(x instanceof Tensor && x.shape.length > 0));
    if (wrong !== undefined) {
      const found = wrong instanceof Tensor ? `shape ${show(wrong.shape)}` : typeof wrong;
      throw new TypeError(`${what}: features must be tensors [n, ...], got ${found}`);
    }
    const [first] = this.#features;
    if (first === undefined || first.length === features.length) return;
    throw new RangeError(
      `${what} must return the same number of tensors each time, got ${first.length} and ${features.length}`,
    );
  }

  /** Adds to the gradients of leaves, in the order in which they come. */
  #collect(gradients: ReadonlyMap<Node, Tensor>): void {
    for (const [node, g] of gradients) {
      const before = this.#sums.get(node);
      this.#sums.set(node, this.#kept.add(before ? accumulate(before, g) : g));
      if (before) this.#kept.drop(before);
    }
  }

  #unlike(found: string): Error {
    return new Error(
      `${this.#what}: ${found}: chunks must be the same each time: pass an array, or a function that gives them anew`,
    );
  }
}

function isLeaf({ vjp }: Node): boolean {
  return vjp === undefined;
}

/** Any number of tensors as one row of numbers. */
function joined(xs: readonly Tensor[]): Tensor {
  return concat(xs.map((x) => reshape(x, [x.size])));
}
