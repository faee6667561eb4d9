import { rename, rm, writeFile } from "node:fs/promises";

/** Writes a file under a temporary name and renames it: whoever opens `path` finds the old content or the new, whole. */
export async function writeFileAtomic(path: string, content: string | Uint8Array): Promise<void> {
  const temporary = `${path}.${process.pid}.tmp`;
  try {
    await writeFile(temporary, content);
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
}
