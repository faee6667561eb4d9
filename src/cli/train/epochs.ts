import type { Tensor } from "../../autograd/tensor.ts";
import type { Schedule } from "../../nn/index.ts";
import { generator } from "../../ops/index.ts";
import type { RunConfig } from "./config.ts";
import type { Lessons } from "./gallery.ts";
import { planned } from "./planned.ts";
import type { Run, StepRecord } from "./task.ts";

/** The parts of a run that are its own. */
export interface Learning<Batch> extends Pick<Run, "model" | "optimizer"> {
  /** The learning rate by whole epochs. */
  readonly schedule: Schedule;
  /** One step on what its lesson shows: loss and what else is to be told, by name. `step` counts from 1. */
  update(batch: Batch, step: number): Promise<{ readonly loss: Tensor; readonly [name: string]: Tensor }>;
}

/**
 * A run over all lessons, epoch by epoch; a last batch that is not full is left out. The order of an epoch depends on seed
 * and epoch alone, the views of a step on seed and step, the rate on the epoch: a run that goes on after step k needs what
 * is learnt and the optimizer of that step, and nothing of what came before. Throws for fewer pictures than a batch.
 */
export function epochsOver<Batch>(
  lessons: Lessons<Batch>,
  { seed, epochs, batchSize, lr }: Pick<RunConfig, "seed" | "epochs" | "batchSize" | "lr">,
  learning: Learning<Batch>,
): Run {
  const stepsPerEpoch = Math.floor(lessons.length / batchSize);
  if (stepsPerEpoch === 0) {
    throw new Error(`${lessons.length} training pictures make no batch of ${batchSize}: lower --batch-size`);
  }
  const { model, optimizer, schedule, update } = learning;
  const [orders, views] = [generator(seed).fork("order"), generator(seed).fork("views")];
  const epochOf = (step: number): number => Math.ceil(step / stepsPerEpoch);
  return {
    model,
    optimizer,
    steps: epochs * stepsPerEpoch,
    stepsPerEpoch,
    generatorStates: () => ({ order: orders.getState(), views: views.getState() }),
    async *train(done) {
      let step = done;
      for await (const batch of lessons.views(
        planned({ length: lessons.length, batchSize, stepsPerEpoch, epochs, orders, views }, done),
      )) {
        step++;
        const epoch = epochOf(step);
        schedule.loadStateDict({ steps: epoch - 1, baseLr: lr });
        const { loss, ...told } = await update(batch, step);
        await loss.item(); // where the device works on its own, only now is it known whether the step was sound
        const record: Record<string, number> = { epoch, step };
        for (const [name, value] of Object.entries(told)) record[name] = await value.item();
        yield record as StepRecord;
      }
    },
  };
}
