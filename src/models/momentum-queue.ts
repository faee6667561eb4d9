import { full, zeros } from "../autograd/create.ts";
import { noGrad } from "../autograd/recording.ts";
import { scope } from "../autograd/scope.ts";
import { Buffer, type Tensor } from "../autograd/tensor.ts";
import { ema, Module, type OnnxGraph, type OnnxValue } from "../nn/index.ts";
import { chunk, concat, type Generator, normalize, slice, take, transpose } from "../ops/index.ts";
import { checkOptions } from "../options.ts";
import { sameShape, show } from "../shape.ts";

/** The form of a `MomentumQueue`. */
export interface MomentumQueueOptions {
  /** Draws the keys that the queue starts with. */
  generator: Generator;
  /** How many keys the queue holds, a multiple of the batch: 65,536 unless given. */
  size?: number;
  /** Width of the features: 128 unless given. */
  featDim?: number;
  /** How much of its own weights the key encoder keeps at each step: 0.999 unless given. */
  momentum?: number;
  /** Parts of a batch that go through the encoders one after another, each by statistics of its own: 1 unless given. */
  groups?: number;
}

/**
 * Momentum contrast (He et al. 2020): a query encoder that is trained, a key encoder whose weights are a moving average of
 * the query encoder's and which gets no gradients, and a queue of the newest keys, with MoCo's state: `queue` [featDim,
 * size], whose columns are keys, `queue_ptr` [1], where the next ones go, `encoder_q.*` and `encoder_k.*`. The key encoder
 * keeps batch statistics of its own.
 *
 * `groups` stand for MoCo's GPUs (bn_splits in its demo on CIFAR-10): each group of a batch is normalised by itself, and as
 * the keys are shuffled across groups, a query's statistics do not give its own key away. Running statistics then move
 * once a group.
 */
export class MomentumQueue<Encoder extends Module = Module> extends Module {
  readonly queue: Buffer;
  // A field's name is its name in the state dict, and there MoCo writes them like this.
  readonly queue_ptr: Buffer;
  readonly encoder_q: Encoder;
  readonly encoder_k: Encoder;
  readonly #momentum: number;
  readonly #groups: number;

  /**
   * Two encoders made alike, images -> [n, featDim] with rows of length 1; the key encoder takes over the other's weights
   * and is frozen. Throws for encoders that differ, and on a device that cannot be read at once.
   */
  constructor(encoderQ: Encoder, encoderK: Encoder, options: MomentumQueueOptions) {
    super();
    const known = ["generator", "size", "featDim", "momentum", "groups"] as const;
    const checked = checkOptions("MomentumQueue", options, known);
    const { generator, size = 65_536, featDim = 128, momentum = 0.999, groups = 1 } = checked;
    for (const [name, value] of Object.entries({ size, featDim, groups })) {
      if (!Number.isInteger(value) || value < 1)
        throw new RangeError(`MomentumQueue: ${name} must be a whole number >= 1, got ${value}`);
    }
    if (!(momentum >= 0 && momentum <= 1)) {
      throw new RangeError(`MomentumQueue: momentum must be in 0..1, got ${momentum}`);
    }
    if (encoderQ === encoderK) {
      throw new TypeError("MomentumQueue: the query encoder is the key encoder: make two, with the same options");
    }
    const [{ device }] = encoderQ.parameters();
    if (device.asynchronous) {
      throw new TypeError(`MomentumQueue: needs a device that can be read at once, such as cpu, got ${device.name}`);
    }
    encoderK.loadStateDict(encoderQ.stateDict());
    encoderK.freeze();
    this.queue = new Buffer(scope(() => normalize(generator.normal([featDim, size], { device }), { dim: 0 })));
    this.queue_ptr = new Buffer(zeros([1], { device }));
    this.encoder_q = encoderQ;
    this.encoder_k = encoderK;
    this.#momentum = momentum;
    this.#groups = groups;
  }

  /** The same as `query`. */
  forward(x: Tensor): Tensor {
    return this.query(x);
  }

  /** The query encoder: what is served is what was trained. */
  override toOnnx(graph: OnnxGraph, x: OnnxValue): OnnxValue {
    return graph.through(this.encoder_q, x);
  }

  /** Features with gradients. x: [n, ...] -> [n, featDim]. Throws unless `groups` divides n. */
  query(x: Tensor): Tensor {
    const parts = this.#parts(x).map((part) => this.encoder_q.forward(part));
    return parts.length === 1 ? parts[0] : concat(parts);
  }

  /**
   * Moves the key encoder towards the query encoder, then gives its features, without gradients and in the order of x: [n,
   * ...] -> [n, featDim]. `generator` shuffles the batch where there is more than one group. Once a step, after `query`.
   */
  keys(x: Tensor, generator: Pick<Generator, "permutation">): Tensor {
    return scope(() =>
      noGrad(() => {
        ema(this.encoder_k, this.encoder_q, this.#momentum, { buffers: false });
        if (this.#groups === 1) return this.encoder_k.forward(x);
        const order = generator.permutation(x.shape[0]);
        const back = new Int32Array(order.length);
        for (const [place, index] of order.entries()) back[index] = place;
        // A scope each, so that what one group needs is free for the next.
        const parts = this.#parts(take(x, order)).map((part) => scope(() => this.encoder_k.forward(part)));
        return take(concat(parts), back);
      }),
    );
  }

  /** The keys in the queue, a copy: [size, featDim]. What a loss reads before this batch's keys are enqueued. */
  negatives(): Tensor {
    return transpose(this.queue);
  }

  /**
   * Puts keys, [n, featDim], in place of the oldest ones. After the loss: no key is its own query's negative. Throws unless
   * size is a multiple of n, throughout.
   */
  enqueue(keys: Tensor): void {
    const [featDim, size] = this.queue.shape;
    const n = keys.shape[0];
    if (n === 0 || !sameShape(keys.shape, [n, featDim])) {
      throw new RangeError(`MomentumQueue: enqueue: needs keys [n, ${featDim}], got ${show(keys.shape)}`);
    }
    const start = this.queue_ptr.itemSync();
    const end = start + n;
    if (size % n !== 0 || start % n !== 0) {
      const found = `the next of ${size} places is ${start}, which ${n} keys do not fill evenly`;
      throw new RangeError(`MomentumQueue: enqueue: ${found}: choose batches of one length that divides size`);
    }
    scope(() =>
      noGrad(() => {
        const [older, newer] = [slice(this.queue, { dim: 1, end: start }), slice(this.queue, { dim: 1, start: end })];
        this.queue.value = concat([older, transpose(keys), newer], { dim: 1 });
        this.queue_ptr.value = full([1], end % size, { device: keys.device });
      }),
    );
  }

  #parts(x: Tensor): Tensor[] {
    const groups = this.#groups;
    if (groups === 1) return [x];
    if (x.shape[0] % groups !== 0 || x.shape[0] === 0) {
      const found = `a batch of ${x.shape[0]} does not divide into ${groups} groups`;
      throw new RangeError(`MomentumQueue: ${found}: choose a batch that is a multiple of groups`);
    }
    return chunk(x, groups);
  }
}
