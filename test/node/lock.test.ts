import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { build } from "esbuild";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { takeLock } from "../../src/node/lock.ts";

let [folder, file] = ["", ""];
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "align-uniform-"));
  file = join(folder, "run.lock");
});
afterEach(() => rm(folder, { recursive: true }));

/** What this process would write. */
async function ownLock(): Promise<Record<string, unknown>> {
  const release = await takeLock("run", file);
  const own = JSON.parse(await readFile(file, "utf8"));
  await release();
  return own;
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
  it("takes what is free, gives it back, and removes no lock but its own", async () => {
    const release = await takeLock("run", file);
    expect(JSON.parse(await readFile(file, "utf8"))).toMatchObject({ pid: process.pid });
    await release();
    expect(await readdir(folder)).toEqual([]);
    const again = await takeLock("run", file);
    const other = JSON.stringify({ ...(await readFile(file, "utf8").then(JSON.parse)), token: "other" });
    await writeFile(file, other);
    await again();
    expect(await readFile(file, "utf8")).toBe(other);
  });

  it("refuses what this process has", async () => {
    await takeLock("run", file);
    await expect(takeLock("run", file)).rejects.toThrow('"run" is in use by this process: close it first');
  });

  it.each([
    ["another process", { pid: alive, started: linux ? startOf(alive) : null }, `by process ${alive}: wait for it`],
    ["another machine", { host: "elsewhere", pid: 7 }, "by process 7 on elsewhere: wait for it"],
    ["another machine that starts again and again", { host: "elsewhere", boot: "other", pid: 7 }, "on elsewhere"],
    ["another container", { namespace: "pid:[1]", pid: 7 }, "by process 7 of another container: wait for it"],
  ])("refuses what %s has, naming the file to delete", async (_, holder, message) => {
    const text = JSON.stringify({ ...(await ownLock()), ...holder });
    await writeFile(file, text);
    const refused = takeLock("run", file);
    await expect(refused).rejects.toThrow(message);
    await expect(refused).rejects.toThrow(`if it has ended, delete ${file}`);
    expect(await readFile(file, "utf8")).toBe(text);
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
    const own = await ownLock();
    await writeFile(file, JSON.stringify({ ...own, ...holder() }));
    const release = await takeLock("run", file);
    expect(JSON.parse(await readFile(file, "utf8"))).toEqual({
      ...own,
      token: expect.not.stringMatching(own.token as string),
    });
    await release();
    expect(await readdir(folder)).toEqual([]);
  });

  it.each(["", "{", '{"pid":1}', "123\n"])("takes over what was never written whole: %j", async (text) => {
    await writeFile(file, text);
    const release = await takeLock("run", file);
    await release();
    expect(await readdir(folder)).toEqual([]);
  });

  it("takes over from one that was killed while it took over", async () => {
    const dead = { ...(await ownLock()), pid: deadPid() };
    await writeFile(file, JSON.stringify({ ...dead, token: "a" }));
    await writeFile(`${file}.a`, JSON.stringify({ ...dead, token: "b" }));
    const release = await takeLock("run", file);
    await release();
    expect(await readdir(folder)).toEqual([]);
  });

  it("gives a dead lock to one of many processes that come at once", async () => {
    const program = join(folder, "take.mjs");
    const stdin = `
      import { takeLock } from "./src/node/lock.ts";
      let release;
      process.on("message", async (file) => {
        if (file === undefined) return;
        await release?.();
        release = undefined;
        try {
          release = await takeLock("run", file);
          process.send("taken");
        } catch (error) {
          process.send(error.message);
        }
      });
      process.send("ready");`;
    const bundle = { bundle: true, format: "esm", platform: "node", outfile: program } as const;
    await build({ ...bundle, stdin: { contents: stdin, resolveDir: process.cwd(), loader: "ts" } });
    const dead = { ...(await ownLock()), pid: deadPid() };
    const options = { stdio: ["ignore", "inherit", "inherit", "ipc"] as ("ignore" | "inherit" | "ipc")[] };
    const takers: ChildProcess[] = Array.from({ length: 6 }, () => spawn(process.execPath, [program], options));
    try {
      await Promise.all(takers.map((taker) => once(taker, "message")));
      for (let round = 0; round < 50; round++) {
        const target = join(folder, `${round}.lock`);
        await writeFile(target, JSON.stringify({ ...dead, token: `dead-${round}` }));
        const answers = takers.map(async (taker): Promise<string> => {
          const answer = once(taker, "message");
          taker.send(target);
          return (await answer)[0];
        });
        const told = await Promise.all(answers);
        expect(
          told.filter((text) => text === "taken"),
          told.join("\n"),
        ).toHaveLength(1);
        expect(told.filter((text) => text !== "taken" && !text.startsWith('"run" is in use by process '))).toEqual([]);
      }
    } finally {
      for (const taker of takers) taker.kill("SIGKILL");
    }
  });
});
