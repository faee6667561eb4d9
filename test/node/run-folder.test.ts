import { existsSync, statSync } from "node:fs";
import {
  appendFile,
  type FileHandle,
  mkdir,
  mkdtemp,
  open,
  readdir,
  readFile,
  realpath,
  rm,
  symlink,
  writeFile,
} from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { createRunFolder, openRunFolder } from "../../src/node/index.ts";
import { rivals } from "./rivals.ts";

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
    expect(await readdir(`${out}.2`)).toEqual(["log.jsonl"]);
    expect(await readFile(join(`${out}.2`, "log.jsonl"), "utf8")).toBe("first");
  });

  it("takes an empty folder as it is, also where a process was killed before it wrote anything", async () => {
    const out = join(folder, "run");
    await mkdir(join(out, "run.lock.0"), { recursive: true });
    expect((await createRunFolder(out)).moved).toBeUndefined();
    expect(await readdir(folder)).toEqual(["run"]);
  });

  it("gives the folder of an earlier run to one of many processes that come at once", async () => {
    const take =
      'import { createRunFolder } from "./src/node/index.ts"; const take = async (path) => (await createRunFolder(path)).close;';
    const all = await rivals(folder, take);
    try {
      for (let round = 0; round < 30; round++) {
        const out = join(folder, `${round}`);
        await mkdir(out);
        await writeFile(join(out, "log.jsonl"), "earlier");
        const told = await all.take(out);
        const refused = told.filter((text) => text.startsWith(`"${out}" is in use by process `));
        expect([...refused, "taken"].sort(), `round ${round}`).toEqual(told.sort());
        expect(await readdir(`${out}.1`)).toContain("log.jsonl");
        expect(await readdir(folder)).not.toContain(`${round}.2`);
        expect(await readdir(out)).toEqual(["run.lock"]);
      }
    } finally {
      all.end();
    }
  });

  it.skipIf(process.platform === "win32")("has the disk keep the names that are new, from the top", async () => {
    const probe = await open(folder, "r");
    const prototype: FileHandle = Object.getPrototypeOf(probe);
    await probe.close();
    const synced: number[] = [];
    vi.spyOn(prototype, "sync").mockImplementation(async function (this: FileHandle) {
      synced.push((await this.stat()).ino);
    });
    const inode = (path: string): number => statSync(path).ino;
    try {
      await (await createRunFolder(join(folder, "a", "b", "run"))).close();
      expect(synced.slice(-3)).toEqual([join(folder, "a", "b"), join(folder, "a"), folder].map(inode));
      await writeFile(join(folder, "a", "b", "run", "log.jsonl"), "");
      await (await createRunFolder(join(folder, "a", "b", "run"))).close(); // moves the first
      expect(synced.at(-1)).toBe(inode(join(folder, "a", "b")));
    } finally {
      vi.restoreAllMocks();
    }
  });

  it("of a link moves what the link leads to", async () => {
    const [real, name] = [join(await realpath(folder), "real"), join(folder, "name")];
    await (await createRunFolder(real)).close();
    await writeFile(join(real, "log.jsonl"), "");
    await symlink(real, name);
    const run = await createRunFolder(name);
    expect(run).toMatchObject({ path: real, moved: `${real}.1` });
    await expect(createRunFolder(real)).rejects.toThrow("is in use by this process");
  });

  it("refuses a link that leads nowhere", async () => {
    await symlink(join(folder, "nothing"), join(folder, "name"));
    await expect(createRunFolder(join(folder, "name"))).rejects.toThrow("exists and is no earlier run");
    expect(await readdir(folder)).toEqual(["name"]);
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
    ["a line that is no record", "null\n"],
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

  it("and createRunFolder refuse a folder that is open, until it is closed", async () => {
    const out = join(folder, "run");
    const first = await createRunFolder(out);
    await first.write("checkpoint.safetensors", "weights");
    for (const open of [openRunFolder, createRunFolder]) {
      await expect(open(out)).rejects.toThrow(`"${out}" is in use by this process: close it first`);
    }
    expect(await readdir(folder)).toEqual(["run"]);
    expect((await readdir(out)).sort()).toEqual(["checkpoint.safetensors", "run.lock"]);
    await first.close();
    await (await openRunFolder(out))?.close();
    expect(await readdir(out)).toEqual(["checkpoint.safetensors"]);
  });

  it.skipIf(!existsSync("/proc/tty/ldisc"))("gives up where nothing can be made", async () => {
    await expect(createRunFolder("/proc/tty/ldisc")).rejects.toThrow("cannot write /proc/tty/ldisc/run.lock: ENOENT");
  });

  it("gives the folder back when it cannot be opened", async () => {
    const out = join(folder, "run");
    await writeFile(out, "no folder");
    for (let i = 0; i < 2; i++) await expect(createRunFolder(out)).rejects.toThrow("is no earlier run");
    expect(await readdir(folder)).toEqual(["run"]);
  });
});

describe("a run folder", () => {
  it("sets a file aside under another name", async () => {
    const run = await createRunFolder(join(folder, "run"));
    expect(await run.setAside("report.html", "report-1.html")).toBeUndefined();
    await run.write("report.html", "old");
    expect(await run.setAside("report.html", "report-1.html")).toBe(join(run.path, "report-1.html"));
    expect(await readdir(run.path)).toEqual(["report-1.html", "run.lock"]);
  });

  it("names the file that cannot be written", async () => {
    const run = await createRunFolder(join(folder, "run"));
    for (const name of ["log.jsonl", "report.html"]) await mkdir(join(run.path, name));
    const [log, report] = ["log.jsonl", "report.html"].map((name) => join(run.path, name));
    await expect(run.log(steps[0])).rejects.toThrow(`cannot write ${log}: it is a folder, a file is needed (EISDIR`);
    await expect(run.rewriteLog(steps)).rejects.toThrow(`cannot write ${log}: `);
    await expect(run.write("report.html", "")).rejects.toThrow(`cannot write ${report}: `);
    await expect(run.records()).rejects.toThrow(`cannot read ${log}: `);
  });
});
