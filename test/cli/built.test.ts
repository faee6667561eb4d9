import { type ChildProcess, execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { copyFile, mkdtemp, readdir, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import packageJson from "../../package.json" with { type: "json" };
import { root } from "../house/source.ts";
import { writeDigits } from "./digits.ts";

const execute = promisify(execFile);

let folder: string;

/** A job that takes seconds: 48 digits, 6 steps a pass. */
const few = ["--data", "digits", "--batch-size", "8"];

/** Starts the built command line, as `node dist/cli/main.js ...`. */
const start = (...argv: string[]): ChildProcess =>
  spawn(process.execPath, [join(folder, packageJson.bin["align-uniform"]), ...argv], { cwd: folder });

/** All that a stream of it brings. */
async function textOf(stream: ChildProcess["stdout"]): Promise<string> {
  return stream ? (await stream.setEncoding("utf8").toArray()).join("") : "";
}

// A build of its own: what is tested is today's source, whether dist/ is there, older or being built.
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "align-uniform-built-"));
  await copyFile(join(root, "package.json"), join(folder, "package.json"));
  await symlink(join(root, "node_modules"), join(folder, "node_modules"));
  await execute(process.execPath, [join(root, "scripts/build.mjs"), join(folder, "dist")]);
  await writeDigits(join(folder, "digits"), { train: 48, test: 20 });
}, 120_000);
afterAll(() => rm(folder, { recursive: true }));

describe("the built command line", () => {
  it("runs by every name it can be started under", async () => {
    const main = packageJson.bin["align-uniform"];
    await symlink(join(folder, main), join(folder, "link"));
    for (const name of [main, main.replace(".js", ""), "link"]) {
      const { stdout } = await execute(process.execPath, [name, "--version"], { cwd: folder });
      expect(stdout).toBe(`${packageJson.version}\n`);
    }
    expect((await execute(join(folder, main), ["--version"])).stdout).toBe(`${packageJson.version}\n`);
  });

  it("stops at Ctrl-C, saves, and goes on from there", async () => {
    const child = start("train", "mnist", ...few, "--epochs", "1000", "--out", "run");
    const [out, err] = [textOf(child.stdout), textOf(child.stderr)];
    child.stderr?.once("data", () => child.kill("SIGINT")); // the first step
    expect(await once(child, "close")).toEqual([130, null]);
    expect(await out).toBe("");
    expect(await err).toMatch(
      /\nstopped after \d+ of 6000 steps; they are saved in run\nto go on: .*train mnist --resume --data digits --out run\n$/,
    );

    const resumed = start("train", "mnist", "--resume", "--data", "digits", "--out", "run");
    const more = textOf(resumed.stderr);
    resumed.stderr?.once("data", () => resumed.kill("SIGTERM"));
    expect(await once(resumed, "close")).toEqual([130, null]);
    expect(await more).toMatch(/^resuming run after \d+ of 6000 steps\n/);
    expect((await readdir(join(folder, "run"))).sort()).toEqual(["checkpoint.safetensors", "log.jsonl"]);
  });

  it("survives SIGKILL at random moments: resumed, it ends with the bits of a run that nothing interrupted", async () => {
    const argv = [
      "--cli",
      join(folder, packageJson.bin["align-uniform"]),
      "--kills",
      "5",
      "--",
      ...few,
      "--epochs",
      "4",
    ];
    const { stdout } = await execute(process.execPath, [join(root, "scripts/crash.mjs"), ...argv], { cwd: folder });
    expect(stdout).toMatch(/^uninterrupted: 24 steps/);
    expect(stdout.match(/^kill \d/gm)).toHaveLength(5);
    expect(stdout).toMatch(/\n5 kills in \d+ runs: every run ended with the bits of the uninterrupted one\n$/);
  }, 240_000);

  it("does not mind that nobody reads what it prints", async () => {
    const help = start("--help");
    help.stdout?.destroy();
    const err = textOf(help.stderr);
    expect(await once(help, "close")).toEqual([0, null]);
    expect(await err).toBe("");

    const wrong = start("fly");
    wrong.stderr?.destroy();
    expect(await once(wrong, "exit")).toEqual([2, null]);

    const training = start("train", "mnist", ...few, "--epochs", "1000", "--out", "unwatched");
    const ended = once(training, "exit");
    training.stderr?.destroy();
    const epoch2 = async () => (await readFile(join(folder, "unwatched/log.jsonl"), "utf8")).includes('"epoch":2');
    while (training.exitCode === null && !(await epoch2().catch(() => false))) await setTimeout(50);
    training.kill("SIGINT");
    expect(await ended).toEqual([130, null]);
  });
});

describe("the built package", () => {
  it("names the holders of everything that is inside the browser file with gpu.js", async () => {
    const licences = await readFile(join(folder, "dist/browser-gpu.LICENSES.txt"), "utf8");
    for (const name of ["gpu.js", "acorn", "gpu-mock.js"])
      expect(licences).toMatch(new RegExp(`^${name} [\\d.]+ \\(MIT\\)$`, "m"));
    expect(licences).toContain("various contributors (see AUTHORS)"); // acorn's
    expect(licences).not.toMatch(/^webgpu /m); // a dependency of gpu.js that is not in its file for browsers
    expect(licences).not.toContain("no licence file");
  });

  it("has types for all that its entries export", async () => {
    const program = [
      'import { gpu, tensor } from "align-uniform/browser-gpu.js";',
      'import { matmul } from "align-uniform/browser.js";',
      'import { version } from "align-uniform/node";',
      "export const x: string = version;",
      "export const y: Promise<unknown> = gpu().then((device) => matmul(tensor([[1]], { device }), tensor([[2]])));",
    ];
    await writeFile(join(folder, "program.ts"), program.join("\n"));
    const options = ["--noEmit", "--strict", "--module", "nodenext", "--target", "es2023", "--types", "node"];
    const tsc = join(root, "node_modules/.bin/tsc");
    const { stdout } = await execute(tsc, [...options, "program.ts"], { cwd: folder }).catch((error) => error);
    expect(stdout).toBe("");
  });
});
