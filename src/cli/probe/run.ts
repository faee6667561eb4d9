import { setThreads } from "../../devices/cpu/cpu.ts";
import type { Device } from "../../devices/device.ts";
import type { LayeredEncoder } from "../../models/index.ts";
import { version } from "../../version.ts";
import { type CheckpointFile, encoderWeights, readCheckpoint, taskOf } from "../checkpoint.ts";
import { deedsOf } from "../deeds.ts";
import { defaultDeviceName } from "../device.ts";
import { exitCodes, type Io } from "../io.ts";
import type { TrainConfig } from "../train/config.ts";
import { untrainedEncoder } from "../train/encoders.ts";
import { type Gallery, type Sample, shownFingerprint } from "../train/gallery.ts";
import { personAt } from "../train/person.ts";
import type { PictureTask } from "../train/picture-task.ts";
import { savedIn } from "../train/saved.ts";
import { deviceFor } from "../train/session.ts";
import { evaluate } from "./evaluate.ts";
import type { ProbeFlags } from "./flags.ts";
import { remedies } from "./remedies.ts";
import { type ProbeResult, probeTable } from "./result.ts";

/** Probes the encoder of a checkpoint, whatever its task. Resolves to the exit code. */
export async function runProbe(flags: ProbeFlags, io: Io): Promise<number> {
  const file = await readCheckpoint(flags.checkpoint);
  const { ofPictures } = taskOf(file, remedies);
  if (ofPictures === undefined) {
    const own = `is of train ${file.task}, whose report tells what can be read off its encoder`;
    throw new Error(`${file.path} ${own}: probe is for encoders of pictures`);
  }
  return ofPictures((task) => probeTask(task, file, flags, io));
}

/** The same, where the task is known. */
export async function probeTask<Config extends TrainConfig>(
  task: PictureTask<Config>,
  file: CheckpointFile,
  flags: ProbeFlags,
  io: Io,
): Promise<number> {
  const start = performance.now();
  const { recipe } = task;
  const person = personAt(io, flags.quiet);
  const { warn } = person;
  const saved = savedIn(file.path, file.metadata, recipe, remedies);
  if (flags.threads !== undefined) setThreads(flags.threads);
  const gallery = await task.open(flags.data, saved.config, flags.workers);
  try {
    refuseUnlabelled("training", gallery.known);
    refuseUnlabelled("test", gallery.asked);
    const pictures = await gallery.fingerprint(person.reading);
    const own = JSON.stringify(pictures) === JSON.stringify(saved.data);
    if (!own) {
      const [theirs, these] = [saved.data, pictures].map(shownFingerprint);
      warn(`these are other ${recipe.words.many}, ${these}, than those of the run in ${file.path}, ${theirs}`);
    }
    const device = await deviceFor(flags.device ?? defaultDeviceName, person);
    const encoder = untrainedEncoder(saved.config, gallery.shape, device);
    if (!flags.untrained) load(encoder, file, task.encoderPrefix ?? "", gallery, device);
    const layers = await evaluate({ encoder, gallery, device }, flags.config, flags.quiet, io);
    const result: ProbeResult<Config> = {
      schemaVersion: 1,
      task: recipe.name,
      version,
      device: device.name,
      checkpoint: file.path,
      step: flags.untrained ? 0 : saved.step,
      config: saved.config,
      probe: flags.config,
      pictures: { known: gallery.known.length, test: gallery.asked.length, own },
      classes: gallery.classes.length,
      layers,
      seconds: (performance.now() - start) / 1000,
    };
    io.stdout.write(flags.json ? `${JSON.stringify(result)}\n` : probeTable(result, recipe.words));
    if (flags.verbose) warn(deedsOf(device));
    return exitCodes.ok;
  } finally {
    await gallery.close();
  }
}

/** Gives an encoder the weights of a checkpoint. Throws naming the file where they do not fit it. */
function load(encoder: LayeredEncoder, file: CheckpointFile, prefix: string, gallery: Gallery, device: Device): void {
  try {
    encoder.loadStateDict(encoderWeights(file, prefix, device));
  } catch (cause) {
    throw new Error(
      `${file.path}: its weights do not fit an encoder of pictures [${gallery.shape.join(", ")}]: give --data of the kind ` +
        `it was trained with, unless the file is damaged: ${(cause as Error).message}`,
      { cause },
    );
  }
}

/** Throws where a picture has no label to learn, or to be judged by. */
function refuseUnlabelled(which: "training" | "test", { length, labels }: Sample): void {
  const at = labels.findIndex((label) => label < 0);
  if (length > 0 && at < 0) return;
  const found = length === 0 ? `there are no ${which} pictures with labels` : `${which} picture ${at} has no label`;
  throw new Error(
    `${found}: a probe needs labels to learn from and to be judged by; give --data with pictures by class`,
  );
}
