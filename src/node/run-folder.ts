import { existsSync, lstatSync, realpathSync } from "node:fs";
import { mkdir, open, readdir, readFile, rename, rm } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { removeTemporaries, syncFolder, writeFileAtomic } from "./atomic.ts";
import { takeLock } from "./lock.ts";
import { named } from "./named.ts";

/** A line of `log.jsonl`. */
export type LogRecord = Readonly<Record<string, unknown>>;

/** A folder for what one run leaves behind, taken for this process until it is closed. */
export interface RunFolder {
  readonly path: string;
  /** Where the folder that had this name was moved to; undefined if there was none, or if it is this one. */
  readonly moved: string | undefined;
  /** The whole path of `checkpoint.safetensors`. */
  readonly checkpoint: string;
  /** Writes a whole file at once; nobody sees half of it. Returns its path. Throws naming the file, as `log` does. */
  write(name: string, content: string | Uint8Array): Promise<string>;
  /** Appends one record as a line of JSON to `log.jsonl`; with `durable` all lines so far are on the disk after it. */
  log(record: LogRecord, options?: { durable?: boolean }): Promise<void>;
  /** The records of `log.jsonl`, up to the first line that a crash has torn; none if there is no log. */
  records(): Promise<LogRecord[]>;
  /** Replaces the log by `records`, at once. */
  rewriteLog(records: readonly LogRecord[]): Promise<void>;
  /** Gives a file another name, in place of what has it. Returns its new path; undefined if there is no such file. */
  setAside(name: string, newName: string): Promise<string | undefined>;
  /** Lets another process have the folder. */
  close(): Promise<void>;
}

const [logName, checkpointName, lockName] = ["log.jsonl", "checkpoint.safetensors", "run.lock"];

/**
 * Makes the folder `name`, or takes an empty one; an earlier run there moves to `name.1`, or the next number that is free.
 * Throws, moving nothing, for what is no run: a file, a folder without a log or a checkpoint, the folder you are in; and
 * for a run that is still under way.
 */
export async function createRunFolder(name: string): Promise<RunFolder> {
  const path = itself(name);
  if (join(process.cwd(), "/").startsWith(join(resolve(path), "/"))) {
    throw new Error(`the run folder "${path}" is the working directory or holds it: name a folder of its own`);
  }
  const above = await mkdir(dirname(resolve(path)), { recursive: true });
  let moved: string | undefined;
  for (let tries = 1; ; tries++) {
    const entries = await entriesOf(path);
    if (entries.length > 0 && !isRun(entries)) {
      throw new Error(
        `"${path}" exists and is no earlier run (it has no ${logName}): nothing was moved; name another folder`,
      );
    }
    await mkdir(path).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== "EEXIST") throw error;
    });
    const run = await locked(path, async (close) => {
      if (isRun(await entriesOf(path))) {
        moved = await makeWay(path);
        return undefined;
      }
      const first = above ?? resolve(path); // of the folders that are new
      for (let made = resolve(path); made.length >= first.length; made = dirname(made)) await syncFolder(dirname(made));
      return runFolder(path, moved, close);
    }).catch((error: NodeJS.ErrnoException) => {
      if (error.code === "ENOENT" && tries < 10) return undefined; // another process has moved it just now
      if (moved !== undefined) error.message += ` (the earlier run there is now ${moved})`;
      throw error;
    });
    if (run) return run;
  }
}

/**
 * The folder of an earlier run, to go on in it; undefined if there is no checkpoint to go on from. Files that a killed
 * process left half written there are removed. Throws for a run that is still under way.
 */
export async function openRunFolder(name: string): Promise<RunFolder | undefined> {
  const path = itself(name);
  if (!existsSync(join(path, checkpointName))) return undefined;
  return locked(path, async (close) => {
    if (!existsSync(join(path, checkpointName))) {
      await close(); // another process has moved it, just now, and has ended
      return undefined;
    }
    await removeTemporaries(path);
    return runFolder(path, undefined, close);
  }).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== "ENOENT" || existsSync(path)) throw error;
    return undefined;
  });
}

/**
 * What `open` makes of the folder under the lock in it, which `close` gives back. Who has the lock may move the folder, and
 * the lock goes along: so whoever waits for a lock waits for a folder. Rejects with ENOENT where the folder went away.
 */
async function locked(
  path: string,
  open: (close: () => Promise<void>) => Promise<RunFolder | undefined>,
): Promise<RunFolder | undefined> {
  const close = await takeLock(path, join(path, lockName));
  try {
    return await open(close);
  } catch (error) {
    await close();
    throw error;
  }
}

function runFolder(path: string, moved: string | undefined, close: () => Promise<void>): RunFolder {
  const log = join(path, logName);
  return {
    path,
    moved,
    checkpoint: join(path, checkpointName),
    async write(name, content) {
      await named(join(path, name), "write", () => writeFileAtomic(join(path, name), content));
      return join(path, name);
    },
    log: (record, { durable = false } = {}) =>
      named(log, "write", async () => {
        const file = await open(log, "a");
        try {
          await file.appendFile(lineOf(record));
          if (durable) await file.sync();
        } finally {
          await file.close();
        }
      }),
    async records() {
      return existsSync(log) ? wholeRecords(await named(log, "read", () => readFile(log, "utf8"))) : [];
    },
    rewriteLog: (records) => named(log, "write", () => writeFileAtomic(log, records.map(lineOf).join(""))),
    async setAside(name, newName) {
      if (!existsSync(join(path, name))) return undefined;
      await rename(join(path, name), join(path, newName));
      await syncFolder(path);
      return join(path, newName);
    },
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
      const record: unknown = JSON.parse(line);
      if (typeof record !== "object" || record === null) break;
      records.push(record as LogRecord);
    } catch {
      break; // written when the power went
    }
  }
  return records;
}

/** What lies in a folder besides locks; nothing if it is not there. Something that is no folder has an entry that no run has. */
async function entriesOf(path: string): Promise<string[]> {
  const entries = await readdir(path).catch(({ code }: NodeJS.ErrnoException): string[] =>
    code === "ENOENT" && !isLink(path) ? [] : ["not a folder"],
  );
  return entries.filter((entry) => !isLock(entry));
}

/** Whether this is the lock, or one in the making. */
function isLock(entry: string): boolean {
  return entry === lockName || entry.startsWith(`${lockName}.`);
}

function isRun(entries: readonly string[]): boolean {
  return entries.some((entry) => [logName, checkpointName].includes(entry));
}

/** Moves an earlier run, whose lock we have, to the next free number. Returns its new path. */
async function makeWay(path: string): Promise<string> {
  let number = 1;
  while (taken(`${path}.${number}`)) number++;
  const moved = `${path}.${number}`;
  await rename(path, moved).catch((cause: Error) => {
    throw new Error(`cannot move the earlier run ${path} away: ${cause.message}; name another folder`, { cause });
  });
  for (const entry of (await readdir(moved)).filter(isLock))
    await rm(join(moved, entry), { recursive: true, force: true });
  return moved;
}

/** The path without a slash at its end; for a link, where it leads: a folder has one lock, by whatever name it is called. */
function itself(name: string): string {
  const path = join(name, ".");
  return isLink(path) && existsSync(path) ? realpathSync(path) : path;
}

function isLink(path: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink() ?? false;
}

/** Whether the name is in use, also by a link that leads nowhere. */
function taken(path: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false }) !== undefined;
}
