import { join } from "node:path";
import { setThreads } from "../../devices/cpu/cpu.ts";
import { type LogRecord, version } from "../../node/index.ts";
import { deedsOf } from "../deeds.ts";
import { exitCodes, type Io, Stopped } from "../io.ts";
import { Progress } from "../progress.ts";
import type { RunConfig } from "./config.ts";
import { defaultOut, type TrainFlags } from "./flags.ts";
import { openSession } from "./open.ts";
import { personAt } from "./person.ts";
import type { Recipe } from "./recipe.ts";
import type { RunResult } from "./result.ts";
import { readSaved } from "./saved.ts";
import { reportName, type Session } from "./session.ts";
import type { Task } from "./task.ts";

/** How often the weights are saved. Only the clock decides: it leaves no trace in the numbers. */
const saveMilliseconds = 10_000;

/** Trains, measures and reports. Resolves to the exit code. */
export async function runTask<Config extends RunConfig, Result extends RunResult<Config>>(
  task: Task<Config, Result>,
  flags: TrainFlags<Config>,
  io: Io,
): Promise<number> {
  const { recipe } = task;
  const person = personAt(io, flags.quiet);
  if (flags.threads !== undefined) setThreads(flags.threads);
  const { session, opening } = await openSession(task, flags, person);
  try {
    if (session.result) person.say(`${session.folder.path} is complete, nothing is left to do: these are its results`);
    const result = session.result ?? (await finish(session, recipe.name, flags, io));
    io.stdout.write(flags.json ? `${JSON.stringify(result)}\n` : task.table(result));
    person.say(task.remark);
    person.say(`report: ${join(session.folder.path, reportName)}`);
    if (flags.verbose) person.warn(deedsOf(session.device));
    return exitCodes.ok;
  } catch (error) {
    if (!(error instanceof Stopped)) throw await withRemedy(error, session, recipe, resumeCommand(recipe, flags, io));
    io.stderr.write(`${error.message}\nto go on: ${resumeCommand(recipe, flags, io)}\n`);
    return exitCodes.interrupted;
  } finally {
    await opening.close().finally(() => session.folder.close());
  }
}

/** What the system refused, as a full disk does, with what is safe and how to go on; any other error as it is. */
async function withRemedy<Config extends RunConfig>(
  error: unknown,
  { folder }: Pick<Session, "folder">,
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
async function finish<Config extends RunConfig, Result extends RunResult<Config>>(
  session: Session<Config, Result>,
  task: string,
  flags: TrainFlags<Config>,
  io: Io,
): Promise<Result> {
  const { folder, config, device, trainee, steps } = session;
  const trainingSeconds = await train(session, flags, io);
  const start = performance.now();
  const { found, report } = await trainee.measure(io, flags.quiet);
  const measuringSeconds = (performance.now() - start) / 1000;
  const common: RunResult<Config> = {
    schemaVersion: 3,
    task,
    version,
    device: device.name,
    config,
    trainingSeconds,
    measuringSeconds,
  };
  const result = { ...common, ...found } as Result; // what every result tells, and what this task's tells beside it
  await folder.write(reportName, report(result, steps));
  const record: LogRecord = { type: "result", ...common, ...found };
  await folder.log(record, { durable: true }); // last: where it stands, all else is there
  return result;
}

/** Carries out the steps that are left, with a log line for each and a checkpoint now and then. Returns the seconds of all training. */
async function train<Config extends RunConfig, Result extends RunResult<Config>>(
  session: Session<Config, Result>,
  { quiet, logInterval }: Pick<TrainFlags, "quiet" | "logInterval">,
  io: Io,
): Promise<number> {
  const { folder, config, trainee, steps, done } = session;
  const { run, passing } = trainee;
  const [each, what] = passing;
  if (done === run.steps) return session.seconds;
  const progress = new Progress(io, run.steps, quiet, { from: done });
  let savedAt = performance.now();
  try {
    for await (const record of run.train(done)) {
      const { epoch, step, ...losses } = record;
      steps.push(record);
      await folder.log({ type: "step", ...record });
      const epochEnds = step % run.stepsPerEpoch === 0;
      const speed = Math.round((each * (step - done)) / progress.seconds).toLocaleString("en");
      const told = Object.entries(losses).map(([name, value]) => `${name} ${value.toFixed(3)}`);
      const text = [`epoch ${epoch}/${config.epochs}`, ...told, `${speed} ${what}/s`].join("  ");
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
