import { randomUUID } from "node:crypto";
import { open, readdir, rename, rm } from "node:fs/promises";
import { dirname, join } from "node:path";

/** A file that lies under a temporary name beside its own, whole and on the disk. */
interface Staged {
  /** Gives it its name. */
  place(): Promise<void>;
  discard(): Promise<void>;
}

async function staged(path: string, content: string | Uint8Array): Promise<Staged> {
  const temporary = `${path}.${randomUUID()}.tmp`;
  const discard = (): Promise<void> => rm(temporary, { force: true });
  try {
    const file = await open(temporary, "w");
    try {
      await file.writeFile(content);
      await file.sync(); // before the rename: else a power cut may leave the new name with no content
    } finally {
      await file.close();
    }
  } catch (error) {
    await discard();
    throw error;
  }
  return { place: () => rename(temporary, path), discard };
}

/**
 * Writes a file under a temporary name beside it, waits until the disk has it, and renames it: whoever opens `path`, now
 * or after a crash, finds the old content or the new, whole. Of several at once, the last to end stays.
 */
export async function writeFileAtomic(path: string, content: string | Uint8Array): Promise<void> {
  await writeFilesAtomic([[path, content]]);
}

/**
 * The same for files that belong together: none is renamed before the disk has all of them, and `mayPlace` is asked then. Where
 * one cannot be written none is.
 */
export async function writeFilesAtomic(
  files: readonly (readonly [path: string, content: string | Uint8Array])[],
  mayPlace: () => void = () => {},
): Promise<void> {
  const ready: Staged[] = [];
  try {
    for (const [path, content] of files) ready.push(await staged(path, content));
    mayPlace();
    for (const { place } of ready) await place();
  } catch (error) {
    for (const { discard } of ready) await discard();
    throw error;
  }
  for (const folder of new Set(files.map(([path]) => dirname(path)))) await syncFolder(folder);
}

/** Removes the temporary files of writers that were killed. Only for a folder in which nobody else writes. */
export async function removeTemporaries(folder: string): Promise<void> {
  const left = (await readdir(folder)).filter((name) => /\.[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\.tmp$/.test(name));
  for (const name of left) await rm(join(folder, name), { force: true });
}

/** Makes names last that were just given in a folder. */
export async function syncFolder(path: string): Promise<void> {
  if (process.platform === "win32") return; // does not open folders; its renames are kept in order by the journal
  const folder = await open(path, "r");
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}
