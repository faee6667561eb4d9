import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { commandLine } from "../../../src/cli/command-line.ts";
import { chaptersOf, readNpy, readNpz, readSafetensors, Vocabulary } from "../../../src/index.ts";
import { loadCheckpoint } from "../../../src/node/index.ts";
import { inOnnxRuntime, loaded } from "../../models/onnxruntime.ts";
import { type Ran, ran } from "../tiny.ts";
import { writeBooks } from "./books.ts";

let folder: string;
const at = (...names: string[]): string => join(folder, ...names);
const call = (...argv: string[]): Promise<Ran> => ran((io) => commandLine(argv, io));

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "align-uniform-export-text-"));
  await writeBooks(at("books"));
  const small = ["--hidden", "6", "--embedding-dim", "5", "--batch-size", "16", "--windows", "2", "--epochs", "1"];
  const { code, err } = await call(
    "train",
    "text",
    "--data",
    at("books"),
    "--out",
    at("run"),
    "--most-words",
    "4",
    ...small,
  );
  expect(code, err).toBe(0);
}, 60_000);
afterAll(() => rm(folder, { recursive: true }));

inOnnxRuntime("export of train text, as onnxruntime runs it", () => {
  it("gives what embed gives, by the words in the file, read as it says", async () => {
    const { code, out, err } = await call("export", at("run"), "--to", "onnx");
    expect([code, err]).toEqual([0, "sentences that are prepared otherwise get other features\n"]);
    expect(out).toContain(
      "input     words  int64 [n, places]\ninput     lengths  int64 [n]\noutput    features  float32 [n, 24]\n",
    );
    expect(out).toMatch(
      /^sentences cut a text into sentences,.*\n +take the first 4 words, each as its place in the vocabulary of \d+, from 0 on, and 0 /m,
    );
    const text = "The whale of a zebra. The deck!";
    await writeFile(at("text.txt"), text);
    expect((await call("embed", at("run"), "--text", at("text.txt"))).code).toBe(0);
    const { data } = readNpy(await readFile(at("text.npy")));

    const { metadata } = await loadCheckpoint(at("run", "checkpoint.safetensors"));
    const vocabulary = new Vocabulary(metadata.vocabulary as string[]);
    const numbers = chaptersOf(text)
      .flat()
      .map((sentence) => vocabulary.encode(sentence, 4));
    expect(numbers.map(({ length }) => length)).toEqual([4, 3]);
    const words = BigInt64Array.from([...numbers[0], ...numbers[1], 0], BigInt);
    const run = await loaded(await readFile(at("run", "encoder.onnx")));
    const { features } = await run({
      words: { shape: [2, 4], data: words },
      lengths: { shape: [2], data: BigInt64Array.of(4n, 3n) },
    });
    features.data.forEach((value, i) => void expect(value).toBeCloseTo(Number(data[i]), 5));
    expect((await readFile(at("run", "encoder.onnx"))).includes(JSON.stringify(vocabulary.words))).toBe(true);
  });
});

it("export of train text writes weights under PyTorch's names, the words beside them, and says what is wrong", async () => {
  for (const to of ["safetensors", "npz"])
    expect((await call("export", at("run"), "--to", to, "--quiet")).err).toBe("");
  const { tensors, metadata } = readSafetensors(await readFile(at("run", "encoder.safetensors")));
  expect([...tensors.keys()].slice(0, 3)).toEqual([
    "f.embedding.weight",
    "f.gru.bias_hh_l0",
    "f.gru.bias_hh_l0_reverse",
  ]);
  expect(JSON.parse(metadata.vocabulary)[0]).toBe("<unk>");
  expect(metadata.sentences).toContain("take the first 4 words");
  expect(metadata.maxLength).toBe("4");
  expect(await readNpz(await readFile(at("run", "encoder.npz")))).toEqual(new Map(tensors));
  const { code, err } = await call("export", at("run"), "--to", "onnx", "--layer-index", "-2", "--out", at("no.onnx"));
  expect([code, err]).toEqual([2, expect.stringContaining("--layer-index is for encoders of pictures")]);
  expect(await readdir(folder)).not.toContain("no.onnx");
});
