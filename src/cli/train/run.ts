import { join } from "node:path";
import { setThreads } from "../../devices/cpu/cpu.ts";
import { version } from "../../node/index.ts";
import { deedsOf } from "../deeds.ts";
import { exitCodes, type Io, Stopped } from "../io.ts";
import { Phases } from "../phases.ts";
import { Progress } from "../progress.ts";
import type { ReportInput } from "../report/report.ts";
import type { TrainConfig } from "./config.ts";
import { costs } from "./costs.ts";
import { defaultOut, type TrainFlags } from "./flags.ts";
import { atMost, type Gallery } from "./gallery.ts";
import type { Layout } from "./layout.ts";
import { measure } from "./measure.ts";
import { openSession } from "./open.ts";
import { personAt } from "./person.ts";
import type { Recipe } from "./recipe.ts";
import { resultTable, type TrainResult } from "./result.ts";
import { readSaved } from "./saved.ts";
import { type Opened, reportName, type Session } from "./session.ts";
import type { Task } from "./task.ts";

/** How often the weights are saved. Only the clock decides: it leaves no trace in the numbers. */
const saveMilliseconds = 10_000;

/** Trains, measures and reports. Resolves to the exit code. */
export async function runTask<Config extends TrainConfig>(
  task: Task<Config>,
  flags: TrainFlags<Config>,
  io: Io,
): Promise<number> {
  const { recipe } = task;
  const person = personAt(io, flags.quiet);
  const { renderReport } = await import("../report/report.ts"); // now: a build may replace the files during the run
  if (flags.threads !== undefined) setThreads(flags.threads);
  const opened = await openSession(task, flags, person);
  const { session, gallery } = opened;
  try {
    if (session.result) person.say(`${session.folder.path} is complete, nothing is left to do: these are its results`);
    const result = session.result ?? (await finish(opened, task, flags, io, renderReport));
    io.stdout.write(flags.json ? `${JSON.stringify(result)}\n` : resultTable(result, recipe.words));
    person.say(
      "alignment and uniformity: lower is better, both at once; untrained features are aligned only because they all lie close together",
    );
    person.say(`report: ${join(session.folder.path, reportName)}`);
    if (flags.verbose) person.warn(deedsOf(session.device));
    return exitCodes.ok;
  } catch (error) {
    if (!(error instanceof Stopped)) throw await withRemedy(error, session, recipe, resumeCommand(recipe, flags, io));
    io.stderr.write(`${error.message}\nto go on: ${resumeCommand(recipe, flags, io)}\n`);
    return exitCodes.interrupted;
  } finally {
    await gallery.close().finally(() => session.folder.close());
  }
}

/** What the system refused, as a full disk does, with what is safe and how to go on; any other error as it is. */
async function withRemedy<Config extends TrainConfig>(
  error: unknown,
  { folder }: Session<Config>,
  recipe: Recipe<Config>,
  command: string,
): Promise<unknown> {
  const { code, message } = error as NodeJS.ErrnoException;
  if (code === undefined) return error;
  const saved = await readSaved(folder.checkpoint, recipe).catch(() => undefined);
  if (saved === undefined) return error; // that is what matters, not that the checkpoint is gone too
  const { step } = saved;
  const remedy = code === "ENOSPC" ? "free space" : "put that right";
  const safe = `the last checkpoint, of step ${step}, is intact`;
  return new Error(`${message}\n${safe}: ${remedy} and go on with: ${command}`, { cause: error });
}

/** Does what is left of a run: steps, measuring, the report. Throws `Stopped` where the person stops it. */
async function finish<Config extends TrainConfig>(
  { session, gallery: whole }: Opened<Config>,
  { recipe: { name, words }, measured = Number.POSITIVE_INFINITY }: Task<Config>,
  flags: TrainFlags<Config>,
  io: Io,
  renderReport: (input: ReportInput) => string,
): Promise<TrainResult<Config>> {
  const { folder, config, device, run, steps } = session;
  const [known, asked] = [atMost(whole.known, measured), atMost(whole.asked, measured)];
  const gallery: Gallery = { ...whole, known, asked };
  const trainingSeconds = await train(session, flags, io);
  const phases = new Phases(
    io,
    flags.quiet,
    costs(gallery, config),
    "stopped while measuring; the trained weights are saved",
  );
  const measuring = measure(run.encoder, gallery, config, device, phases).finally(() => phases.end());
  const { trained, untrained, rawPixels, yardstick } = await measuring;
  const { length, classes } = gallery;
  const result: TrainResult<Config> = {
    schemaVersion: 3,
    task: name,
    version,
    device: device.name,
    config,
    pictures: { train: length, known: known.length, test: asked.length },
    trained: numbersOf(trained),
    untrained: numbersOf(untrained),
    rawPixels,
    yardstick,
    trainingSeconds,
    measuringSeconds: phases.seconds,
  };
  const labels = Array.from(asked.labels);
  await folder.write(reportName, renderReport({ result, words, steps, trained, untrained, labels, classes }));
  await folder.log({ type: "result", ...result }, { durable: true }); // last: where it stands, all else is there
  return result;
}

/** What of a measurement is told in numbers, without an entry for each digit. */
function numbersOf<M extends Layout>({ distances: _, features: __, ...numbers }: M): Omit<M, "distances" | "features"> {
  return numbers;
}

/** Carries out the steps that are left, with a log line for each and a checkpoint now and then. Returns the seconds of all training. */
async function train(
  session: Session,
  { quiet, logInterval }: Pick<TrainFlags, "quiet" | "logInterval">,
  io: Io,
): Promise<number> {
  const { folder, config, run, steps, done } = session;
  if (done === run.steps) return session.seconds;
  const progress = new Progress(io, run.steps, quiet, { from: done });
  let savedAt = performance.now();
  try {
    for await (const record of run.train(done)) {
      const { epoch, step, ...losses } = record;
      steps.push(record);
      await folder.log({ type: "step", ...record });
      const epochEnds = step % run.stepsPerEpoch === 0;
      const speed = Math.round((2 * (step - done) * config.batchSize) / progress.seconds).toLocaleString("en");
      const told = Object.entries(losses).map(([name, value]) => `${name} ${value.toFixed(3)}`);
      const text = [`epoch ${epoch}/${config.epochs}`, ...told, `${speed} images/s`].join("  ");
      progress.update(step, text, epochEnds || (logInterval !== undefined && step % logInterval === 0));
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
function resumeCommand(recipe: Pick<Recipe, "name">, { out, data }: TrainFlags, { env }: Io): string {
  const name = env.npm_command === "exec" ? "npx align-uniform" : "align-uniform";
  const start = env.npm_lifecycle_event === "start" ? "npm start --" : `${name} train ${recipe.name}`;
  const quoted = (path: string): string => (/^[\w./@:+-]+$/.test(path) ? path : `'${path.replaceAll("'", "'\\''")}'`);
  const folders = `${data === undefined ? "" : ` --data ${quoted(data)}`}${out === defaultOut(recipe) ? "" : ` --out ${quoted(out)}`}`;
  return `${start} --resume${folders}`;
}
