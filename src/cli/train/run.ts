import { join } from "node:path";
import { evenly } from "../../data/index.ts";
import type { Device } from "../../devices/device.ts";
import { createRunFolder, type RunFolder, readMnistFiles, saveCheckpoint, version } from "../../node/index.ts";
import { deviceNamed } from "../device.ts";
import { exitCodes, type Io } from "../io.ts";
import { Progress } from "../progress.ts";
import { digitCounts } from "./config.ts";
import type { TrainFlags } from "./flags.ts";
import { type Measured, measure, pixelAccuracy, type Split } from "./measure.ts";
import { type MnistRun, mnistRun, type StepRecord, untrainedEncoder } from "./mnist.ts";
import { type MnistResult, resultTable, type Summary } from "./result.ts";

/** Trains, measures and reports on MNIST's digits. Resolves to the exit code. */
export async function runMnist(flags: TrainFlags, io: Io): Promise<number> {
  const device = await deviceNamed(flags.device);
  const files = await readMnistFiles(flags.data);
  const split = { train: evenly(files.train, digitCounts.train), test: evenly(files.test, digitCounts.test) };
  return runOn(split, flags, device, io);
}

/** The same on given digits. */
export async function runOn(split: Split, flags: TrainFlags, device: Device, io: Io): Promise<number> {
  const { config, quiet, json } = flags;
  const say = (text: string): unknown => quiet || io.stderr.write(`${text}\n`);
  const run = mnistRun(split.train, config, device);
  const folder = await createRunFolder(flags.out);
  if (folder.moved) say(`${folder.path} was there already: moved to ${folder.moved}`);

  const { steps, seconds } = await follow(run, flags, folder, device, io);
  if (steps.length < run.steps) {
    io.stderr.write(
      `stopped after ${steps.length} of ${run.steps} steps; the weights so far are in ${join(folder.path, "checkpoint.safetensors")}, ` +
        "the losses in log.jsonl; nothing was measured, no report was written\n",
    );
    return exitCodes.interrupted;
  }

  say("measuring the trained encoder, the untrained one and raw pixels");
  const trained = await measure(run.encoder, split, config, device);
  const untrained = await measure(untrainedEncoder(config, device), split, config, device);
  const result: MnistResult = {
    schemaVersion: 1,
    task: "mnist",
    version,
    device: device.name,
    config,
    digits: { train: split.train.length, test: split.test.length },
    trained: summary(trained),
    untrained: summary(untrained),
    rawPixels: { accuracy: await pixelAccuracy(split) },
    trainingSeconds: seconds,
  };
  await folder.log({ type: "result", ...result });
  const labels = await Promise.all(
    Array.from({ length: split.test.length }, async (_, i) => (await split.test.get(i)).label),
  );
  const { renderReport } = await import("../report/report.ts");
  const report = await folder.write("report.html", renderReport({ result, steps, trained, untrained, labels }));
  io.stdout.write(json ? `${JSON.stringify(result)}\n` : resultTable(result));
  say(`report: ${report}`);
  return exitCodes.ok;
}

function summary({ alignment, uniformity, accuracy }: Measured): Summary {
  return { alignment, uniformity, accuracy };
}

/** Runs all steps, or as many as there are before Ctrl-C, with a log line for each and a checkpoint after each epoch. */
async function follow(
  run: MnistRun,
  { config, quiet }: TrainFlags,
  folder: RunFolder,
  device: Device,
  io: Io,
): Promise<{ steps: StepRecord[]; seconds: number }> {
  await folder.log({ type: "config", version, device: device.name, config });
  const save = (epoch: number, step: number): Promise<void> =>
    saveCheckpoint(join(folder.path, "checkpoint.safetensors"), {
      model: run.encoder.stateDict(),
      optimizer: run.optimizer.stateDict(),
      metadata: { task: "mnist", config, epoch, step, generators: run.generatorStates() },
    });
  const progress = new Progress(io, run.steps, quiet);
  const perEpoch = run.steps / config.epochs;
  const steps: StepRecord[] = [];
  try {
    for await (const record of run.train()) {
      steps.push(record);
      await folder.log({ type: "step", ...record });
      const { epoch, step, align, uniform } = record;
      const epochEnds = step % perEpoch === 0;
      if (epochEnds) await save(epoch, step);
      const speed = Math.round((2 * step * config.batchSize) / progress.seconds).toLocaleString("en");
      const text = `epoch ${epoch}/${config.epochs}  align ${align.toFixed(3)}  uniform ${uniform.toFixed(3)}  ${speed} images/s`;
      progress.update(step, text, epochEnds);
      if (io.signal.aborted) break;
    }
  } finally {
    progress.end();
  }
  const step = steps.length;
  if (step % perEpoch !== 0) await save(Math.floor(step / perEpoch), step);
  return { steps, seconds: progress.seconds };
}
