import { join } from "node:path";
import { setThreads } from "../../devices/cpu/cpu.ts";
import { version } from "../../node/index.ts";
import { deedsOf } from "../deeds.ts";
import { exitCodes, type Io, Stopped } from "../io.ts";
import { Phases } from "../phases.ts";
import { Progress } from "../progress.ts";
import type { ReportInput } from "../report/report.ts";
import { costs } from "./costs.ts";
import { readSplit, type Split } from "./digits.ts";
import { defaultOut, type TrainFlags } from "./flags.ts";
import type { Layout } from "./layout.ts";
import { measure } from "./measure.ts";
import { openSession } from "./open.ts";
import { type MnistResult, resultTable } from "./result.ts";
import { readSaved } from "./saved.ts";
import { type Person, reportName, type Session } from "./session.ts";

/** How often the weights are saved. Only the clock decides: it leaves no trace in the numbers. */
const saveMilliseconds = 10_000;

/** Trains, measures and reports on MNIST's digits. Resolves to the exit code. */
export async function runMnist(flags: TrainFlags, io: Io): Promise<number> {
  return runOn(await readSplit(flags.data), flags, io);
}

/** The same on given digits. */
export async function runOn(split: Split, flags: TrainFlags, io: Io): Promise<number> {
  const warn = (text: string): unknown => io.stderr.write(`${text}\n`);
  const person: Person = { warn, say: flags.quiet ? () => {} : warn, signal: io.signal };
  const { renderReport } = await import("../report/report.ts"); // now: a build may replace the files during the run
  if (flags.threads !== undefined) setThreads(flags.threads);
  const session = await openSession(flags, split, person);
  try {
    if (session.result) person.say(`${session.folder.path} is complete, nothing is left to do: these are its results`);
    const result = session.result ?? (await finish(session, split, flags, io, renderReport));
    io.stdout.write(flags.json ? `${JSON.stringify(result)}\n` : resultTable(result));
    person.say(
      "alignment and uniformity: lower is better, both at once; untrained features are aligned only because they all lie close together",
    );
    person.say(`report: ${join(session.folder.path, reportName)}`);
    if (flags.verbose) warn(deedsOf(session.device));
    return exitCodes.ok;
  } catch (error) {
    if (!(error instanceof Stopped)) throw await withRemedy(error, session, resumeCommand(flags, io));
    io.stderr.write(`${error.message}\nto go on: ${resumeCommand(flags, io)}\n`);
    return exitCodes.interrupted;
  } finally {
    await session.folder.close();
  }
}

/** What the system refused, as a full disk does, with what is safe and how to go on; any other error as it is. */
async function withRemedy(error: unknown, { folder }: Session, command: string): Promise<unknown> {
  const { code, message } = error as NodeJS.ErrnoException;
  if (code === undefined) return error;
  const saved = await readSaved(folder.checkpoint).catch(() => undefined);
  if (saved === undefined) return error; // that is what matters, not that the checkpoint is gone too
  const { step } = saved;
  const remedy = code === "ENOSPC" ? "free space" : "put that right";
  const safe = `the last checkpoint, of step ${step}, is intact`;
  return new Error(`${message}\n${safe}: ${remedy} and go on with: ${command}`, { cause: error });
}

/** Does what is left of a run: steps, measuring, the report. Throws `Stopped` where the person stops it. */
async function finish(
  session: Session,
  split: Split,
  { quiet }: TrainFlags,
  io: Io,
  renderReport: (input: ReportInput) => string,
): Promise<MnistResult> {
  const { folder, config, device, run, steps } = session;
  const trainingSeconds = await train(session, quiet, io);
  const phases = new Phases(io, quiet, costs(split, config), "stopped while measuring; the trained weights are saved");
  const measuring = measure(run.encoder, split, config, device, phases).finally(() => phases.end());
  const { trained, untrained, rawPixels, yardstickDigits } = await measuring;
  const result: MnistResult = {
    schemaVersion: 2,
    task: "mnist",
    version,
    device: device.name,
    config,
    digits: { train: split.train.length, test: split.test.length },
    trained: numbersOf(trained),
    untrained: numbersOf(untrained),
    rawPixels,
    yardstickDigits,
    trainingSeconds,
    measuringSeconds: phases.seconds,
  };
  const labels = Array.from(split.test.labels);
  await folder.write(reportName, renderReport({ result, steps, trained, untrained, labels }));
  await folder.log({ type: "result", ...result }, { durable: true }); // last: where it stands, all else is there
  return result;
}

/** What of a measurement is told in numbers, without an entry for each digit. */
function numbersOf<M extends Layout>({ distances: _, features: __, ...numbers }: M): Omit<M, "distances" | "features"> {
  return numbers;
}

/** Carries out the steps that are left, with a log line for each and a checkpoint now and then. Returns the seconds of all training. */
async function train(session: Session, quiet: boolean, io: Io): Promise<number> {
  const { folder, config, run, steps, done } = session;
  if (done === run.steps) return session.seconds;
  const progress = new Progress(io, run.steps, quiet, { from: done });
  let savedAt = performance.now();
  try {
    for await (const record of run.train(done)) {
      const { epoch, step, align, uniform } = record;
      steps.push(record);
      await folder.log({ type: "step", ...record });
      const epochEnds = step % run.stepsPerEpoch === 0;
      const speed = Math.round((2 * (step - done) * config.batchSize) / progress.seconds).toLocaleString("en");
      const text = `epoch ${epoch}/${config.epochs}  align ${align.toFixed(3)}  uniform ${uniform.toFixed(3)}  ${speed} images/s`;
      progress.update(step, text, epochEnds);
      const stopped = io.signal.aborted && step < run.steps;
      if (epochEnds || stopped || performance.now() - savedAt > saveMilliseconds) {
        await session.save(step, session.seconds + progress.seconds);
        savedAt = performance.now();
      }
      if (stopped) throw new Stopped(`stopped after ${step} of ${run.steps} steps; they are saved in ${folder.path}`);
    }
  } finally {
    progress.end();
  }
  return session.seconds + progress.seconds;
}

/** What to type to go on, as it was started: by npm, npx or its own name. */
function resumeCommand({ out, data }: TrainFlags, { env }: Io): string {
  const name = env.npm_command === "exec" ? "npx align-uniform" : "align-uniform";
  const start = env.npm_lifecycle_event === "start" ? "npm start --" : `${name} train mnist`;
  const quoted = (path: string): string => (/^[\w./@:+-]+$/.test(path) ? path : `'${path.replaceAll("'", "'\\''")}'`);
  const folders = `${data === undefined ? "" : ` --data ${quoted(data)}`}${out === defaultOut ? "" : ` --out ${quoted(out)}`}`;
  return `${start} --resume${folders}`;
}
