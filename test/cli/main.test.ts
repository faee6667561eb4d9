import { readFileSync } from "node:fs";
import { dirname, join, normalize } from "node:path";
import { describe, expect, it } from "vitest";
import packageJson from "../../package.json" with { type: "json" };
import type { Io } from "../../src/cli/io.ts";
import { main } from "../../src/cli/main.ts";

async function run(...argv: string[]): Promise<{ code: number; out: string; err: string }> {
  let out = "";
  let err = "";
  const io: Io = {
    stdout: { write: (text) => { out += text; } }, // biome-ignore format: short
    stderr: { write: (text) => { err += text; } }, // biome-ignore format: short
    env: {},
    signal: new AbortController().signal,
  };
  return { code: await main(argv, io), out, err };
}

describe("align-uniform", () => {
  it("explains itself on stdout and ends with 0", async () => {
    for (const argv of [["--help"], ["-h"]]) {
      const { code, out, err } = await run(...argv);
      expect([code, err]).toEqual([0, ""]);
      expect(out).toContain("Usage: align-uniform COMMAND");
      expect(out).toContain("train mnist");
    }
    for (const argv of [
      ["train", "--help"],
      ["train", "-h"],
      ["train", "mnist", "--help"],
    ]) {
      const { code, out, err } = await run(...argv);
      expect([code, err]).toEqual([0, ""]);
      for (const flag of ["data", "out", "seed", "epochs", "batch-size", "lr", "device", "json", "quiet"]) {
        expect(out).toContain(`--${flag}`);
      }
    }
  });

  it("prints the package's version", async () => {
    expect(await run("--version")).toEqual({ code: 0, out: `${packageJson.version}\n`, err: "" });
  });

  it.each([
    [[], /no command was given\nTry: align-uniform --help/],
    [["fly"], /there is no command "fly"/],
    [["--wings"], /there is no command "--wings"/],
    [["train"], /say what to train on: mnist\nTry: align-uniform train --help/],
    [["train", "cifar10"], /mnist; got "cifar10"/],
    [["train", "mnist", "stl10"], /got "mnist stl10"/],
    [["train", "mnist", "--lrr", "1"], /Unknown option '--lrr'/],
    [["train", "mnist", "--epochs"], /--epochs.*argument missing/],
    [["train", "mnist", "--epochs", "0"], /--epochs must be 1\.\.1000000, got "0"/],
    [["train", "mnist", "--epochs", "2.5"], /got "2\.5"/],
    [["train", "mnist", "--batch-size", "1"], /--batch-size must be 2\.\.4000, got "1"/],
    [["train", "mnist", "--batch-size", "5000"], /got "5000"/],
    [["train", "mnist", "--lr", "-1"], /argument is ambiguous|must be a number > 0/],
    [["train", "mnist", "--lr", "fast"], /--lr must be a number > 0, got "fast"/],
    [["train", "mnist", "--lr", ""], /--lr must be a number > 0, got ""/],
    [["train", "mnist", "--seed", "-3"], /argument is ambiguous|whole number/],
    [["train", "mnist", "--seed=-3"], /--seed must be a whole number >= 0, got "-3"/],
    [["train", "mnist", "--device", "abacus"], /--device must be reference, gpu:webasm or gpu:cpu, got "abacus"/],
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
    expect([...loaded].map((file) => file.replace(/\\/g, "/")).sort()).toEqual(
      ["help", "io", "main", "train/command", "train/config", "train/flags"].map((name) => `src/cli/${name}.ts`),
    );
  });
});
