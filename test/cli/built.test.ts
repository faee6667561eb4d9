import { type ChildProcess, execFile, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { existsSync, rmSync } from "node:fs";
import { copyFile, cp, mkdir, mkdtemp, open, readdir, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join, relative } from "node:path";
import { setTimeout } from "node:timers/promises";
import { promisify } from "node:util";
import { type BuildOptions, build as esbuild } from "esbuild";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import packageJson from "../../package.json" with { type: "json" };
import { writeNpy } from "../../src/formats/index.ts";
import { Random } from "../../src/random.ts";
import { root } from "../house/source.ts";
import { writeCifar10, writeImageFolder, writeStl10 } from "../node/picture-files.ts";
import { writeDigits } from "./digits.ts";
import { metricsSample } from "./metrics-sample.ts";

const execute = promisify(execFile);
const haveParallel = spawnSync("parallel", ["--version"]).stdout?.includes("GNU parallel") ?? false;

let folder: string;
/** A copy of what is built from, with its own dist/. */
let project: string;

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
  await writeDigits(join(folder, "many"), { train: 600, test: 3000 });
  project = join(folder, "project");
  for (const name of ["src", "scripts", "package.json", "tsconfig.json", "tsconfig.build.json"]) {
    await cp(join(root, name), join(project, name), { recursive: true });
  }
  await cp(join(folder, "dist"), join(project, "dist"), { recursive: true });
  await symlink(join(root, "node_modules"), join(project, "node_modules"));
}, 120_000);
afterAll(() => rm(folder, { recursive: true }));

/** Paths of pictures in two classes. */
function byClass(train: number, test: number): string[] {
  const part = (name: string, count: number): string[] =>
    Array.from({ length: count }, (_, i) => `${name}/${["cat", "dog"][i % 2]}/${i}.png`);
  return [...part("train", train), ...part("val", test)];
}

const smallImagenet = ["--arch", "resnet18", "--image-size", "16", "--moco-k", "16", "--bn-splits", "2", "--mlp"];

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

  it("draws the figures of metrics with what the package brings, Plot but once", async () => {
    const reports = join(folder, "dist/cli/report");
    const { result, sketch } = await metricsSample({ n: 30, d: 3, noise: 0.2 });
    const { metricsFigures } = await import(join(reports, "metrics-figures.js"));
    const { renderMetricsReport } = await import(join(reports, "metrics-report.js"));
    const { pngOf } = await import(join(reports, "png.js"));
    expect(renderMetricsReport(result, sketch)).toMatch(/^<!doctype html>/);
    for (const { svg } of metricsFigures(result, sketch)) expect((await pngOf(svg)).length).toBeGreaterThan(5000);
    const shared = join(folder, "dist/cli/shared");
    const texts = await Promise.all((await readdir(shared)).map((name) => readFile(join(shared, name), "utf8")));
    expect(texts.filter((text) => text.includes("textOverflow"))).toHaveLength(1); // an option of Plot's marks
    expect(await readFile(join(reports, "font/LICENSE.txt"), "utf8")).toContain("SIL OPEN FONT LICENSE");
  });

  it("makes a figure, stopped and resumed, as SVG and PNG", async () => {
    const out = ["--out", "figures/sweep.svg", "--out", "figures/sweep.png"];
    const child = start("figure", "sweep", ...few, "--epochs", "1", ...out);
    const err = textOf(child.stderr);
    while (!existsSync(join(folder, "figures/sweep.json"))) await setTimeout(20); // the first encoder
    child.kill("SIGINT");
    expect(await once(child, "close")).toEqual([130, null]);
    expect(await err).toMatch(/\nstopped after \d+ of 12 parts; they are kept in figures\/sweep\.json: .*--resume/);
    expect(await readdir(join(folder, "figures"))).toEqual(["sweep.json"]);
    const resumed = start("figure", "sweep", "--data", "digits", "--resume", ...out);
    expect(await once(resumed, "close")).toEqual([0, null]);
    expect((await readdir(join(folder, "figures"))).sort()).toEqual(["sweep.json", "sweep.png", "sweep.svg"]);
    const png = await readFile(join(folder, "figures/sweep.png"));
    expect([png.subarray(1, 4).toString(), png.length > 20_000]).toEqual(["PNG", true]);
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

  it("stops soon while it encodes", async () => {
    const child = start("train", "mnist", "--data", "many", "--batch-size", "200", "--out", "encoding");
    const encodes = /encoding test views/; // nine thousand pictures: seconds
    const { milliseconds, err } = await signalled(child, encodes, ["SIGINT"]);
    expect(err).toContain("stopped while measuring; the trained weights are saved\nto go on: ");
    expect(child.exitCode).toBe(130);
    expect(milliseconds).toBeLessThan(1500);
  });

  it("takes a Ctrl-C that comes twice, as npm hands it on, for one", async () => {
    const child = start("train", "mnist", ...few, "--epochs", "1000", "--out", "twice");
    const { err } = await signalled(child, /epoch 1/, ["SIGINT", "SIGINT", "SIGINT"]);
    expect(child.exitCode).toBe(130);
    expect(err).toMatch(/stopped after \d+ of 6000 steps; they are saved in twice/);
  });

  it.skipIf(process.platform === "win32").each(["SIGINT", "SIGTERM"] as const)(
    "ends at the second %s, whatever it waits for",
    async (signal) => {
      const endless = join(folder, `endless-${signal}`);
      await mkdir(endless);
      const pipe = join(endless, "train-images-idx3-ubyte");
      await execute("mkfifo", [pipe]);
      const child = start("train", "mnist", "--data", endless, "--out", signal);
      const ended = once(child, "close");
      const writer = await open(pipe, "w"); // opens once the child reads
      child.kill(signal);
      await setTimeout(1000);
      expect([child.exitCode, child.signalCode]).toEqual([null, null]);
      child.kill(signal);
      expect(await ended).toEqual([null, signal]);
      await writer.close();
      expect(existsSync(join(folder, signal))).toBe(false);
    },
  );

  it("ends as it began when dist/ is built anew meanwhile", async () => {
    await cp(join(folder, "dist"), join(folder, "older"), { recursive: true });
    const argv = [join(folder, "older/cli/main.js"), "train", "mnist", ...few, "--out", "rebuilt", "--json"];
    const child = spawn(process.execPath, argv, { cwd: folder });
    const err = textOf(child.stderr);
    child.stderr?.once("data", () => rmSync(join(folder, "older"), { recursive: true })); // the first step
    expect([await once(child, "close"), await err]).toEqual([[0, null], expect.stringContaining("report: rebuilt")]);
    expect(await readdir(join(folder, "rebuilt"))).toContain("report.html");
  });

  it("survives SIGKILL at random moments: resumed, it ends with the bits of a run that nothing interrupted", async () => {
    const argv = [
      "--cli",
      join(folder, packageJson.bin["align-uniform"]),
      "--kills",
      "8",
      "--",
      ...few,
      "--epochs",
      "4",
    ];
    const { stdout } = await execute(process.execPath, [join(root, "scripts/crash.mjs"), ...argv], { cwd: folder });
    expect(stdout).toMatch(/^uninterrupted: 24 steps/);
    expect(stdout.match(/^kill \d/gm)).toHaveLength(8);
    expect(stdout).toMatch(/^before the folder [1-9], training [1-9], at a checkpoint write [1-9], measuring [1-9]$/m);
    expect(stdout).toMatch(/\n\d+ kills in \d+ runs: every run ended with the bits of the uninterrupted one\n$/);
  }, 240_000);

  it.each([
    ["cifar10", () => writeCifar10(join(folder, "cifar10"), { train: [24], test: 8 }), []],
    ["imagenet", () => writeImageFolder(join(folder, "imagenet"), byClass(24, 8), [24, 20]), smallImagenet],
  ] as const)(
    "survives SIGKILL while it trains %s, in like manner",
    async (task, write, flags) => {
      await write();
      const own = ["--data", join(folder, task), "--batch-size", "8", "--epochs", "8", ...flags];
      const cli = join(folder, packageJson.bin["align-uniform"]);
      const argv = ["--task", task, "--cli", cli, "--kills", "4", "--", ...own];
      const { stdout } = await execute(process.execPath, [join(root, "scripts/crash.mjs"), ...argv], { cwd: folder });
      expect(stdout).toMatch(/^uninterrupted: 24 steps/);
      expect(stdout).toMatch(/\n\d+ kills in \d+ runs: every run ended with the bits of the uninterrupted one\n$/);
    },
    240_000,
  );

  it("tells what went wrong in a step while threads make views, and leaves no lock", async () => {
    await writeCifar10(join(folder, "diverging"), { train: [24], test: 8 });
    const argv = ["train", "cifar10", "--data", "diverging", "--batch-size", "8", "--lr", "1e30", "--out", "diverged"];
    const child = start(...argv);
    const err = textOf(child.stderr);
    expect(await once(child, "close")).toEqual([1, null]);
    expect(await err).toMatch(/a learning rate too large/);
    expect(await readdir(join(folder, "diverged"))).not.toContain("run.lock");
  }, 60_000);

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

describe("the built metrics", () => {
  const x = "embeddings.npy";
  beforeAll(async () => {
    const data = new Float32Array(40_000 * 48);
    new Random(1).fillNormal(data, 0.1);
    await writeFile(join(folder, x), writeNpy({ shape: [40_000, 48], data }));
  });

  // apt-get install parallel; .ci/run does. Without it the spec is skipped, but not in CI.
  it.skipIf(!haveParallel && !process.env.CI)(
    "come, in parts that GNU parallel makes, to the bits of the whole",
    async () => {
      const main = join(folder, packageJson.bin["align-uniform"]);
      const part = [process.execPath, main, "metrics", x, "--t", "2,1", "--shard", "{}/7", "--out", "part-{}.json"];
      const numbers = ["1", "2", "3", "4", "5", "6", "7"];
      await execute("parallel", ["--will-cite", "--jobs", "2", ...part, ":::", ...numbers], { cwd: folder });
      const parts = numbers.map((i) => `part-${i}.json`);
      const run = (...argv: string[]) => execute(process.execPath, [main, ...argv], { cwd: folder });
      const [merged, whole] = [await run("merge", ...parts, "--json"), await run("metrics", x, "--t", "2,1", "--json")];
      const [{ seconds: _, ...a }, { seconds: __, ...b }] = [JSON.parse(merged.stdout), JSON.parse(whole.stdout)];
      expect(a).toEqual(b);
    },
    120_000,
  );

  it("stop at Ctrl-C with no file, whole or half", async () => {
    for (const argv of [
      ["--html", "report.html", "--figures", "figures"],
      ["--shard", "1/1", "--out", "part.json"],
    ]) {
      // biome-ignore format: short
      const files = await readdir(folder);
      const child = start("metrics", x, "--device", "reference", ...argv); // takes a minute
      const err = textOf(child.stderr);
      await setTimeout(1500);
      const begun = performance.now();
      child.kill("SIGINT");
      expect([await once(child, "close"), await err]).toEqual([[130, null], "stopped; no file was written\n"]);
      expect(performance.now() - begun).toBeLessThan(3000);
      expect(await readdir(folder)).toEqual(files);
    }
  });
});

/** Sends the signals, one soon after the other, when standard error reads so: how long it then took to end, and its text. */
async function signalled(
  child: ChildProcess,
  when: RegExp,
  signals: readonly NodeJS.Signals[],
): Promise<{ milliseconds: number; err: string }> {
  const ended = once(child, "close");
  let [err, sent] = ["", 0];
  child.stderr?.setEncoding("utf8").on("data", async (text) => {
    err += text;
    if (sent > 0 || !when.test(err)) return;
    sent = performance.now();
    for (const signal of signals) {
      child.kill(signal);
      await setTimeout(20); // two that wait to be seen count as one
    }
  });
  await ended;
  if (sent === 0) throw new Error(`ended before its moment came:\n${err}`);
  return { milliseconds: performance.now() - sent, err };
}

describe("npm start", () => {
  it.skipIf(process.platform === "win32")(
    "speaks at once, hands on its flags, and passes SIGTERM on to the job",
    async () => {
      const data = join(folder, "digits");
      const out = join(folder, "started");
      const flags = ["--data", data, "--batch-size", "8", "--epochs", "1000", "--out", out];
      const child = spawn("npm", ["start", "--", ...flags], { cwd: project });
      const begun = performance.now();
      let spoke = Number.NaN;
      child.stderr.once("data", () => {
        spoke = performance.now() - begun;
      });
      const { milliseconds, err } = await signalled(child, /epoch 1\/1000/, ["SIGTERM"]);
      expect(err).toMatch(/^building dist\/\n/m);
      expect(spoke).toBeLessThan(10_000);
      expect(err).toMatch(
        /stopped after \d+ of 6000 steps; they are saved in .*started\nto go on: npm start -- --resume/,
      );
      expect(milliseconds).toBeLessThan(10_000);
      expect(existsSync(join(out, "run.lock"))).toBe(false); // the job itself has ended, in good order
    },
    120_000,
  );
});

describe("a build", () => {
  it("that fails leaves the dist/ that was there, and nothing else", async () => {
    const before = await readdir(join(project, "dist"));
    const others = (await readdir(project)).sort();
    await writeFile(join(project, "src/wrong.ts"), 'export const wrong: number = "text";\n');
    try {
      const failed = execute(process.execPath, ["scripts/build.mjs"], { cwd: project });
      await expect(failed).rejects.toMatchObject({ code: 2, stdout: expect.stringContaining("wrong.ts") });
      expect(await readdir(join(project, "dist"))).toEqual(before);
      expect((await readdir(project)).sort()).toEqual(others);
    } finally {
      await rm(join(project, "src/wrong.ts"));
    }
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

  it("is a few files for Node, whose maps lead to sources that it brings", async () => {
    const shared = (await readdir(join(folder, "dist/shared"))).map((name) => `shared/${name}`);
    const files = ["index.js", "gpu.js", "node.js", "testing.js", ...shared.filter((name) => name.endsWith(".js"))];
    expect(files.length).toBeLessThanOrEqual(12);
    const pack = ["pack", "--dry-run", "--json", "--ignore-scripts"];
    const [{ files: packed }] = JSON.parse((await execute("npm", pack, { cwd: root })).stdout);
    const brought = new Set<string>(packed.map(({ path }: { path: string }) => path));
    const types = (await readdir(join(folder, "dist"), { recursive: true })).filter((name) => name.endsWith(".d.ts"));
    expect(types.length).toBeGreaterThan(200);
    for (const file of [...files, ...types.filter((name) => name !== "browser-gpu.d.ts")]) {
      const map = JSON.parse(await readFile(join(folder, "dist", `${file}.map`), "utf8"));
      const sources: string[] = map.sources.map((path: string) => join(folder, "dist", dirname(file), path));
      expect(sources.map((path) => relative(root, path)).filter((path) => !brought.has(path))).toEqual([]);
    }
  });

  it("has one class of tensors for all its entries", async () => {
    const files = [
      ...(await readdir(join(folder, "dist/shared"))).map((name) => `shared/${name}`),
      "index.js",
      "gpu.js",
    ];
    const texts = await Promise.all(
      [...files, "node.js", "testing.js"].map((file) => readFile(join(folder, "dist", file), "utf8")),
    );
    expect(texts.filter((text) => /class Tensor extends/.test(text))).toHaveLength(1);
  });

  it("has classes under their names", async () => {
    const program =
      'for (const entry of ["", "/gpu", "/node", "/testing"]) for (const [name, value] of Object.entries(await import("align-uniform" + entry)))\n' +
      "  if (/^class /.test(String(value)) && value.name !== name) console.log(entry, name, value.name);\n" +
      'console.log(Object.keys(await import("align-uniform")).includes("Tensor"));';
    await writeFile(join(folder, "names.mjs"), program);
    expect((await execute(process.execPath, ["names.mjs"], { cwd: folder })).stdout).toBe("true\n");
  });

  it("goes through a bundler without its optional packages, and says at work which one it lacks", async () => {
    const user = await mkdtemp(join(tmpdir(), "align-uniform-user-"));
    const own = join(user, "node_modules/align-uniform");
    await mkdir(own, { recursive: true });
    await cp(join(folder, "dist"), join(own, "dist"), { recursive: true });
    await copyFile(join(root, "package.json"), join(own, "package.json"));
    await writeFile(join(user, "package.json"), "{}");
    await writeFile(
      join(user, "app.mjs"),
      `import { readParquet, tensor } from "align-uniform";
      import { gpu } from "align-uniform/gpu";
      const told = (error) => console.log(error.message);
      console.log(tensor([1, 2]).add(1).sum().itemSync());
      await gpu({ mode: "cpu" }).catch(told);
      await readParquet(Uint8Array.from([..."PAR1"].map((c) => c.charCodeAt(0)))).catch(told);`,
    );
    const app: BuildOptions = { entryPoints: ["app.mjs"], bundle: true, format: "esm", logLevel: "error" };
    await esbuild({ ...app, absWorkingDir: user, platform: "browser", outfile: "page.mjs" });
    await esbuild({ ...app, absWorkingDir: user, platform: "node", outfile: "bundled.mjs" });
    const { stdout } = await execute(process.execPath, ["bundled.mjs"], { cwd: user });
    expect(stdout).toMatch(/^5\n.*npm i gpu\.js.*\nreadParquet: .* npm i hyparquet\n$/);
    await rm(user, { recursive: true });
  });

  it("keeps the methods through a bundler", async () => {
    // Where package.json says that there are side effects; bundlers differ in what they drop elsewhere.
    expect(await readFile(join(folder, "dist/index.js"), "utf8")).toContain("// src/ops/methods.ts");
    await writeFile(
      join(folder, "bundled.ts"),
      'import { tensor } from "align-uniform";\nimport { gpu } from "align-uniform/gpu";\nconst x = tensor([[0, 1]], { device: await gpu({ mode: "cpu" }) });\nconsole.log((await x.exp().sum().item()).toFixed(3));\n',
    );
    await esbuild({
      absWorkingDir: folder,
      entryPoints: ["bundled.ts"],
      outfile: "bundled.mjs",
      external: ["gpu.js", "webgpu", "hyparquet*"],
      bundle: true,
      minify: true,
      format: "esm",
      platform: "node",
    });
    expect((await execute(process.execPath, ["bundled.mjs"], { cwd: folder })).stdout).toBe("3.718\n");
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

describe("the scripts of examples/", () => {
  const script = async (name: string, argv: readonly string[], env: Record<string, string>): Promise<string> => {
    await cp(join(root, "examples", name), join(folder, "examples", name), { recursive: true });
    await cp(join(root, "scripts"), join(folder, "scripts"), { recursive: true });
    const { stdout } = await execute("bash", [join(folder, "examples", name, "run.sh"), ...argv], {
      cwd: folder,
      env: { ...process.env, ...env },
    });
    return stdout;
  };

  it("go from STL-10's files to the four columns of the paper's table, trained and untrained", async () => {
    await writeStl10(join(folder, "stl10"), { train: 12, unlabeled: 4, test: 8 });
    const argv = [join(folder, "stl10"), "--arch", "conv", "--batch-size", "8", "--epochs", "1"];
    const out = await script("stl10", argv, { OUT: join(folder, "runs/stl10"), PROBE: "--epochs 2" });
    expect(out).toMatch(/^linear probe, fc7 /m);
    expect(out.match(/^(output|layer -2) +\d+ +[\d.]+% +[\d.]+%$/gm)).toHaveLength(4);
  }, 120_000);

  it("go from a folder of ImageNet and a list of classes to linear classification", async () => {
    await writeImageFolder(join(folder, "full"), byClass(16, 8), [24, 20]);
    await writeFile(join(folder, "classes.txt"), "cat\ndog\n");
    const argv = [
      join(folder, "full"),
      join(folder, "classes.txt"),
      ...smallImagenet,
      "--batch-size",
      "8",
      "--epochs",
      "1",
    ];
    const env = { OUT: join(folder, "runs/imagenet"), PROBE: "--optimizer sgd --lr 1 --epochs 2" };
    expect(await script("imagenet", argv, env)).toMatch(/^layer -2 +512 +[\d.]+% +[\d.]+%$/m);
  }, 120_000);

  it("make the four figures", async () => {
    const argv = [join(folder, "many"), "--images", "64", "--test-images", "30", "--batch-size", "16", "--epochs", "1"];
    await script("circle", argv, { OUT: join(folder, "runs/figures") });
    const names = ["circle", "finetune", "scatter", "sweep"];
    expect((await readdir(join(folder, "runs/figures"))).sort()).toEqual(
      names.flatMap((name) => [`${name}.json`, `${name}.png`, `${name}.svg`]),
    );
  }, 240_000);
});
