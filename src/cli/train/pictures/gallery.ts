import { createHash } from "node:crypto";
import type { Images, ViewStep } from "../../../data/index.ts";
import { type Pictures, type ViewBatch, type ViewMaker, viewMaker } from "../../../node/index.ts";
import { type Generator, generator } from "../../../ops/index.ts";
import type { Gallery, Sample } from "../gallery.ts";
import type { PicturesConfig } from "./config.ts";

/** Some pictures of a set, by their numbers in it. */
export interface Chosen {
  readonly pictures: Pictures;
  readonly rows: Int32Array;
}

/** What a gallery is made of. */
export interface Collection {
  /** What the encoder learns from. */
  readonly train: Chosen;
  /** Of known class, from which probes learn; none where nobody says. */
  readonly known: Chosen;
  /** By which it is judged. */
  readonly asked: Chosen;
  readonly classes: readonly string[];
}

/**
 * Pictures on disk, seen as the configuration says. `workers` threads make views ahead of their use; undefined for one a
 * core but one. What measures is brought by one thread for each way of showing.
 */
export function pictureGallery(
  { train, known, asked, classes }: Collection,
  { imageSize, views, plain, probing }: Pick<PicturesConfig, "imageSize" | "views" | "plain" | "probing">,
  workers: number | undefined,
): Gallery {
  const makers: ViewMaker[] = [];
  const maker = ({ pictures }: Chosen, steps: readonly ViewStep[], each: number, threads = workers): ViewMaker => {
    const made = viewMaker(pictures, { steps, views: each, ...(threads === undefined ? {} : { workers: threads }) });
    makers.push(made);
    return made;
  };
  const lessons = (chosen: Chosen, steps: readonly ViewStep[], each: number): Gallery["views"] => {
    const made = maker(chosen, steps, each);
    return (plan) => made.batches(inSet(chosen, plan));
  };
  const sample = (chosen: Chosen): Sample => {
    const single = Math.min(1, workers ?? 1);
    const [shown, seen] = [maker(chosen, plain, 1, single), maker(chosen, views, 2, single)];
    const nothing = generator(0); // a plain picture has nothing random in it
    return {
      length: chosen.rows.length,
      labels: chosen.rows.map((row) => chosen.pictures.labels[row]),
      plain: (rows) => one(shown, chosen, rows, nothing),
      views(rows, generator) {
        const own = generator.fork("views");
        generator.float(); // moves on, so that the next fork is another one
        return one(seen, chosen, rows, own);
      },
    };
  };
  return {
    shape: [3, imageSize, imageSize],
    length: train.rows.length,
    classes,
    known: sample(known),
    asked: sample(asked),
    views: lessons(train, views, 2),
    probing: lessons(known, probing, 1),
    async fingerprint(tell = () => {}) {
      const sets = [...new Set([train, known, asked].map(({ pictures }) => pictures))];
      const hash = createHash("sha256");
      for (const [k, set] of sets.entries())
        hash.update(await set.fingerprint((share) => tell((k + share) / sets.length)));
      return { train: train.rows.length, test: asked.rows.length, sha256: hash.digest("hex") };
    },
    async close() {
      await Promise.all(makers.map((made) => made.close()));
      await Promise.all([train, known, asked].map(({ pictures }) => pictures.close()));
    },
  };
}

/** A plan over the chosen pictures as one over the set. */
function* inSet(
  { rows }: Chosen,
  plan: Iterable<{ readonly indices: Int32Array; readonly generator: Generator }>,
): Iterable<{ indices: Int32Array; generator: Generator }> {
  for (const { indices, generator } of plan) yield { indices: indices.map((i) => rows[i]), generator };
}

/** A single batch. */
async function one(
  maker: ViewMaker,
  chosen: Chosen,
  indices: Int32Array,
  generator: Generator,
): Promise<Images<Float32Array>> {
  let made: ViewBatch | undefined;
  for await (const batch of maker.batches(inSet(chosen, [{ indices, generator }]))) made = batch; // to its end: threads stay
  if (made === undefined) throw new Error("viewMaker gave no batch");
  return made;
}
