import { randomUUID } from "node:crypto";
import { readFileSync, readlinkSync } from "node:fs";
import { readFile, rm, writeFile } from "node:fs/promises";
import { hostname } from "node:os";
import { setTimeout } from "node:timers/promises";
import { writeFileAtomic } from "./atomic.ts";

/** Who holds a lock. What only Linux tells is null elsewhere. */
interface Holder {
  readonly pid: number;
  readonly host: string;
  /** Changes whenever the machine starts. */
  readonly boot: string | null;
  /** The namespace in which `pid` counts: containers have their own, and may share the host's name. */
  readonly namespace: string | null;
  /** When the process began, in ticks since the machine did: process numbers are given out again. */
  readonly started: string | null;
  /** Of this lock alone. */
  readonly token: string;
}

/**
 * Takes what `file` stands for: creates it, with the name of this process in it. Returns what gives it back. Of several
 * that come at once one gets it. A lock whose process has ended (killed, or with its machine) is taken over.
 * Throws, naming process and file, if another process has it, also if that cannot be told, as from another machine.
 */
export async function takeLock(what: string, file: string): Promise<() => Promise<void>> {
  const own: Holder = { ...thisProcess(), token: randomUUID() };
  const text = `${JSON.stringify(own)}\n`;
  const release = async (): Promise<void> => {
    if ((await tokenIn(file)) === own.token) await rm(file, { force: true });
  };
  while (!(await created(file, text))) {
    const found = await holderIn(file);
    if (found === undefined) continue; // given back just now
    if (found !== "nobody") refuseUnlessGone(what, file, found);
    // Of those that see a dead lock, the one with the lock on that very lock replaces it: `file` is there all the time.
    const token = found === "nobody" ? found : found.token;
    const claim = await takeLock(what, `${file}.${token}`);
    try {
      if ((await tokenIn(file)) !== token) continue; // somebody was quicker
      await writeFileAtomic(file, text);
      return release;
    } finally {
      await claim();
    }
  }
  if ((await tokenIn(file)) === own.token) return release;
  return takeLock(what, file); // held up so long between creating and writing that it was taken for dead
}

/** Whether the file was not there, and now is. */
async function created(file: string, text: string): Promise<boolean> {
  try {
    await writeFile(file, text, { flag: "wx" });
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EEXIST") return false;
    throw error;
  }
}

/** Who holds the lock; undefined if there is none, "nobody" if whoever created it never wrote its name. */
async function holderIn(file: string): Promise<Holder | "nobody" | undefined> {
  for (let tries = 0; tries < 10; tries++) {
    const text = await readFile(file, "utf8").catch((error: NodeJS.ErrnoException) => {
      if (error.code !== "ENOENT") throw error;
    });
    if (text === undefined) return undefined;
    try {
      const holder: Holder = JSON.parse(text);
      const whole = Number.isInteger(holder.pid) && typeof holder.host === "string" && /^[\w-]+$/.test(holder.token);
      if (whole) return holder;
    } catch {
      // half written
    }
    await setTimeout(100);
  }
  return "nobody";
}

async function tokenIn(file: string): Promise<string | undefined> {
  const holder = await holderIn(file);
  return typeof holder === "object" ? holder.token : holder;
}

function refuseUnlessGone(what: string, file: string, holder: Holder): void {
  const here = thisProcess();
  const remedy = `wait for it or name another folder; if it has ended, delete ${file}`;
  if (holder.host !== here.host) {
    throw new Error(`"${what}" is in use by process ${holder.pid} on ${holder.host}: ${remedy}`);
  }
  if (holder.boot !== here.boot) return;
  if (holder.namespace !== here.namespace) {
    throw new Error(`"${what}" is in use by process ${holder.pid} of another container: ${remedy}`);
  }
  const { alive, started } = processOf(holder.pid);
  if (!alive || started !== holder.started) return;
  if (holder.pid === process.pid) throw new Error(`"${what}" is in use by this process: close it first`);
  throw new Error(`"${what}" is in use by process ${holder.pid}: ${remedy}`);
}

function thisProcess(): Omit<Holder, "token"> {
  return {
    pid: process.pid,
    host: hostname(),
    boot: told(() => readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim()),
    namespace: told(() => readlinkSync("/proc/self/ns/pid")),
    started: processOf(process.pid).started,
  };
}

function processOf(pid: number): { alive: boolean; started: string | null } {
  try {
    process.kill(pid, 0); // signal 0 only asks
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EPERM") return { alive: false, started: null }; // EPERM: somebody else's
  }
  // man 5 proc: the fields after the name, which is in brackets and may hold any character, from the third on
  const fields = told(() =>
    readFileSync(`/proc/${pid}/stat`, "utf8")
      .replace(/^.*\) /s, "")
      .split(" "),
  );
  if (fields === null) return { alive: true, started: null };
  return { alive: fields[0] !== "Z", started: fields[19] }; // Z: ended, and nobody has asked how
}

function told<T>(ask: () => T): T | null {
  try {
    return ask();
  } catch {
    return null;
  }
}
