import type { Device } from "../../devices/device.ts";
import type { LayeredEncoder } from "../../models/index.ts";
import type { TrainConfig } from "./config.ts";
import { costs } from "./costs.ts";
import { atMost, type Gallery } from "./gallery.ts";
import type { Layout } from "./layout.ts";
import { measure } from "./measure.ts";
import { measuring } from "./measuring.ts";
import type { Preparation } from "./preparation.ts";
import type { Recipe } from "./recipe.ts";
import { resultTable, type TrainResult } from "./result.ts";
import type { Run, Task } from "./task.ts";

/** A run on pictures. */
export interface PictureRun extends Run {
  /** The part of the model that is judged. */
  readonly encoder: LayeredEncoder;
}

/** What can be trained on pictures. */
export interface PictureTask<Config extends TrainConfig = TrainConfig> {
  readonly recipe: Recipe<Config>;
  /** What the judged encoder's names begin with among those of `Run.model`; absent where it is the whole model. */
  readonly encoderPrefix?: string;
  /** How pictures come to the encoder, for whoever serves it. */
  preparation(config: Config): Preparation;
  /** As `Task.open`. */
  open(folder: string | undefined, config: Config, workers?: number): Promise<Gallery>;
  /** At most so many pictures of each part, evenly spaced, serve to measure after training; all unless given. */
  readonly measured?: number;
  /** A run at its start. Throws for fewer pictures than a batch. */
  run(gallery: Gallery, config: Config, device: Device): PictureRun;
}

/** The same as a task like any other, whose encoder is judged by linear probes, neighbours and the two metrics. */
export function pictureTask<Config extends TrainConfig>(task: PictureTask<Config>): Task<Config, TrainResult<Config>> {
  const { recipe, measured = Number.POSITIVE_INFINITY } = task;
  const { words } = recipe;
  return {
    recipe,
    table: (result) => resultTable(result, words),
    remark:
      "alignment and uniformity: lower is better, both at once; untrained features are aligned only because they all lie close together",
    async open(folder, config, workers) {
      const [{ renderReport }, whole] = await Promise.all([
        import("../report/report.ts"), // now: a build may replace the files during the run
        task.open(folder, config, workers),
      ]);
      const [known, asked] = [atMost(whole.known, measured), atMost(whole.asked, measured)];
      const gallery: Gallery = { ...whole, known, asked };
      return {
        fingerprint: (tell) => whole.fingerprint(tell),
        close: () => whole.close(),
        start(device) {
          const run = task.run(whole, config, device);
          return {
            run,
            passing: [2 * config.batchSize, "images"],
            async measure(io, quiet) {
              const { trained, untrained, rawPixels, yardstick } = await measuring(
                io,
                quiet,
                costs(gallery, config),
                (phases) => measure(run.encoder, gallery, config, device, phases),
              );
              const pictures = { train: whole.length, known: known.length, test: asked.length };
              const labels = Array.from(asked.labels);
              const { classes } = gallery;
              return {
                found: {
                  pictures,
                  trained: numbersOf(trained),
                  untrained: numbersOf(untrained),
                  rawPixels,
                  yardstick,
                },
                report: (result, steps) => renderReport({ result, words, steps, trained, untrained, labels, classes }),
              };
            },
          };
        },
      };
    },
  };
}

/** What of a measurement is told in numbers, without an entry for each picture. */
function numbersOf<M extends Layout>({ distances: _, features: __, ...numbers }: M): Omit<M, "distances" | "features"> {
  return numbers;
}
