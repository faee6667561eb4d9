import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import type { Io } from "../../src/cli/io.ts";
import { readTrainFlags } from "../../src/cli/train/flags.ts";
import { digitGallery, type Split } from "../../src/cli/train/mnist/digits.ts";
import { mnist } from "../../src/cli/train/mnist/recipe.ts";
import { mnistTask } from "../../src/cli/train/mnist/task.ts";
import { pictureTask } from "../../src/cli/train/picture-task.ts";
import { runTask } from "../../src/cli/train/run.ts";
import { readSafetensors } from "../../src/formats/index.ts";

/** An encoder that the reference device trains in no time. */
export const tinyEncoder = { channels: [2, 3, 4], hidden: 8, featDim: 4 } as const;

/** How a command ended and what it wrote. */
export interface Ran {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** What surrounds a command. */
export interface Surroundings {
  /** Ctrl-C comes as soon as standard error reads so, or was there from the start. */
  readonly stopAt?: RegExp | "start";
  readonly tty?: boolean;
  readonly env?: Io["env"];
}

/** The same, and what it trains on. */
export interface Circumstances extends Surroundings {
  readonly digits: Split;
}

/** How the command ended and what it wrote. */
export async function ran(command: (io: Io) => Promise<number>, how: Surroundings = {}): Promise<Ran> {
  let [out, err] = ["", ""];
  const { stopAt } = how;
  const stop = new AbortController();
  if (stopAt === "start") stop.abort();
  const io: Io = {
    stdout: { write: (text) => { out += text; } }, // biome-ignore format: short
    stderr: {
      isTTY: how.tty ?? false,
      columns: 100,
      write: (text) => {
        err += text;
        if (stopAt instanceof RegExp && stopAt.test(err)) stop.abort();
      },
    },
    env: { NO_COLOR: "1", ...how.env },
    signal: stop.signal,
  };
  return { code: await command(io), out, err };
}

/** `align-uniform train mnist ARGV` with the small encoder, on the reference device unless ARGV says otherwise, into the folder `out`. */
export async function trainTiny(out: string, argv: readonly string[], how: Circumstances): Promise<Ran> {
  const flags = readTrainFlags(mnist, ["--out", out, ...argv]);
  const goesOn = flags.resume && existsSync(join(out, "checkpoint.safetensors")); // which says what both are
  const small = goesOn
    ? flags
    : { ...flags, device: flags.device ?? ("reference" as const), given: { ...tinyEncoder, ...flags.given } };
  const task = pictureTask({ ...mnistTask, open: async () => digitGallery(how.digits, mnist.defaults.views) });
  return ran((io) => runTask(task, small, io), how);
}

interface Left {
  readonly files: string[];
  /** A hash of all its bytes, and what of them can be read when they differ. */
  readonly checkpoint: string;
  readonly metadata: object;
  readonly log: unknown[];
}

/** What a run left, without the times: in the end equal for equal runs, whatever became of them on the way. */
export async function leftIn(folder: string): Promise<Left> {
  const [bytes, log] = [await readFile(join(folder, "checkpoint.safetensors")), await readLog(folder)];
  return {
    files: (await readdir(folder)).sort(),
    checkpoint: createHash("sha256").update(bytes).digest("hex"),
    metadata: readSafetensors(bytes).metadata,
    log: log
      .filter(({ type }) => type !== "checkpoint") // when they were written was for the clock to decide
      .map((record) => (record.type === "result" ? timeless(record) : record)),
  };
}

/** The lines of a run's log. */
export async function readLog(folder: string): Promise<Record<string, unknown>[]> {
  const text = await readFile(join(folder, "log.jsonl"), "utf8");
  return text
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line));
}

/** A result but for its times. */
export function timeless(result: object): object {
  return { ...result, trainingSeconds: 0, measuringSeconds: 0 };
}
