import { readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";

export const lockName = "run.lock";

/**
 * Takes a folder for this process: its number goes into a file there. Returns what gives the folder back. A lock whose
 * process has ended (killed, say) is taken over. Throws, naming the process, if another one has the folder.
 */
export async function lockFolder(path: string): Promise<() => Promise<void>> {
  await refuseLocked(path);
  const file = join(path, lockName);
  await rm(file, { force: true });
  await writeFile(file, `${process.pid}\n`, { flag: "wx" }); // of two that come at once, one fails here
  return () => rm(file, { force: true });
}

/** Throws if a process that is still there has the folder. */
export async function refuseLocked(path: string): Promise<void> {
  const file = join(path, lockName);
  const holder = Number(await readFile(file, "utf8").catch(() => ""));
  if (!Number.isInteger(holder) || holder < 1 || holder === process.pid || !alive(holder)) return;
  throw new Error(
    `"${path}" is in use by process ${holder}: wait for it or name another folder; if that is no run of this program, delete ${file}`,
  );
}

function alive(pid: number): boolean {
  try {
    process.kill(pid, 0); // signal 0 only asks
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM"; // somebody else's process
  }
}
