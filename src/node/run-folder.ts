import { existsSync } from "node:fs";
import { appendFile, mkdir, rename } from "node:fs/promises";
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

/** Makes the folder `name`; one that is there already moves to `name.1`, or the next number that is free. */
export async function createRunFolder(name: string): Promise<RunFolder> {
  const path = join(name, "."); // without a slash at its end
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
  if (!existsSync(path)) return undefined;
  let number = 1;
  while (existsSync(`${path}.${number}`)) number++;
  await rename(path, `${path}.${number}`);
  return `${path}.${number}`;
}
