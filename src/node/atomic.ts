import { randomUUID } from "node:crypto";
import { open, readdir, rename, rm } from "node:fs/promises";
import { dirname, join } from "node:path";

/**
 * Writes a file under a temporary name beside it, waits until the disk has it, and renames it: whoever opens `path`, now
 * or after a crash, finds the old content or the new, whole. Of several at once, the last to end stays.
 */
export async function writeFileAtomic(path: string, content: string | Uint8Array): Promise<void> {
  const temporary = `${path}.${randomUUID()}.tmp`;
  try {
    const file = await open(temporary, "w");
    try {
      await file.writeFile(content);
      await file.sync(); // before the rename: else a power cut may leave the new name with no content
    } finally {
      await file.close();
    }
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
  await syncFolder(dirname(path));
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
