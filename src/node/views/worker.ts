import { parentPort, workerData } from "node:worker_threads";
import { type ViewStep, viewOf } from "../../data/view-of.ts";
import { openPlace, type PicturesPlace } from "../pictures/place.ts";
import { type Made, makeBatch, type Order } from "./batch.ts";

/** What a worker is started with. */
export interface Recipe {
  readonly place: PicturesPlace;
  readonly steps: readonly ViewStep[];
  /** Of each picture. */
  readonly views: number;
}

/** A batch that a worker is to make, and by which number it is told of it. */
export interface Job {
  readonly id: number;
  readonly order: Order;
}

/** What becomes of a job. */
export type Outcome = { readonly id: number } & ({ readonly made: Made } | { readonly error: string });

// This file is bundled into text (scripts/views.mjs), and workers are started from that: see devices/cpu/threads/worker.ts.

const { place, steps, views } = workerData as Recipe;
const view = viewOf(steps);
const opened = openPlace(place);
opened.catch(() => {}); // told with each job
let last: Promise<void> = Promise.resolve();

parentPort?.on("message", (job: Job) => {
  last = last.then(() => work(job));
});

async function work({ id, order }: Job): Promise<void> {
  const tell = (outcome: Outcome, moved: ArrayBuffer[] = []): void => parentPort?.postMessage(outcome, moved);
  try {
    const made = await makeBatch(await opened, view, views, order);
    tell({ id, made }, [made.data.buffer]);
  } catch (error) {
    tell({ id, error: error instanceof Error ? error.message : String(error) });
  }
}
