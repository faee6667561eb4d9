import { existsSync, lstatSync } from "node:fs";
import { mkdir, open, readdir, readFile, rename } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { removeTemporaries, writeFileAtomic } from "./atomic.ts";
import { lockFolder, lockName, refuseLocked } from "./lock.ts";

/** A line of `log.jsonl`. */
export type LogRecord = Readonly<Record<string, unknown>>;

/** A folder for what one run leaves behind, taken for this process until it is closed. */
export interface RunFolder {
  readonly path: string;
  /** Where the folder that had this name was moved to; undefined if there was none, or if it is this one. */
  readonly moved: string | undefined;
  /** The whole path of `checkpoint.safetensors`. */
  readonly checkpoint: string;
  /** Writes a whole file at once; nobody sees half of it. Returns its path. */
  write(name: string, content: string | Uint8Array): Promise<string>;
  /** Appends one record as a line of JSON to `log.jsonl`; with `durable` all lines so far are on the disk after it. */
  log(record: LogRecord, options?: { durable?: boolean }): Promise<void>;
  /** The records of `log.jsonl`, up to the first line that a crash has torn; none if there is no log. */
  records(): Promise<LogRecord[]>;
  /** Replaces the log by `records`, at once. */
  rewriteLog(records: readonly LogRecord[]): Promise<void>;
  /** Lets another process have the folder. */
  close(): Promise<void>;
}

const [logName, checkpointName] = ["log.jsonl", "checkpoint.safetensors"];

/**
 * Makes the folder `name`; an earlier run (or an empty folder) there moves to `name.1`, or the next number that is free. Throws, moving
 * nothing, for what is no run: a file, a folder without a log or a checkpoint, the folder you are in; and for a run that is still under way.
 */
export async function createRunFolder(name: string): Promise<RunFolder> {
  const path = join(name, "."); // without a slash at its end
  if (join(process.cwd(), "/").startsWith(join(resolve(path), "/"))) {
    throw new Error(`the run folder "${path}" is the working directory or holds it: name a folder of its own`);
  }
  await mkdir(dirname(resolve(path)), { recursive: true });
  const moved = await makeWay(path);
  await mkdir(path);
  return locked(path, moved);
}

/**
 * The folder of an earlier run, to go on in it; undefined if there is no checkpoint to go on from. What a killed process
 * left half written there is removed. Throws for a run that is still under way.
 */
export async function openRunFolder(name: string): Promise<RunFolder | undefined> {
  const path = join(name, ".");
  if (!existsSync(join(path, checkpointName))) return undefined;
  const folder = await locked(path, undefined);
  await removeTemporaries(path);
  return folder;
}

async function locked(path: string, moved: string | undefined): Promise<RunFolder> {
  const close = await lockFolder(path);
  const log = join(path, logName);
  return {
    path,
    moved,
    checkpoint: join(path, checkpointName),
    async write(name, content) {
      await writeFileAtomic(join(path, name), content);
      return join(path, name);
    },
    async log(record, { durable = false } = {}) {
      const file = await open(log, "a");
      try {
        await file.appendFile(lineOf(record));
        if (durable) await file.sync();
      } finally {
        await file.close();
      }
    },
    async records() {
      return existsSync(log) ? wholeRecords(await readFile(log, "utf8")) : [];
    },
    rewriteLog: (records) => writeFileAtomic(log, records.map(lineOf).join("")),
    close,
  };
}

function lineOf(record: LogRecord): string {
  return `${JSON.stringify(record)}\n`;
}

function wholeRecords(text: string): LogRecord[] {
  const records: LogRecord[] = [];
  for (const line of text.split("\n").slice(0, -1)) {
    try {
      records.push(JSON.parse(line));
    } catch {
      break; // written when the power went
    }
  }
  return records;
}

async function makeWay(path: string): Promise<string | undefined> {
  if (!taken(path)) return undefined;
  const entries = await readdir(path).catch((): string[] => ["not a folder"]);
  if (entries.length > 0 && !entries.some((entry) => [logName, checkpointName, lockName].includes(entry))) {
    throw new Error(
      `"${path}" exists and is no earlier run (it has no ${logName}): nothing was moved; name another folder`,
    );
  }
  await refuseLocked(path);
  let number = 1;
  while (taken(`${path}.${number}`)) number++;
  await rename(path, `${path}.${number}`);
  return `${path}.${number}`;
}

/** Whether the name is in use, also by a link that leads nowhere. */
function taken(path: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false }) !== undefined;
}
