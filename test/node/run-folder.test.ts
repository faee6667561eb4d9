import { spawnSync } from "node:child_process";
import { appendFile, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createRunFolder, openRunFolder } from "../../src/node/index.ts";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "align-uniform-"));
});
afterEach(() => rm(folder, { recursive: true }));

const steps = [1, 2, 3].map((step) => ({ type: "step", step }));

describe("createRunFolder", () => {
  it("moves an earlier run to the next free number and starts empty", async () => {
    const out = join(folder, "runs", "mnist");
    const first = await createRunFolder(out);
    expect(first.moved).toBeUndefined();
    await first.write("log.jsonl", "first");
    await first.close();
    await mkdir(`${out}.1`);
    const second = await createRunFolder(`${out}/`);
    expect(second).toMatchObject({ path: out, moved: `${out}.2` });
    await second.close();
    expect(await readdir(out)).toEqual([]);
    expect(await readFile(join(`${out}.2`, "log.jsonl"), "utf8")).toBe("first");
  });

  it("moves what a process left that was killed at once", async () => {
    const out = join(folder, "run");
    await createRunFolder(out); // neither log nor checkpoint, only the lock
    expect((await createRunFolder(out)).moved).toBe(`${out}.1`);
  });

  it("logs one line of JSON a record, and reads them again", async () => {
    const run = await createRunFolder(join(folder, "run"));
    expect(await run.records()).toEqual([]);
    await run.log(steps[0]);
    await run.log(steps[1], { durable: true });
    expect(await readFile(join(run.path, "log.jsonl"), "utf8")).toBe(
      '{"type":"step","step":1}\n{"type":"step","step":2}\n',
    );
    expect(await run.records()).toEqual(steps.slice(0, 2));
  });

  it.each([
    ["a torn end", '{"type":"st'],
    ["an end without its line break", '{"type":"step","step":3}'],
    ["zeros that a power cut left", "\0\0\0\0\n"],
    ["zeros before whole lines", '\0\0{"type":"step","step":3}\n{"type":"step","step":4}\n'],
  ])("reads a log up to %s, and rewrites it whole", async (_, tail) => {
    const run = await createRunFolder(join(folder, "run"));
    for (const step of steps.slice(0, 2)) await run.log(step);
    await appendFile(join(run.path, "log.jsonl"), tail);
    const whole = await run.records();
    expect(whole).toEqual(steps.slice(0, 2));
    await run.rewriteLog(whole);
    await run.log(steps[2]);
    expect(await run.records()).toEqual(steps);
  });
});

describe("openRunFolder", () => {
  it("opens a folder with a checkpoint where it is, and no other", async () => {
    const out = join(folder, "run");
    expect(await openRunFolder(out)).toBeUndefined();
    const first = await createRunFolder(out);
    await first.log(steps[0]);
    expect(await openRunFolder(out)).toBeUndefined();
    await first.write("checkpoint.safetensors", "weights");
    await first.close();
    const again = await openRunFolder(out);
    expect(again).toMatchObject({ path: out, moved: undefined, checkpoint: join(out, "checkpoint.safetensors") });
    expect(await again?.records()).toEqual(steps.slice(0, 1));
  });

  it("removes what a killed process had half written, and nothing else", async () => {
    const out = join(folder, "run");
    const first = await createRunFolder(out);
    for (const name of ["checkpoint.safetensors", "notes.tmp", "log.jsonl.tmp"]) await first.write(name, "");
    await first.close();
    for (const name of ["checkpoint.safetensors", "log.jsonl", "report.html"]) {
      await writeFile(join(out, `${name}.01234567-89ab-cdef-0123-456789abcdef.tmp`), "half");
    }
    await (await openRunFolder(out))?.close();
    expect((await readdir(out)).sort()).toEqual(["checkpoint.safetensors", "log.jsonl.tmp", "notes.tmp"]);
  });

  it("is refused while another process has the folder; a lock whose process has ended is taken over", async () => {
    const out = join(folder, "run");
    const first = await createRunFolder(out);
    await first.write("checkpoint.safetensors", "weights");
    const lock = join(out, "run.lock");
    expect(await readFile(lock, "utf8")).toBe(`${process.pid}\n`);

    await writeFile(lock, `${process.ppid}\n`);
    const busy = `"${out}" is in use by process ${process.ppid}: wait for it or name another folder; if that is no run`;
    await expect(openRunFolder(out)).rejects.toThrow(busy);
    await expect(createRunFolder(out)).rejects.toThrow(busy);
    expect(await readdir(folder)).toEqual(["run"]);

    const { pid } = spawnSync(process.execPath, ["--version"]); // a number that was in use and no longer is
    for (const stale of [`${pid}\n`, "", "nonsense"]) {
      await writeFile(lock, stale);
      const taken = await openRunFolder(out);
      expect(await readFile(lock, "utf8")).toBe(`${process.pid}\n`);
      await taken?.close();
      expect(await readdir(out)).toEqual(["checkpoint.safetensors"]);
    }
  });
});
