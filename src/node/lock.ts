import { randomUUID } from "node:crypto";
import { readFileSync, readlinkSync } from "node:fs";
import { mkdir, readdir, readFile, rename, rm } from "node:fs/promises";
import { hostname } from "node:os";
import { basename, dirname, join } from "node:path";
import { writeFileAtomic } from "./atomic.ts";
import { named } from "./named.ts";

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

const holderName = "holder.json";

/**
 * Takes what the folder `lock` stands for: the folder is there while a process has it, with that process's name in it.
 * Returns what gives it back. Of several processes that come at once one gets it. The lock of a process that has ended
 * (killed, or with its machine) is taken over. Throws, naming process and folder, if another process has it, also if that
 * cannot be told, as from another machine.
 *
 * A folder takes a name only where no full one has it. So a lock is made whole as `LOCK.token` before it becomes `LOCK`;
 * and a dead one goes back to `LOCK.token`, by one of all who see it dead: there it stays until the next one gives back.
 */
export async function takeLock(what: string, lock: string): Promise<() => Promise<void>> {
  const own: Holder = { ...thisProcess(), token: randomUUID() };
  const mine = withToken(lock, own);
  await named(lock, "write", async () => {
    await mkdir(mine);
    await writeFileAtomic(join(mine, holderName), `${JSON.stringify(own)}\n`);
    for (let tries = 0; !(await renamed(mine, lock)); tries++) {
      const holder = await holderIn(lock);
      if (holder === undefined) {
        if (tries > 100) throw silent(lock);
        continue; // given back just now
      }
      const user = userNow(holder, lock);
      if (user !== undefined) throw new Error(`"${what}" is in use by ${user}`);
      const dead = withToken(lock, holder);
      const moved = (await renamed(lock, dead).catch(unlessAbsent)) ? await holderIn(dead) : holder;
      if (moved?.token !== holder.token) await renamed(dead, lock).catch(unlessAbsent); // it had changed hands meanwhile
    }
  }).catch(async (error) => {
    await rm(mine, { recursive: true, force: true });
    throw error;
  });
  return async () => {
    const holder = await holderIn(lock).catch(() => undefined); // another one, if the folder around it was moved by hand
    if (holder?.token === own.token) await renamed(lock, mine).catch(unlessAbsent);
    await rm(mine, { recursive: true, force: true });
    await removeDead(lock);
  };
}

function withToken(lock: string, { token }: Holder): string {
  return `${lock}.${token}`;
}

/** Whether a folder now has another name; it has not if that was taken. */
async function renamed(from: string, to: string): Promise<boolean> {
  try {
    await rename(from, to);
    return true;
  } catch (error) {
    const { code = "" } = error as NodeJS.ErrnoException;
    if (["ENOTEMPTY", "EEXIST", ...(process.platform === "win32" ? ["EPERM"] : [])].includes(code)) return false;
    throw error;
  }
}

/** Who holds the lock; undefined if it is gone. Throws if it does not say. */
async function holderIn(lock: string): Promise<Holder | undefined> {
  const text = await readFile(join(lock, holderName), "utf8").catch(unlessAbsent);
  const entries = (await readdir(lock).catch(unlessAbsent)) ?? [holderName];
  if (text === undefined && entries.includes(holderName)) return undefined; // gone, and another may be there by now
  try {
    const holder: Holder = JSON.parse(text ?? "");
    if (Number.isInteger(holder.pid) && typeof holder.host === "string" && /^[\w-]+$/.test(holder.token)) return holder;
  } catch {
    // not ours, or damaged
  }
  throw silent(lock);
}

function silent(lock: string): Error {
  return new Error(`${lock} does not say which process holds it: if none is at work there, delete the folder`);
}

/** Removes what processes that have ended left of their locks. */
async function removeDead(lock: string): Promise<void> {
  const names = (await readdir(dirname(lock)).catch(unlessAbsent)) ?? [];
  for (const name of names.filter((name) => name.startsWith(`${basename(lock)}.`))) {
    const path = join(dirname(lock), name);
    const holder = await holderIn(path).catch(() => undefined);
    if (holder && userNow(holder, path) === undefined) await rm(path, { recursive: true, force: true });
  }
}

/** The process that has the lock, and what to do about it; undefined if it has ended. */
function userNow({ pid, host, boot, namespace, started }: Holder, lock: string): string | undefined {
  const here = thisProcess();
  const remedy = `wait for it or name another folder; if it has ended, delete the folder ${lock}`;
  if (host !== here.host) return `process ${pid} on ${host}: ${remedy}`;
  if (boot !== here.boot) return undefined;
  if (namespace !== here.namespace) return `process ${pid} of another container: ${remedy}`;
  const now = processOf(pid);
  const another = started !== null && now.started !== null && started !== now.started; // has its number now
  if (!now.alive || another) return undefined;
  return pid === process.pid ? "this process: close it first" : `process ${pid}: ${remedy}`;
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

/** Whether a process runs, and since when; null where the system does not say, as of other users' (`hidepid`). */
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

function unlessAbsent(error: NodeJS.ErrnoException): undefined {
  if (error.code !== "ENOENT") throw error;
}
