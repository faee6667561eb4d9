import { availableParallelism } from "node:os";
import type { ByteImage, Image, Transform } from "../data/index.ts";
import { type ViewStep, viewOf } from "../data/view-of.ts";
import type { Generator } from "../ops/index.ts";
import { checkOptions } from "../options.ts";
import type { RandomState } from "../random.ts";
import type { Pictures } from "./pictures/pictures.ts";
import { type Made, makeBatch, type Order } from "./views/batch.ts";
import { ViewCrew } from "./views/crew.ts";

/** What is done to pictures, and by how many. */
export interface ViewMakerOptions {
  /** What becomes of a picture, in order: what `viewOf` takes. */
  steps: readonly ViewStep[];
  /** How many views of each picture, 2 unless given: a positive pair. One serves probes. */
  views?: number;
  /**
   * Threads that make views beside the one that calls, >= 0; with 0 that one makes them, when they are asked for.
   * Unless given one for each core but the one on which the calling thread trains, at least one and at most 8, as each
   * holds a batch.
   */
  workers?: number;
  /**
   * How many batches are made ahead of the one in use: unless given 2, or as many as `workers` where that is more, as
   * one thread makes a whole batch. Each is views · n pictures of memory.
   */
  ahead?: number;
}

/** Pictures of a batch, and the generator of its views, which does not move. */
export interface PlannedBatch {
  readonly indices: Int32Array;
  readonly generator: RandomState | Pick<Generator, "getState">;
}

/** Views of n pictures. */
export interface ViewBatch {
  /** All first views, then all second views, and so on, as `affineViews` lays them out. */
  readonly data: Float32Array;
  readonly shape: readonly [number, channels: number, height: number, width: number];
  /** Of the pictures, [n]; −1 where not known. */
  readonly labels: Int32Array;
  /** Milliseconds that were waited for it. */
  readonly waited: number;
}

/** Makes batches of views ahead of training. */
export interface ViewMaker {
  readonly workers: number;
  /**
   * The batches of `plan` in its order. While one is in use the next `ahead` are under way; the plan is asked for them
   * that early. Throws, naming the picture, at the batch in which one cannot be read or made.
   */
  batches(plan: Iterable<PlannedBatch>): AsyncGenerator<ViewBatch, void, undefined>;
  /** Ends the threads: batches that are waited for reject. The pictures stay open. */
  close(): Promise<void>;
}

/**
 * Makes views of pictures, in threads of their own and ahead of training, so that it need not wait for them. The bits do
 * not depend on how many threads there are: picture k of a batch draws from `fork(String(k))` of the batch's generator,
 * one view after the other, as `twoViews` does. Threads start with the first batch and stay for the next iteration; one
 * that is left early, or fails, ends them, and the next begins new ones. They do not keep the process alive when nothing
 * is asked of them.
 * Throws for wrong steps, and unless `views` is a whole number >= 1, and `workers` and `ahead` are such >= 0.
 *
 * Files that sharp decodes take turns in Node's pool of 4 threads, of which a process has one: for many more workers
 * raise UV_THREADPOOL_SIZE.
 */
export function viewMaker(pictures: Pictures, options: ViewMakerOptions): ViewMaker {
  const given = checkOptions("viewMaker", options, ["steps", "views", "workers", "ahead"]);
  const { steps, views = 2, workers = Math.min(8, Math.max(1, availableParallelism() - 1)) } = given;
  const { ahead = Math.max(2, workers) } = given;
  for (const [name, value, least] of [
    ["views", views, 1],
    ["workers", workers, 0],
    ["ahead", ahead, 0],
  ] as const) {
    if (Number.isSafeInteger(value) && value >= least) continue;
    throw new RangeError(`viewMaker: ${name} must be a whole number >= ${least}, got ${value}`);
  }
  return new Maker(pictures, { steps, views, workers, ahead });
}

class Maker implements ViewMaker {
  readonly #pictures: Pictures;
  readonly #options: Required<ViewMakerOptions>;
  readonly #view: Transform<ByteImage, Image>;
  #crew: ViewCrew | undefined;
  #iterations = 0;
  #closed = false;

  constructor(pictures: Pictures, options: Required<ViewMakerOptions>) {
    this.#pictures = pictures;
    this.#options = options;
    this.#view = viewOf(options.steps);
  }

  get workers(): number {
    return this.#options.workers;
  }

  async *batches(plan: Iterable<PlannedBatch>): AsyncGenerator<ViewBatch, void, undefined> {
    const ahead = this.#options.workers === 0 ? 0 : this.#options.ahead;
    const planned = plan[Symbol.iterator]();
    const underWay: { readonly labels: Int32Array; readonly made: Promise<Made> }[] = [];
    let [more, whole] = [true, false];
    this.#iterations++;
    try {
      for (;;) {
        while (more && underWay.length <= ahead) {
          const next = planned.next();
          more = next.done !== true;
          if (next.done !== true) underWay.push(this.#begin(next.value));
        }
        const batch = underWay.shift();
        if (batch === undefined) break;
        const start = performance.now();
        const { data, shape } = await batch.made;
        yield { data, shape, labels: batch.labels, waited: performance.now() - start };
      }
      whole = true;
    } finally {
      this.#iterations--;
      if (more) planned.return?.();
      if (!whole && this.#iterations === 0) await this.#dismiss("the iteration was left");
    }
  }

  async close(): Promise<void> {
    this.#closed = true;
    await this.#dismiss("it was closed");
  }

  async #dismiss(why: string): Promise<void> {
    const crew = this.#crew;
    this.#crew = undefined;
    await crew?.end(why);
  }

  #begin({ indices, generator }: PlannedBatch): { labels: Int32Array; made: Promise<Made> } {
    const { labels } = this.#pictures;
    const state = "getState" in generator ? generator.getState() : generator;
    const made = this.#make({ indices: Int32Array.from(indices), state });
    made.catch(() => {}); // told when its turn comes, if it ever does
    return { labels: Int32Array.from(indices, (i) => labels[i]), made };
  }

  async #make(order: Order): Promise<Made> {
    const { steps, views, workers } = this.#options;
    const { length, place } = this.#pictures;
    if (this.#closed) throw new Error("viewMaker: is closed: make another one");
    const wrong = order.indices.find((i) => i < 0 || i >= length);
    if (wrong !== undefined) throw new RangeError(`viewMaker: no picture ${wrong} in 0..${length - 1}`);
    if (workers === 0) return makeBatch(this.#pictures, this.#view, views, order);
    this.#crew ??= new ViewCrew({ place, steps, views }, workers);
    return this.#crew.make(order);
  }
}
