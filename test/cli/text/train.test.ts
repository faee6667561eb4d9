import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { commandLine } from "../../../src/cli/command-line.ts";
import type { TextResult } from "../../../src/cli/train/text/result.ts";
import { loadCheckpoint } from "../../../src/node/index.ts";
import { leftIn, type Ran, ran, readLog, type Surroundings, timeless } from "../tiny.ts";
import { writeBooks } from "./books.ts";

let folder: string;
const at = (...names: string[]): string => join(folder, ...names);
const small = ["--hidden", "6", "--embedding-dim", "5", "--batch-size", "16", "--windows", "2", "--epochs", "2"];
const train = (out: string, more: readonly string[] = [], how: Surroundings = {}): Promise<Ran> =>
  ran((io) => commandLine(["train", "text", "--data", at("books"), "--out", at(out), ...small, ...more], io), how);

let whole: Ran;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "align-uniform-text-"));
  await writeBooks(at("books"));
  whole = await train("whole", ["--json"]);
}, 60_000);
afterAll(() => rm(folder, { recursive: true }));

describe("train text", () => {
  it("leaves a log, a checkpoint with its words and a report, and prints its results", async () => {
    expect(whole.code, whole.err).toBe(0);
    expect((await readdir(at("whole"))).sort()).toEqual(["checkpoint.safetensors", "log.jsonl", "report.html"]);
    const result: TextResult = JSON.parse(whole.out);
    expect(result).toMatchObject({ schemaVersion: 3, task: "text", books: ["ship", "tea"], candidates: 14 });
    expect(result.sentences).toEqual({ train: 176, known: 176, test: 16 }); // every tenth chapter of each book is kept
    expect(result.largestBook).toBe(0.5);
    expect(result.trained.uniformity.f.n).toBe(16);
    expect(result.trained.alignment.n).toBe(14);
    const steps = (await readLog(at("whole"))).filter(({ type }) => type === "step");
    expect(steps).toHaveLength(22); // 176 sentences in batches of 16, twice
    expect(Object.keys(steps[0]).sort()).toEqual(["align", "epoch", "step", "type", "uniform"]);
    const { metadata, model } = await loadCheckpoint(at("whole", "checkpoint.safetensors"));
    expect(metadata).toMatchObject({ task: "text", epoch: 2, step: 22, data: { train: 176, test: 16 } });
    const { vocabulary } = metadata as { vocabulary: string[] };
    expect(vocabulary.slice(0, 4)).toEqual(["<unk>", ".", "a", "of"]);
    expect(model["f.embedding.weight"].shape).toEqual([vocabulary.length, 5]);
    expect(result.vocabulary).toEqual({ size: vocabulary.length, unknown: 0 });
  });

  it("learns: neighbours come nearer, and the next sentence is found more often than by chance or untrained", async () => {
    for (const objective of ["align-uniform", "contrastive"]) {
      const { code, out, err } = await train(objective, [
        ...["--objective", objective, "--epochs", "30", "--lr", "0.01", "--hidden", "16", "--json"],
      ]);
      expect(code, err).toBe(0);
      const { trained, untrained }: TextResult = JSON.parse(out);
      expect(trained.alignment.value).toBeLessThan(0.5 * untrained.alignment.value);
      expect(trained.retrieval.meanRank).toBeLessThan(untrained.retrieval.meanRank - 2);
      expect(trained.bookProbe).toBe(1); // no word but "the", "of" and "a" is in both
    }
  }, 120_000);

  it("knows as many words as it is asked to, and counts those it does not know among what it reads", async () => {
    const { code, out, err } = await train("few", ["--vocabulary-size", "4", "--most-words", "3", "--json"]);
    expect(code, err).toBe(0);
    const { vocabulary, trained }: TextResult = JSON.parse(out);
    expect(vocabulary.size).toBe(4); // <unk> . a of
    expect(vocabulary.unknown).toBeCloseTo(2 / 3, 1); // "the" and a word of each first three
    expect(Object.keys(trained).sort()).toEqual([
      "alignment",
      "bookProbe",
      "joinedRetrieval",
      "retrieval",
      "uniformity",
    ]);
  });

  it("goes on for more passes than it was going to", async () => {
    await train("longer");
    const argv = ["train", "text", "--resume", "--epochs", "3", "--data", at("books"), "--out", at("longer"), "--json"];
    const { code, out, err } = await ran((io) => commandLine(argv, io));
    expect(code, err).toBe(0);
    expect(JSON.parse(out).config.epochs).toBe(3);
    expect((await readLog(at("longer"))).filter(({ type }) => type === "step")).toHaveLength(33);
  });

  it("stopped by Ctrl-C and resumed, it ends with the bits of a run that nothing interrupted", async () => {
    const stopped = await train("stopped", ["--log-interval", "1"], { stopAt: /epoch 2\/2/ });
    expect(stopped.code).toBe(130);
    expect(stopped.err).toContain("stopped after 12 of 22 steps");
    const argv = ["train", "text", "--resume", "--data", at("books"), "--out", at("stopped"), "--json"];
    const { code, out, err } = await ran((io) => commandLine(argv, io));
    expect(code, err).toBe(0);
    expect(timeless(JSON.parse(out))).toEqual(timeless(JSON.parse(whole.out)));
    expect(await leftIn(at("stopped"))).toEqual(await leftIn(at("whole")));
  });

  it("refuses to resume on other books", async () => {
    await writeBooks(at("other"), 9);
    const argv = ["train", "text", "--resume", "--data", at("other"), "--out", at("whole")];
    const { code, err } = await ran((io) => commandLine(argv, io));
    expect([code, err]).toEqual([
      1,
      expect.stringMatching(/has other sentences, 176 \+ 16 .* than those given, 198 \+ 18/),
    ]);
  });

  it("prints a table, and with one book no probe of the book", async () => {
    const both = await ran((io) =>
      commandLine(["train", "text", "--resume", "--data", at("books"), "--out", at("whole")], io),
    );
    expect(both.out).toMatch(
      /on 16 sentences +trained +untrained\nnext sentence found +\d+\.\d\d% +\d+\.\d\d% +7\.14% by chance\n/,
    );
    expect(both.out).toMatch(/linear probe, book +\d+\.\d\d% +\d+\.\d\d% +\d+\.\d\d% by characters\n/);
    expect(both.out).toContain("the largest of 2 books has 50.0% of them");
    const argv = ["train", "text", "--data", at("books", "ship.txt"), "--out", at("one"), ...small];
    const one = await ran((io) => commandLine(argv, io));
    expect(one.code, one.err).toBe(0);
    expect(one.out).not.toContain("book");
    const report = await readFile(at("one", "report.html"), "utf8");
    expect(report).toContain("sentences of a book");
    expect(report).not.toContain("Which book");
    expect(report).not.toMatch(/NaN|undefined|Infinity/);
  });

  it("writes a report of the numbers, sentences with what lies nearest, maps and curves", async () => {
    const report = await readFile(at("whole", "report.html"), "utf8");
    const { trained }: TextResult = JSON.parse(whole.out);
    expect(report).toContain(`${(100 * trained.retrieval.top1).toFixed(2)}%`);
    expect(report.match(/<dt>/g)).toHaveLength(6);
    expect(report.match(/<dd>/g)).toHaveLength(18);
    expect(report).toContain("Alignment of each training batch");
    expect(report).not.toContain("Contrastive loss of each");
    expect(report).not.toMatch(/NaN|undefined|Infinity/);
    const contrastive = await readFile(at("contrastive", "report.html"), "utf8");
    expect(contrastive).toContain("Contrastive loss of each training batch");
    expect(contrastive).not.toContain("Uniformity of each");
  });

  it("says what is wrong with flags and texts", async () => {
    const says = async (argv: readonly string[], code: number, text: string | RegExp): Promise<void> => {
      const found = await ran((io) => commandLine(["train", "text", "--out", at("wrong"), ...argv], io));
      expect([found.code, found.err]).toEqual([code, expect.stringMatching(text)]);
      expect(await readdir(folder)).not.toContain("wrong");
    };
    await says(
      ["--batch-size", "10", "--windows", "3"],
      2,
      /--batch-size 10 must be at least twice --windows 3 and a multiple/,
    );
    await says(["--batch-size", "4", "--windows", "4"], 2, /at least twice --windows 4/);
    await says(["--objective", "both"], 2, /--objective must be one of align-uniform, contrastive, got "both"/);
    await says(["--contr-w", "0", "--objective", "contrastive"], 2, /every weight of the loss is 0/);
    await says(["--data", at("nowhere")], 1, /nowhere/);
    await writeFile(at("short.txt"), "One. Two. Three.");
    await says(["--data", at("short.txt")], 1, /short: 3 sentences are too few/);
    await says(["--data", at("whole")], 1, /whole: holds no \.txt file/);
    await says(
      ["--data", at("books"), "--batch-size", "400"],
      1,
      /176 training sentences make no batch of 400: lower --batch-size/,
    );
  });

  it("is no thing for probe, which says so", async () => {
    const { code, err } = await ran((io) => commandLine(["probe", at("whole")], io));
    expect([code, err]).toEqual([1, expect.stringMatching(/is of train text, .*probe is for encoders of pictures/)]);
  });
});
