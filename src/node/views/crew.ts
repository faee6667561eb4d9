import { Worker } from "node:worker_threads";
import type { Made, Order } from "./batch.ts";
import { worker as workerText } from "./worker.generated.ts";
import type { Job, Outcome, Recipe } from "./worker.ts";

/** A worker and the jobs that it has. */
interface Hand {
  readonly worker: Worker;
  readonly jobs: Map<number, { resolve(made: Made): void; reject(why: Error): void }>;
}

/**
 * Threads that make batches, each batch by one of them, which hands its numbers over without a copy. They keep the process
 * alive only while they have something to do.
 */
export class ViewCrew {
  readonly #hands: Hand[];
  #given = 0;
  #ended: Error | undefined;

  /** `size` threads, >= 1. `text` is what they run. */
  constructor(recipe: Recipe, size: number, text: string = workerText) {
    this.#hands = Array.from({ length: size }, (_, i) => this.#hand(recipe, text, `thread ${i + 1} of ${size}`));
  }

  /** The views of a batch. Rejects with what was wrong with a picture, or why the threads have ended. */
  make(order: Order): Promise<Made> {
    const free = this.#hands.reduce((one, other) => (other.jobs.size < one.jobs.size ? other : one));
    return new Promise((resolve, reject) => {
      if (this.#ended) return reject(this.#ended);
      const job: Job = { id: this.#given++, order };
      free.jobs.set(job.id, { resolve, reject });
      free.worker.ref();
      free.worker.postMessage(job);
    });
  }

  /** Ends the threads at once, whatever they are doing; batches that are under way reject with `why`. */
  async end(why: string): Promise<void> {
    this.#ended ??= new Error(`viewMaker: ${why}`);
    for (const { jobs } of this.#hands) {
      for (const { reject } of jobs.values()) reject(this.#ended);
      jobs.clear();
    }
    for (const { worker } of this.#hands) worker.ref(); // else a process that has only this to wait for ends before it is done
    await Promise.all(this.#hands.map(({ worker }) => worker.terminate()));
  }

  #hand(workerData: Recipe, text: string, name: string): Hand {
    const worker = new Worker(text, { eval: true, workerData, execArgv: [], name: "align-uniform views" });
    const jobs: Hand["jobs"] = new Map();
    worker.on("message", (outcome: Outcome) => {
      const job = jobs.get(outcome.id);
      jobs.delete(outcome.id);
      if (jobs.size === 0 && !this.#ended) worker.unref();
      if ("made" in outcome) job?.resolve(outcome.made);
      else job?.reject(new Error(outcome.error));
    });
    let why = "";
    worker.on("error", (error) => {
      why = String(error);
    });
    worker.on("exit", (code) => {
      if (!this.#ended) void this.end(`${name} has ended: ${why || `it exited with code ${code}`}`);
    });
    worker.unref();
    return { worker, jobs };
  }
}
