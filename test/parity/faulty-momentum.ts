import { tensor } from "../../src/autograd/create.ts";
import { noGrad } from "../../src/autograd/recording.ts";
import { keep } from "../../src/autograd/scope.ts";
import { Buffer, type Tensor } from "../../src/autograd/tensor.ts";
import type { MomentumLoss } from "../../src/cli/train/imagenet/loss.ts";
import type { Module } from "../../src/nn/index.ts";
import {
  add,
  concat,
  div,
  exp,
  log,
  matmul,
  mean,
  mul,
  pdist,
  reshape,
  slice,
  square,
  squaredDistances,
  sub,
  sum,
  take,
  transpose,
} from "../../src/ops/index.ts";
import type { LossOf, Momentum, MomentumCase } from "./momentum.ts";

/** Mistakes that people make with a momentum encoder, its queue and their losses. */
export const momentumFaults = [
  "the key encoder moves after its forward pass",
  "the key encoder moves by momentum",
  "the key encoder's statistics are averaged",
  "the key encoder's statistics are the query encoder's",
  "keys are enqueued before the loss",
  "keys are enqueued at the other end",
  "queries are enqueued",
  "keys are not shuffled",
  "keys are not put back in order",
  "the shuffled order is taken for its inverse",
  "queries are normalised in one batch",
  "keys have gradients",
] as const;

/** The same for the losses. */
export const lossFaults = [
  "pairs inside the batch count in both orders",
  "pairs inside the batch do not count",
  "the mean of the batch and that of the queue are averaged",
  "the key is missing among the choices",
  "the temperature multiplies",
  "align is of the squared exponent",
] as const;

/** He et al. 2020 once more, with a fault at will: on the encoders and the queue of `moco`. */
export class FaultyMomentum implements Momentum {
  readonly encoder_q: Module;
  readonly encoder_k: Module;
  readonly queue: Buffer;
  readonly queue_ptr: Buffer;
  readonly #one: MomentumCase;
  readonly #fault: string | undefined;
  #queries: Tensor | undefined;

  constructor(one: MomentumCase, moco: Momentum, fault?: string) {
    this.encoder_q = moco.encoder_q;
    this.encoder_k = moco.encoder_k;
    this.queue = new Buffer(moco.queue);
    this.queue_ptr = new Buffer(moco.queue_ptr);
    this.#one = one;
    this.#fault = fault;
    if (fault === "keys have gradients") for (const p of this.encoder_k.parameters()) p.unfreeze();
  }

  query(x: Tensor): Tensor {
    const whole = this.#fault === "queries are normalised in one batch";
    const q = whole ? this.encoder_q.forward(x) : this.#grouped(this.encoder_q, x);
    if (this.#fault === "queries are enqueued") this.#queries = keep(q.detach());
    return q;
  }

  keys(x: Tensor, { permutation }: { permutation(n: number): Int32Array }): Tensor {
    if (this.#fault === "keys have gradients") {
      this.#move();
      const order = permutation(x.shape[0]);
      return take(this.#grouped(this.encoder_k, take(x, order)), inverse(order));
    }
    return noGrad(() => {
      const late = this.#fault === "the key encoder moves after its forward pass";
      if (!late) this.#move();
      const plain = Int32Array.from({ length: x.shape[0] }, (_, i) => i);
      const order = this.#fault === "keys are not shuffled" ? plain : permutation(x.shape[0]);
      const shuffled = this.#grouped(this.encoder_k, take(x, order));
      const taken = this.#fault === "the shuffled order is taken for its inverse" ? order : inverse(order);
      const keys = this.#fault === "keys are not put back in order" ? shuffled : take(shuffled, taken);
      if (late) this.#move();
      if (this.#fault === "keys are enqueued before the loss") this.#put(keys);
      return keys;
    });
  }

  negatives(): Tensor {
    return transpose(this.queue);
  }

  enqueue(keys: Tensor): void {
    if (this.#fault === "keys are enqueued before the loss") return;
    this.#put(this.#queries ?? keys);
  }

  #grouped(encoder: Module, x: Tensor): Tensor {
    const width = x.shape[0] / this.#one.groups;
    const part = (g: number): Tensor => slice(x, { start: g * width, end: (g + 1) * width });
    return concat(Array.from({ length: this.#one.groups }, (_, g) => encoder.forward(part(g))));
  }

  #move(): void {
    const given = this.#one.momentum;
    const kept = this.#fault === "the key encoder moves by momentum" ? 1 - given : given;
    const mixed = (own: Tensor, other: Tensor): Tensor => noGrad(() => add(mul(own, kept), mul(other, 1 - kept)));
    const queries = this.encoder_q.parameters();
    for (const [i, p] of this.encoder_k.parameters().entries()) p.value = mixed(p, queries[i]);
    const buffers = this.encoder_q.namedBuffers();
    for (const [i, [, b]] of this.encoder_k.namedBuffers().entries()) {
      const other = buffers[i][1];
      if (this.#fault === "the key encoder's statistics are averaged") b.value = mixed(b, other);
      if (this.#fault === "the key encoder's statistics are the query encoder's") b.value = other.value;
    }
  }

  /** Column by column, in plain JavaScript. */
  #put(keys: Tensor): void {
    const [dim, size] = this.queue.shape;
    const [columns, values] = [this.queue.dataSync(), keys.dataSync()];
    const [n, place] = [keys.shape[0], this.queue_ptr.itemSync()];
    const start = this.#fault === "keys are enqueued at the other end" ? size - n - place : place;
    for (let i = 0; i < n; i++) for (let c = 0; c < dim; c++) columns[c * size + start + i] = values[i * dim + c];
    const { device } = this.queue;
    this.queue.value = tensor(columns, { shape: [dim, size], device });
    this.queue_ptr.value = tensor([(place + n) % size], { device });
  }
}

/** The losses of the ImageNet code once more, with a fault at will. */
export function faultyMomentumLoss(fault?: string): LossOf {
  return (q, k, queue, { alignWeight = 0, uniformWeight = 0, contrastiveWeight = 0 }): MomentumLoss => {
    const positive = sum(mul(q, k), { dim: 1, keepdim: true }); // [n, 1]
    const distance = sub(2, mul(positive, 2));
    const align = mean(fault === "align is of the squared exponent" ? square(distance) : distance);
    const across = exp(mul(reshape(squaredDistances(q, queue), [-1]), -3)); // [n K]
    const inside = exp(mul(square(pdist(q)), -3)); // [n (n - 1) / 2]
    const pairs = ((): Tensor => {
      if (fault === "pairs inside the batch do not count") return mean(across);
      if (fault === "pairs inside the batch count in both orders") return mean(concat([across, inside, inside]));
      const apart = fault === "the mean of the batch and that of the queue are averaged";
      return apart ? mul(add(mean(across), mean(inside)), 0.5) : mean(concat([across, inside]));
    })();
    const uniform = log(pairs);
    const scale = fault === "the temperature multiplies" ? 0.07 : 1 / 0.07;
    const negative = sum(exp(mul(matmul(q, transpose(queue)), scale)), { dim: 1, keepdim: true });
    const chosen = exp(mul(positive, scale));
    const choices = fault === "the key is missing among the choices" ? negative : add(chosen, negative);
    const contrastive = mul(mean(log(div(chosen, choices))), -1);
    const weighted = [mul(align, alignWeight), mul(uniform, uniformWeight), mul(contrastive, contrastiveWeight)];
    return { loss: weighted.reduce((a, b) => add(a, b)), align, uniform, contrastive };
  };
}

function inverse(order: Int32Array): Int32Array {
  const back = new Int32Array(order.length);
  for (const [place, index] of order.entries()) back[index] = place;
  return back;
}
