import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { takeLock } from "../../src/node/lock.ts";
import { rivals } from "./rivals.ts";

/** What happens just before the next system call. */
const before: { rename?: ((from: string) => Promise<void>) | undefined } = {};
vi.mock("node:fs/promises", async (original) => {
  const real = await original<typeof import("node:fs/promises")>();
  const rename: typeof real.rename = async (from, to) => {
    await before.rename?.(String(from));
    return real.rename(from, to);
  };
  return { ...real, rename };
});

let [folder, lock] = ["", ""];
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "align-uniform-"));
  lock = join(folder, "run.lock");
});
afterEach(() => rm(folder, { recursive: true }));

const holderIn = async (path: string): Promise<Record<string, unknown>> =>
  JSON.parse(await readFile(join(path, "holder.json"), "utf8"));

/** A lock as a process leaves it that is killed. */
async function leave(path: string, holder: string | object): Promise<void> {
  await mkdir(path, { recursive: true });
  await writeFile(join(path, "holder.json"), typeof holder === "string" ? holder : JSON.stringify(holder));
}

/** What this process would write. */
async function own(): Promise<Record<string, unknown>> {
  const release = await takeLock("run", lock);
  const holder = await holderIn(lock);
  await release();
  return holder;
}

/** A number that was in use and no longer is. */
const deadPid = (): number => spawnSync(process.execPath, ["--version"]).pid;
const alive = process.ppid;
const startOf = (pid: number): string =>
  readFileSync(`/proc/${pid}/stat`, "utf8")
    .replace(/^.*\) /s, "")
    .split(" ")[19];
const linux = process.platform === "linux";

describe("takeLock", () => {
  it("takes what is free, and gives it back", async () => {
    const release = await takeLock("run", lock);
    expect(await holderIn(lock)).toMatchObject({ pid: process.pid });
    await release();
    expect(await readdir(folder)).toEqual([]);
  });

  it("gives back no lock but its own", async () => {
    const release = await takeLock("run", lock);
    const mine = await holderIn(lock);
    await rm(lock, { recursive: true });
    await leave(lock, { ...mine, token: "other" });
    await release();
    expect(await readdir(folder)).toEqual(["run.lock"]);
    expect(await holderIn(lock)).toMatchObject({ token: "other" });
  });

  it("does not mind that its lock was deleted", async () => {
    const release = await takeLock("run", lock);
    await rm(lock, { recursive: true });
    await release();
    expect(await readdir(folder)).toEqual([]);
  });

  it("refuses what this process has", async () => {
    await takeLock("run", lock);
    await expect(takeLock("run", lock)).rejects.toThrow('"run" is in use by this process: close it first');
  });

  it.each([
    ["another process", { pid: alive, started: linux ? startOf(alive) : null }, `by process ${alive}: wait for it`],
    ["a process of which only its number can be told", { pid: alive, started: null }, `by process ${alive}: wait`],
    ["another machine", { host: "elsewhere", pid: 7 }, "by process 7 on elsewhere: wait for it"],
    ["another machine that starts again and again", { host: "elsewhere", boot: "other", pid: 7 }, "on elsewhere"],
    ["another container", { namespace: "pid:[1]", pid: 7 }, "by process 7 of another container: wait for it"],
  ])("refuses what %s has, naming the folder to delete", async (_, holder, message) => {
    const whole = { ...(await own()), ...holder };
    await leave(lock, whole);
    const refused = takeLock("run", lock);
    await expect(refused).rejects.toThrow(message);
    await expect(refused).rejects.toThrow(`if it has ended, delete the folder ${lock}`);
    expect(await holderIn(lock)).toEqual(whole);
    expect(await readdir(folder)).toEqual(["run.lock"]);
  });

  const gone: [string, () => object][] = [
    ["a process that has ended", () => ({ pid: deadPid() })],
    ["a machine that has started anew", () => ({ boot: "earlier", namespace: "pid:[1]" })],
    ...(linux
      ? [["a process whose number another one has now", () => ({ started: "1" })] as [string, () => object]]
      : []),
  ];
  it.each(gone)("takes over from %s", async (_, holder) => {
    const mine = await own();
    await leave(lock, { ...mine, ...holder() });
    const release = await takeLock("run", lock);
    expect(await holderIn(lock)).toEqual({ ...mine, token: expect.not.stringMatching(mine.token as string) });
    await release();
    expect(await readdir(folder)).toEqual([]);
  });

  it.each(["", "{", '{"pid":1}', "123\n"])("refuses a lock that says %j, naming it", async (text) => {
    await leave(lock, text);
    await expect(takeLock("run", lock)).rejects.toThrow(
      `${lock} does not say which process holds it: if none is at work there, delete the folder`,
    );
    expect(await readdir(folder)).toEqual(["run.lock"]);
  });

  it("refuses a folder of somebody else's, and a file", async () => {
    await mkdir(join(lock, "things"), { recursive: true });
    await expect(takeLock("run", lock)).rejects.toThrow(`${lock} does not say`);
    await rm(lock, { recursive: true });
    await writeFile(lock, "things");
    await expect(takeLock("run", lock)).rejects.toThrow(`cannot write ${lock}: ENOTDIR`);
    expect(await readdir(folder)).toEqual(["run.lock"]);
  });

  it.skipIf(process.platform === "win32")("does not wait for ever for what cannot be read", async () => {
    await mkdir(lock);
    await symlink(join(folder, "nothing"), join(lock, "holder.json"));
    await expect(takeLock("run", lock)).rejects.toThrow(`${lock} does not say which process holds it`);
  });

  it("puts a lock back that changed hands just before it was moved away", async () => {
    const mine = await own();
    const [dead, living] = [
      { ...mine, pid: deadPid(), token: "dead" },
      { ...mine, pid: alive, started: null, token: "living" },
    ];
    await leave(lock, dead);
    before.rename = async (from) => {
      if (from !== lock) return;
      before.rename = undefined; // now: another process takes the dead lock over
      await rm(lock, { recursive: true });
      await leave(lock, living);
    };
    await expect(takeLock("run", lock)).rejects.toThrow(`in use by process ${alive}`);
    expect(await holderIn(lock)).toEqual(living);
    expect(await readdir(folder)).toEqual(["run.lock"]);
  });

  it("removes what killed processes left, and nothing of those that are at work", async () => {
    const dead = { ...(await own()), pid: deadPid() };
    await leave(lock, { ...dead, token: "a" });
    await leave(`${lock}.b`, { ...dead, token: "b" }); // killed before it had the lock
    await leave(`${lock}.c`, { ...dead, pid: alive, started: null, token: "c" });
    await (await takeLock("run", lock))();
    expect(await readdir(folder)).toEqual(["run.lock.c"]);
  });

  it("gives a dead lock to one of many processes that come at once", async () => {
    const dead = { ...(await own()), pid: deadPid() };
    const take = 'import { takeLock } from "./src/node/lock.ts"; const take = (lock) => takeLock("run", lock);';
    const all = await rivals(folder, take);
    try {
      for (let round = 0; round < 50; round++) {
        const target = join(folder, `${round}.lock`);
        await leave(target, { ...dead, token: `dead-${round}` });
        const told = await all.take(target);
        const refused = told.filter((text) => text.startsWith('"run" is in use by process '));
        expect([...refused, "taken"].sort(), `round ${round}`).toEqual(told.sort());
      }
    } finally {
      all.end();
    }
  });
});
