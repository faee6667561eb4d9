import { existsSync, readFileSync } from "node:fs";
import { mkdir, mkdtemp, readdir, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join, normalize } from "node:path";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import packageJson from "../../package.json" with { type: "json" };
import { commandLine } from "../../src/cli/command-line.ts";
import { deviceNamed } from "../../src/cli/device.ts";
import { embedFlagNames } from "../../src/cli/embed/flags.ts";
import { exportFlagNames } from "../../src/cli/export/flags.ts";
import type { Io } from "../../src/cli/io.ts";
import { probeFlagNames } from "../../src/cli/probe/flags.ts";
import { mnist } from "../../src/cli/train/mnist/recipe.ts";
import { text } from "../../src/cli/train/text/recipe.ts";
import { createRunFolder } from "../../src/node/index.ts";
import { writeDigits } from "./digits.ts";

async function run(...argv: string[]): Promise<{ code: number; out: string; err: string }> {
  let out = "";
  let err = "";
  const io: Io = {
    stdout: { write: (text) => { out += text; } }, // biome-ignore format: short
    stderr: { write: (text) => { err += text; } }, // biome-ignore format: short
    env: {},
    signal: new AbortController().signal,
  };
  return { code: await commandLine(argv, io), out, err };
}

describe("align-uniform", () => {
  it("explains itself on stdout and ends with 0", async () => {
    for (const argv of [["--help"], ["-h"]]) {
      const { code, out, err } = await run(...argv);
      expect([code, err]).toEqual([0, ""]);
      expect(out).toContain("Usage: align-uniform COMMAND");
      expect(out).toContain("train TASK");
    }
    for (const argv of [
      ["train", "mnist", "--help"],
      ["train", "mnist", "-h"],
      ["train", "mnist", "--epochs", "0", "--lrr", "--help"],
    ]) {
      const { code, out, err } = await run(...argv);
      expect([code, err]).toEqual([0, ""]);
      for (const flag of ["data", "out", "resume", "device", "json", "quiet", ...Object.keys(mnist.flags)]) {
        expect(out).toContain(`--${flag}`);
      }
    }
  });

  it.each([
    ["probe", ["probe", "runs/mnist", "--layer-index", "-2"], probeFlagNames],
    ["embed", ["embed"], embedFlagNames],
    ["train text", ["train", "text"], Object.keys(text.flags)],
    ["export", ["export"], exportFlagNames],
  ])("tells of every flag of %s, in lines of a terminal", async (_, argv, flags) => {
    const { code, out, err } = await run(...argv, "--help");
    expect([code, err]).toEqual([0, ""]);
    for (const flag of flags) expect(out).toMatch(new RegExp(`^ {6}--${flag}\\b`, "m"));
    for (const line of out.split("\n")) expect(line.length).toBeLessThanOrEqual(120);
  });

  it("tells of defaults of probe that depend on the optimizer", async () => {
    expect((await run("probe", "--help")).out).toContain("(default: 0.001, with sgd 30)");
  });

  it("prints the package's version", async () => {
    expect(await run("--version")).toEqual({ code: 0, out: `${packageJson.version}\n`, err: "" });
  });

  it.each([
    [[], /no command was given\nTry: align-uniform --help/],
    [["fly"], /there is no command "fly"\n/],
    [["metric"], /there is no command "metric": did you mean metrics\?\nTry: align-uniform --help/],
    [["--wings"], /there is no command "--wings"/],
    [["--version", "train"], /--version stands alone, got "train" after it/],
    [
      ["train"],
      /say first what to train on: mnist, cifar10, stl10, folder, imagenet, text\nTry: align-uniform train --help/,
    ],
    [["train", "cifar11"], /imagenet, text; got "cifar11": did you mean cifar10\?\nTry: align-uniform train --help/],
    [["train", "stories"], /imagenet, text; got "stories"\n/],
    [["--hlep"], /there is no command "--hlep": did you mean --help\?/],
    [["train", "mnist", "stl10"], /one thing at a time: mnist; got "stl10" after it/],
    [
      ["train", "mnist", "--lrr", "1"],
      /train: there is no flag --lrr: did you mean --lr\?\nTry: align-uniform train mnist --help/,
    ],
    [
      ["train", "text", "--epohcs=2"],
      /there is no flag --epohcs: did you mean --epochs\?\nTry: align-uniform train text --help/,
    ],
    [["train", "mnist", "--words", "2"], /there is no flag --words\n/],
    [["train", "mnist", "--constructor", "2"], /there is no flag --constructor\n/],
    [["train", "mnist", "-e", "2"], /there is no flag -e; a file of that name is \.\/-e\n/],
    [["train", "mnist", "-epochs", "2"], /there is no flag -epochs: did you mean --epochs\?/],
    [["train", "mnist", "-lr=3"], /there is no flag -lr: did you mean --lr\?/],
    [["train", "mnist", "-help"], /there is no flag -help: did you mean --help\?/],
    [["metrics", "x", "--hepl"], /there is no flag --hepl: did you mean --help\?/],
    [["metrics", "-x.npy"], /there is no flag -x\.npy; a file of that name is \.\/-x\.npy\n/],
    [["metrics", "x", "--x"], /there is no flag --x\n/],
    [["probe", "x", "--knn"], /there is no flag --knn: did you mean --no-knn\?/],
    [["train", "mnist", "--lr="], /--lr must be a number > 0, got ""/],
    [["train", "mnist", "--lr", "--"], /--lr needs a value, got none: -- after it/],
    [["train", "mnist", "--resume="], /--resume takes no value, got ""/],
    [["train", "mnist", "--", "--lr"], /one thing at a time: mnist; got "--lr" after it/],
    [
      ["train", "mnist", "--epochs", "--lr", "1"],
      /--epochs needs a value, got none: --lr after it; .* --epochs=--lr\n/,
    ],
    [["train", "mnist", "--epochs"], /--epochs needs a value, got none\n/],
    [["train", "mnist", "--epochs", "0"], /--epochs must be 1\.\.1000000, got "0"/],
    [["train", "mnist", "--epochs", "2.5"], /got "2\.5"/],
    [["train", "mnist", "--batch-size", "1"], /--batch-size must be 2\.\.1000000, got "1"/],
    [["train", "mnist", "--batch-size", "2000000"], /got "2000000"/],
    [["train", "mnist", "--lr", "-1"], /--lr must be a number > 0, got "-1"/],
    [["train", "mnist", "--lr", "fast"], /--lr must be a number > 0, got "fast"/],
    [["train", "mnist", "--lr", ""], /--lr must be a number > 0, got ""/],
    [["train", "mnist", "--seed", "-3"], /--seed must be a whole number >= 0, got "-3"/],
    [["train", "mnist", "--seed=-3"], /--seed must be a whole number >= 0, got "-3"/],
    [
      ["train", "mnist", "--device", "abacus"],
      /--device must be cpu, reference, gpu, gpu:webgpu, .*gpu:cpu; got "abacus"/,
    ],
    [["train", "mnist", "--threads", "33"], /--threads must be a whole number in 1\.\.32, got "33"/],
    [
      ["train", "mnist", "--threads", "2", "--device", "reference"],
      /--threads goes with --device cpu, got "reference"/,
    ],
    [["train", "mnist", "--unif-w", "x"], /--unif-w must be a number >= 0, got "x"/],
    [["train", "mnist", "--align-alpha", "0"], /--align-alpha must be a number > 0, got "0"/],
    [["train", "mnist", "--resume=yes"], /--resume takes no value, got "yes"\n/],
    [["train", "mnist", "--resume", "-3"], /there is no flag -3; a file/],
    [
      ["figure", "circle", "--seeds", "1"],
      /there is no flag --seeds: did you mean --seed\?\nTry: align-uniform figure circle --help/,
    ],
    [["figure", "circel"], /got "circel": did you mean circle\?\nTry: align-uniform figure --help/],
    [["metrics", "--help=yes"], /--help takes no value, got "yes"/],
    [["figure", "square"], /got "square"\nTry: align-uniform figure --help/],
    [
      ["probe"],
      /probe: name a checkpoint of align-uniform train, or its run folder.*\nTry: align-uniform probe --help/,
    ],
    [["probe", "a", "b"], /probe: takes one checkpoint, got a b/],
    [["probe", "a", "--layer-index", "fc7"], /--layer-index must be a whole number, got "fc7"/],
    [["probe", "a", "--layer-index", "-1.5"], /--layer-index must be a whole number, got "-1\.5"/],
    [["probe", "a", "--optimizer", "lars"], /--optimizer must be one of adam, sgd, got "lars"/],
    [["probe", "a", "--lr-decay-epochs", "80,60"], /--lr-decay-epochs must be whole numbers >= 1 that rise/],
    [["probe", "a", "--num-workers", "-1"], /--num-workers must be a whole number in 0\.\.256, got "-1"/],
    [["probe", "a", "--device", "abacus"], /probe: --device must be cpu, .*; got "abacus"/],
    [["probe", "a", "--augment"], /there is no flag --augment: did you mean --no-augment\?/],
    [
      ["export", "--to", "onnx"],
      /export: name a checkpoint of align-uniform train.*\nTry: align-uniform export --help/,
    ],
    [["export", "a", "b", "--to", "npz"], /export: takes one checkpoint, got a b/],
    [["export", "a"], /export: say what to write: --to safetensors, npz, onnx\n/],
    [["export", "a", "--to", "pickle"], /--to safetensors, npz, onnx; got "pickle"/],
    [["export", "a", "--to", "onnx", "--out", "-"], /export: --out needs the name of a file, got "-"/],
    [
      ["export", "a", "--to", "npz", "--layer-index", "-2"],
      /--layer-index goes with --to onnx: npz holds the weights of/,
    ],
    [["export", "a", "--to", "onnx", "--layer-index", "fc7"], /--layer-index must be a whole number, got "fc7"/],
    [["export", "a", "--to", "onnx", "--device", "cpu"], /there is no flag --device\n/],
  ])("answers %j with exit code 2 and the reason on stderr", async (argv, message) => {
    const { code, out, err } = await run(...argv);
    expect([code, out]).toEqual([2, ""]);
    expect(err).toMatch(message);
    expect(err).toContain("--help");
  });

  it("ends with 1 and the reason when the data is not there", async () => {
    const { code, out, err } = await run("train", "mnist", "--data", "/nowhere");
    expect([code, out]).toEqual([1, ""]);
    expect(err).toMatch(/^align-uniform: .*nowhere.train-images-idx3-ubyte: no such file/);
  });

  it("loads nothing but its texts before a command runs: help is quick", () => {
    const loaded = new Set<string>();
    const load = (file: string): void => {
      if (loaded.has(file)) return;
      loaded.add(file);
      const source = readFileSync(file, "utf8");
      for (const [, path] of source.matchAll(/^import (?!type)[^;]*? from "(\.[^"]+)"/gms))
        load(normalize(join(dirname(file), path)));
    };
    load(normalize("src/cli/main.ts"));
    load(normalize("src/cli/train/command.ts"));
    load(normalize("src/cli/metrics/command.ts"));
    load(normalize("src/cli/probe/command.ts"));
    load(normalize("src/cli/embed/command.ts"));
    load(normalize("src/cli/export/command.ts"));
    load(normalize("src/cli/figure/command.ts"));
    const commands = [
      "embed/command",
      "embed/flags",
      "embed/help",
      "embed/stopped",
      "export/command",
      "export/flags",
      "export/formats",
      "export/help",
      "export/stopped",
      "figure/command",
      "figure/config",
      "figure/flags",
      "figure/help",
      "metrics/command",
      "metrics/flags",
      "metrics/gate",
      "metrics/stopped",
      "probe/command",
      "probe/config",
      "probe/flags",
      "probe/help",
      "probe/stopped",
      "train/command",
      "train/architectures",
      "train/config",
      "train/config-flags",
      "train/flags",
      "train/help",
      "train/imagenet/recipe",
      "train/mnist/config",
      "train/mnist/recipe",
      "train/pictures/cifar10",
      "train/pictures/config",
      "train/pictures/folder",
      "train/pictures/stl10",
      "train/tasks",
      "train/text/config",
      "train/text/recipe",
    ];
    const shared = [
      "arguments",
      "command",
      "command-line",
      "device",
      "flag-help",
      "help",
      "io",
      "machine",
      "main",
      "meant",
      "printable",
    ];
    const names = [...shared, "stoppable", ...commands];
    const paths = [...names.map((name) => `src/cli/${name}.ts`), "src/node/embeddings-formats.ts"];
    expect([...loaded].map((file) => file.replace(/\\/g, "/")).sort()).toEqual(paths.sort());
  });
});

describe("--device", () => {
  it.each([
    ["cpu", "cpu"],
    ["reference", "reference(float32)"],
    ["gpu:webasm", "gpu:webasm"],
    ["gpu:cpu", "gpu:cpu"],
  ] as const)("%s is the device %s", async (flag, name) => {
    expect((await deviceNamed(flag)).name).toBe(name);
  });
});

describe("train mnist, before it touches the run folder,", () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "align-uniform-"));
  });
  afterAll(() => rm(folder, { recursive: true }));

  it.each([
    [
      "few",
      { train: 1, test: 10 },
      /few: train-images-idx3-ubyte: needs at least 2 pictures of 28x28 pixels, found 1 of 28x28$/,
    ],
    [
      "untested",
      { train: 10, test: 2 },
      /untested: t10k-images-idx3-ubyte: needs at least 3 pictures .*, found 2 of 28x28$/,
    ],
    [
      "small",
      { train: 10, test: 10, side: 20 },
      /small: train-images-idx3-ubyte: needs .* of 28x28 pixels, found 10 of 20x20$/,
    ],
    ["batch", { train: 10, test: 10 }, /10 training pictures make no batch of 256: lower --batch-size$/],
  ])("refuses digits that are too %s", async (name, counts, message) => {
    const data = await writeDigits(join(folder, name), counts);
    const out = join(folder, "out");
    const { code, err } = await run("train", "mnist", "--data", data, "--out", out, "--device", "reference");
    expect(code).toBe(1);
    expect(err.trim()).toMatch(message);
    expect(existsSync(out)).toBe(false);
  });

  it.each([".", ""])('refuses --out "%s": what it would move is the folder it runs in', async (out) => {
    const { code, err } = await run("train", "mnist", `--out=${out}`, "--epochs", "1");
    expect([code, err]).toEqual([1, expect.stringMatching(/the run folder "\." is the working directory or holds it/)]);
  });

  it("refuses a folder above the one it runs in, and no other", async () => {
    const cwd = vi.spyOn(process, "cwd").mockReturnValue(join(folder, "above", "here"));
    await mkdir(join(folder, "above", "he"), { recursive: true });
    try {
      await expect(createRunFolder(join(folder, "above"))).rejects.toThrow(
        /above" is the working directory or holds it/,
      );
      const beside = join(folder, "above", "he");
      expect((await createRunFolder(beside)).path).toBe(beside);
    } finally {
      cwd.mockRestore();
    }
  });

  it("refuses to move what is no earlier run: a folder of something else, a file, a link that leads nowhere", async () => {
    const [thesis, file, link] = ["thesis", "file", "link"].map((name) => join(folder, name));
    await mkdir(thesis);
    await writeFile(join(thesis, "thesis.txt"), "years of work");
    await writeFile(file, "");
    await symlink(join(folder, "nowhere"), link);
    for (const out of [thesis, file, link]) {
      await expect(createRunFolder(out)).rejects.toThrow(
        `"${out}" exists and is no earlier run (it has no log.jsonl): nothing was moved; name another folder`,
      );
    }
    expect(await readdir(thesis)).toEqual(["thesis.txt"]);
  });
});
