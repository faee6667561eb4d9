import { lstatSync } from "node:fs";
import { appendFile, mkdir, readdir, rename } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { writeFileAtomic } from "./atomic.ts";

/** A new, empty folder for what one run leaves behind. */
export interface RunFolder {
  readonly path: string;
  /** Where the folder that had this name was moved to; undefined if there was none. */
  readonly moved: string | undefined;
  /** Writes a whole file at once; nobody sees half of it. Returns its path. */
  write(name: string, content: string | Uint8Array): Promise<string>;
  /** Appends one record as a line of JSON to `log.jsonl`. */
  log(record: Readonly<Record<string, unknown>>): Promise<void>;
}

/**
 * Makes the folder `name`; an earlier run (or an empty folder) there moves to `name.1`, or the next number that is free. Throws, moving
 * nothing, for what is no run: a file, a folder without a log or a checkpoint, the folder you are in.
 */
export async function createRunFolder(name: string): Promise<RunFolder> {
  const path = join(name, "."); // without a slash at its end
  if (join(process.cwd(), "/").startsWith(join(resolve(path), "/"))) {
    throw new Error(`the run folder "${path}" is the working directory or holds it: name a folder of its own`);
  }
  await mkdir(dirname(resolve(path)), { recursive: true });
  const moved = await makeWay(path);
  await mkdir(path);
  return {
    path,
    moved,
    async write(name, content) {
      await writeFileAtomic(join(path, name), content);
      return join(path, name);
    },
    log: (record) => appendFile(join(path, "log.jsonl"), `${JSON.stringify(record)}\n`),
  };
}

async function makeWay(path: string): Promise<string | undefined> {
  if (!taken(path)) return undefined;
  const entries = await readdir(path).catch((): string[] => ["not a folder"]);
  if (entries.length > 0 && !entries.some((entry) => entry === "log.jsonl" || entry === "checkpoint.safetensors")) {
    throw new Error(
      `"${path}" exists and is no earlier run (it has no log.jsonl): nothing was moved; name another folder`,
    );
  }
  let number = 1;
  while (taken(`${path}.${number}`)) number++;
  await rename(path, `${path}.${number}`);
  return `${path}.${number}`;
}

/** Whether the name is in use, also by a link that leads nowhere. */
function taken(path: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false }) !== undefined;
}
