import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { commandLine } from "../../../src/cli/command-line.ts";
import { textConfig } from "../../../src/cli/train/text/config.ts";
import { untrainedThought } from "../../../src/cli/train/text/run.ts";
import { chaptersOf, cpu, generator, type NpyArray, quickThought, readNpy, Vocabulary } from "../../../src/index.ts";
import { loadCheckpoint, saveCheckpoint } from "../../../src/node/index.ts";
import { type Ran, ran } from "../tiny.ts";
import { writeBooks } from "./books.ts";

let folder: string;
const at = (...names: string[]): string => join(folder, ...names);
const call = (...argv: string[]): Promise<Ran> => ran((io) => commandLine(argv, io));
const npy = async (name: string): Promise<NpyArray> => readNpy(await readFile(at(name)));
const prose =
  "CHAPTER I\n\nThe whale of a sea sail. A sea of the mast! The wave met a zebra.\n\nCHAPTER II\n\nThe deck. Captain Sea.\n";

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "align-uniform-embed-"));
  await writeBooks(at("books"));
  const small = ["--hidden", "6", "--embedding-dim", "5", "--batch-size", "16", "--windows", "2", "--epochs", "1"];
  const { code, err } = await call("train", "text", "--data", at("books"), "--out", at("run"), ...small);
  expect(code, err).toBe(0);
  await writeFile(at("prose.txt"), prose);
}, 60_000);
afterAll(() => rm(folder, { recursive: true }));

describe("embed", () => {
  it("writes what the trained encoders make of each sentence, in their order, unknown words and all", async () => {
    const { code, out, err } = await call(
      "embed",
      at("run"),
      "--text",
      at("prose.txt"),
      "--out",
      at("x.npy"),
      "--sentences",
      at("x.txt"),
    );
    expect([code, out], err).toEqual([0, `5 sentences, 24 numbers each: ${at("x.npy")}, ${at("x.txt")}\n`]);
    const { shape, data } = await npy("x.npy");
    expect(shape).toEqual([5, 24]);
    const sentences = chaptersOf(prose).flat();
    expect(await readFile(at("x.txt"), "utf8")).toBe(`${sentences.join("\n")}\n`);
    const { model: state, metadata } = await loadCheckpoint(at("run", "checkpoint.safetensors"));
    const vocabulary = new Vocabulary(metadata.vocabulary as string[]);
    expect([...vocabulary.encode("zebra")]).toEqual([0]);
    const model = quickThought({
      vocabulary: vocabulary.words.length,
      embeddingDim: 5,
      hidden: 6,
      generator: generator(0),
    });
    model.loadStateDict(state);
    const wanted = model.forward(sentences.map((sentence) => vocabulary.encode(sentence))).dataSync();
    wanted.forEach((v, i) => void expect(Number(data[i])).toBeCloseTo(v, 6));
  });

  it("writes f of each sentence and g of the next one for metrics, and no pair across chapters", async () => {
    await call("embed", at("run"), "--text", at("prose.txt"), "--encoder", "f", "--out", at("f.npy"));
    await call("embed", at("run"), "--text", at("prose.txt"), "--encoder", "g", "--out", at("g.npy"));
    const { code, out, err } = await call(
      ...[
        "embed",
        at("run"),
        "--text",
        at("prose.txt"),
        "--encoder",
        "f",
        "--out",
        at("here.npy"),
        "--next",
        at("there.npy"),
        "--json",
      ],
    );
    expect(code, err).toBe(0);
    expect(JSON.parse(out)).toMatchObject({
      schemaVersion: 1,
      rows: 3,
      dim: 12,
      encoder: "f",
      step: 11,
      next: at("there.npy"),
    });
    const [f, g, here, there] = await Promise.all(["f.npy", "g.npy", "here.npy", "there.npy"].map(npy));
    const rowsOf = ({ data }: NpyArray, rows: number[]): number[] =>
      rows.flatMap((row) => Array.from(data.slice(12 * row, 12 * row + 12), Number));
    expect(Array.from(here.data, Number)).toEqual(rowsOf(f, [0, 1, 3]));
    expect(Array.from(there.data, Number)).toEqual(rowsOf(g, [1, 2, 4]));
    const measured = await call("metrics", at("here.npy"), at("there.npy"), "--json");
    expect(measured.code, measured.err).toBe(0);
    expect(JSON.parse(measured.out).x).toMatchObject({ n: 3, d: 12 });
  });

  it("takes lines as they are, standard input, and the encoders as they were before training", async () => {
    await writeFile(at("lines.txt"), "The sea. The mast.\n\nof a\n!!!\n");
    const { code, err } = await call("embed", at("run"), "--text", at("lines.txt"), "--lines");
    expect(code, err).toBe(0);
    expect((await npy("lines.npy")).shape).toEqual([3, 24]);
    const piped = await ran((io) =>
      commandLine(["embed", at("run"), "--text", "-", "--out", at("piped.npy"), "--quiet"], {
        ...io,
        stdin: (async function* () { yield new TextEncoder().encode(prose); })(), // biome-ignore format: short
      }),
    );
    expect([piped.code, piped.err]).toEqual([
      0,
      "36% of the words are not among the 12 known: such rows tell little\n",
    ]);
    expect((await npy("piped.npy")).data).toEqual((await npy("x.npy")).data);
    await call("embed", at("run"), "--text", at("prose.txt"), "--untrained", "--out", at("before.npy"));
    const { metadata } = await loadCheckpoint(at("run", "checkpoint.safetensors"));
    const { words } = new Vocabulary(metadata.vocabulary as string[]);
    const fresh = untrainedThought({ ...textConfig, hidden: 6, embeddingDim: 5 }, words.length, cpu);
    const sentences = chaptersOf(prose)
      .flat()
      .map((sentence) => new Vocabulary(words).encode(sentence));
    const before = (await npy("before.npy")).data;
    fresh
      .forward(sentences)
      .dataSync()
      .forEach((v, i) => void expect(Number(before[i])).toBeCloseTo(v, 6));
  });

  it("says how much it does not know, and refuses what is no text", async () => {
    await writeFile(at("other.txt"), "Der Wal schwimmt weit hinaus. The sea.");
    const { code, err } = await call("embed", at("run"), "--text", at("other.txt"), "--out", at("other.npy"));
    expect([code, err]).toEqual([
      0,
      expect.stringMatching(/^\d\d% of the words are not among the 12 known: such rows tell little\n/),
    ]);
    const long = `The sea${" of a whale".repeat(20)}.`;
    await writeFile(at("long.txt"), `\ufeff${long}`, "utf16le");
    const cut = await call("embed", at("run"), "--text", at("long.txt"), "--out", at("long.npy"));
    expect([cut.code, cut.out]).toEqual([0, `1 sentence, 24 numbers each: ${at("long.npy")}\n`]);
    expect(cut.err).toContain("1 sentences have more than 40 words: what is behind is not read");
    await writeFile(at("binary.txt"), Uint8Array.of(65, 0, 66));
    const binary = await call("embed", at("run"), "--text", at("binary.txt"), "--out", at("no.npy"));
    expect([binary.code, binary.err]).toEqual([
      1,
      expect.stringContaining("binary.txt: is no text: byte 1 is 0; UTF-8"),
    ]);
    expect(await readdir(folder)).not.toContain("no.npy");
  });

  it("stopped by Ctrl-C, writes nothing", async () => {
    const argv = ["embed", at("run"), "--text", at("prose.txt"), "--out", at("never.npy"), "--next", at("nor.npy")];
    const { code, err } = await ran((io) => commandLine(argv, io), { stopAt: "start" });
    expect([code, err]).toEqual([130, expect.stringMatching(/stopped; nothing was written\n$/)]);
    expect(await readdir(folder)).not.toContain("never.npy");
  });

  it("says what is wrong, and writes nothing then", async () => {
    const before = await readdir(folder);
    const says = async (argv: readonly string[], code: number, text: string | RegExp): Promise<void> => {
      const found = await call("embed", ...argv);
      expect([found.code, found.err]).toEqual([code, expect.stringMatching(text)]);
    };
    const [run, text] = [at("run"), ["--text", at("prose.txt")]];
    await says([], 2, /name a checkpoint of align-uniform train text/);
    await says([run], 2, /needs --text FILE/);
    await says([run, "more", ...text], 2, /takes one checkpoint/);
    await says([run, ...text, "--encoder", "h"], 2, /--encoder must be one of both, f, g, got "h"/);
    await says(
      [run, ...text, "--out", at("prose.txt")],
      2,
      /--out .*prose\.txt would be written over .*prose\.txt: name another file/,
    );
    await says([run, ...text, "--out", at("a.npy"), "--next", at("a.npy")], 2, /--next .*a\.npy would be written over/);
    const own = at("run", "checkpoint.safetensors");
    await says([run, ...text, "--out", own], 2, /--out .* would be written over .*checkpoint\.safetensors/);
    await says([run, ...text, "--out", join(at("run"), "..", "prose.txt")], 2, /would be written over/);
    await says([run, ...text, "--out", "-"], 2, /--out needs the name of a file, got "-"/);
    await says(
      [run, ...text, "--out", at("x2.npy"), "--next", at("prose.txt", "y.npy")],
      1,
      /cannot write .*x2\.npy, .*y\.npy/,
    );
    await says([run, "--text", at("nothing.txt")], 1, /nothing\.txt/);
    await writeFile(at("empty.txt"), "\n\n");
    before.push("empty.txt");
    await says([run, "--text", at("empty.txt")], 1, /empty\.txt: holds no sentence/);
    await writeFile(at("single.txt"), "One sentence.");
    before.push("single.txt");
    await says([run, "--text", at("single.txt"), "--next", at("y.npy")], 1, /no sentence in it is followed by another/);
    const { model, metadata } = await loadCheckpoint(at("run", "checkpoint.safetensors"));
    await saveCheckpoint(at("other.safetensors"), { model, metadata: { ...metadata, task: "mnist" } });
    await saveCheckpoint(at("wordless.safetensors"), { model, metadata: { ...metadata, vocabulary: ["a"] } });
    const { vocabulary } = metadata as { vocabulary: string[] };
    await saveCheckpoint(at("fewer.safetensors"), {
      model,
      metadata: { ...metadata, vocabulary: vocabulary.slice(0, -1) },
    });
    before.push("other.safetensors", "wordless.safetensors", "fewer.safetensors");
    await says([at("other.safetensors"), ...text], 1, /no checkpoint of train text \(its task: mnist\)/);
    await says(
      [at("wordless.safetensors"), ...text],
      1,
      /is damaged.*\n {2}vocabulary: Vocabulary: word 0 must be <unk>/,
    );
    await says([at("fewer.safetensors"), ...text], 1, /is damaged.*f\.embedding\.weight/s);
    expect((await readdir(folder)).sort()).toEqual(before.sort());
  });
});
