import { describe, expect, it } from "vitest";
import { characterCounts } from "../../../src/cli/train/text/characters.ts";
import { textConfig } from "../../../src/cli/train/text/config.ts";
import { encodeSentences, joined } from "../../../src/cli/train/text/encode.ts";
import { followed, libraryOf } from "../../../src/cli/train/text/library.ts";
import { retrieval } from "../../../src/cli/train/text/retrieval.ts";
import { textRun } from "../../../src/cli/train/text/run.ts";
import { generator, quickThought, reference } from "../../../src/index.ts";
import { listed, numbersOf } from "../lessons.ts";
import { bookOf } from "./books.ts";

const device = reference("float64");

describe("libraryOf", () => {
  const files = [
    { name: "ship", text: bookOf("ship", 20, 4) },
    { name: "tea", text: bookOf("tea", 10, 3) },
  ];
  const { names, train, test, fingerprint } = libraryOf(files);

  it("keeps every tenth chapter of each book, and knows book and chapter of each sentence", () => {
    expect(names).toEqual(["ship", "tea"]);
    expect([train.sentences.length, test.sentences.length]).toEqual([18 * 4 + 9 * 3, 2 * 4 + 3]);
    expect(fingerprint).toMatchObject({ train: 99, test: 11 });
    expect([...test.books]).toEqual([0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1]);
    expect([...test.chapters]).toEqual([0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2]);
    expect(train.sentences).not.toContain("CHAPTER 1");
  });

  it("pairs no sentence with one of another chapter", () => {
    expect([...followed(test)]).toEqual([0, 1, 2, 4, 5, 6, 8, 9]);
  });

  it("tells other texts and other names apart by its hash, and refuses texts that are too short", () => {
    const other = [{ ...files[0], text: `${files[0].text} Amen.` }, files[1]];
    expect(libraryOf(other).fingerprint.sha256).not.toBe(fingerprint.sha256);
    const renamed = [{ ...files[0], name: "boat" }, files[1]];
    expect(libraryOf(renamed).fingerprint.sha256).not.toBe(fingerprint.sha256);
    const lonely = Array.from(
      { length: 40 },
      (_, c) => `CHAPTER ${c + 1}\n\nIt was ${c}.${c % 10 < 9 ? " So. It was." : ""}`,
    );
    expect(() => libraryOf([{ name: "lonely", text: lonely.join("\n\n") }])).toThrow(
      "lonely: 112 sentences are too few to learn from and to measure by, or too few follow each other in a chapter",
    );
    expect(() => libraryOf([{ name: "note", text: "Come. Go." }])).toThrow(/^note: 2 sentences are too few/);
    expect(() =>
      libraryOf([
        { name: "a", text: "" },
        { name: "b", text: "" },
      ]),
    ).toThrow(/^2 texts: 0 sentences/);
  });
});

describe("retrieval", () => {
  const unit = (...angles: number[]) => ({
    data: Float32Array.from(angles.flatMap((a) => [Math.cos(a), Math.sin(a)])),
    shape: [angles.length, 2] as const,
  });

  it("finds the next row among the next ones of all", async () => {
    const x = unit(0, 1, 2, 3);
    const y = unit(9, 0.1, 1.1, 2.1); // behind row i lies what is nearest to it
    expect(await retrieval(x, y, Int32Array.of(0, 1, 2), 3, device)).toEqual({ asked: 3, top1: 1, meanRank: 1 });
    const turned = unit(9, 2.1, 1.1, 0.1); // of 0 and 2 it is the farthest
    expect(await retrieval(x, turned, Int32Array.of(0, 1, 2), 3, device)).toEqual({
      asked: 3,
      top1: 1 / 3,
      meanRank: 7 / 3,
    });
  });

  it("asks in groups, and leaves out what makes none", async () => {
    const x = unit(0, 1, 2, 3, 4, 5);
    const y = unit(9, 0.1, 2.1, 1.1, 3.1, 4.1); // in each group of two both are found, or neither
    expect(await retrieval(x, y, Int32Array.of(0, 3, 1, 2, 4), 2, device)).toEqual({
      asked: 4,
      top1: 0.5,
      meanRank: 1.5,
    });
  });

  it("refuses more candidates than there are, and none", async () => {
    for (const candidates of [0, 4]) {
      await expect(
        retrieval(unit(1, 1, 1, 1), unit(1, 1, 1, 1), Int32Array.of(0, 1, 2), candidates, device),
      ).rejects.toThrow(`retrieval: candidates must be in 1..3, got ${candidates}`);
    }
  });

  it("counts a candidate that is as near as the right one as found before it", async () => {
    const same = unit(1, 1, 1, 1);
    expect(await retrieval(same, same, Int32Array.of(0, 1, 2), 3, device)).toEqual({ asked: 3, top1: 0, meanRank: 3 });
  });
});

describe("characterCounts", () => {
  it("counts, less the mean and by the deviation of the known sentences", () => {
    const [known, asked] = characterCounts(["aab", "b", "ab"], ["aaaa", "xyz"]);
    expect(known.shape).toEqual([3, 2]);
    const deviation = Math.sqrt(2 / 3);
    expect([...known.data]).toEqual([1 / deviation, 0, -1 / deviation, 0, 0, 0].map(Math.fround));
    expect([...asked.data]).toEqual([3 / deviation, -1, -1 / deviation, -1].map(Math.fround));
  });
});

describe("encodeSentences", () => {
  it("gives what the encoders make of each sentence by itself, in the order in which they came", async () => {
    const model = quickThought({ vocabulary: 9, embeddingDim: 4, hidden: 3, generator: generator(3), device });
    const sentences = [[1, 2, 3, 4, 5], [6], [7, 8, 0], [1, 1], [2, 2, 2, 2]];
    const shares: number[] = [];
    const points = await encodeSentences(model, sentences, (share) => void shares.push(share));
    sentences.forEach((sentence, i) => {
      const alone = [model.f, model.g].map((encoder) => encoder.forward([sentence]).dataSync());
      for (const [k, { data }] of [points.f, points.g].entries()) {
        data.subarray(6 * i, 6 * i + 6).forEach((v, c) => void expect(v).toBeCloseTo(alone[k][c], 6));
      }
      const both = model.forward([sentence]).dataSync();
      joined(points)
        .data.subarray(12 * i, 12 * i + 12)
        .forEach((v, c) => void expect(v).toBeCloseTo(both[c], 6));
    });
    expect(shares).toEqual([1]);
  });
});

describe("textRun", () => {
  const sentences = Array.from({ length: 25 }, (_, i) => [1 + (i % 5), 1 + (i % 3)]);
  const lessons = { sentences, chapters: Int32Array.from({ length: 25 }, (_, i) => Math.floor(i / 10)) };
  const config = {
    ...textConfig,
    ...{ hidden: 2, embeddingDim: 2, batchSize: 8, windows: 2, epochs: 3, vocabularySize: 6 },
  };

  it("shows every sentence of whole batches once in a pass, in windows of sentences that follow each other", async () => {
    const run = textRun(lessons, config, 6, device);
    expect([run.steps, run.stepsPerEpoch]).toEqual([9, 3]);
    const seen: number[][] = [];
    const forward = run.model.f.forward.bind(run.model.f);
    run.model.f.forward = (some) => {
      seen.push(some.map((sentence) => sentences.indexOf(sentence as number[])));
      return forward(some);
    };
    await listed(run.train(0));
    for (const rows of seen)
      for (const window of [rows.slice(0, 4), rows.slice(4)])
        expect(window).toEqual([0, 1, 2, 3].map((k) => window[0] + k));
    const passes = [0, 1, 2].map((k) => seen.slice(3 * k, 3 * k + 3).flat());
    for (const pass of passes) expect(pass.toSorted((a, b) => a - b)).toEqual(Array.from({ length: 24 }, (_, i) => i));
    expect(passes[0]).not.toEqual(passes[1]);
  });

  it("goes on in the middle as if nothing had been", async () => {
    const whole = textRun(lessons, config, 6, device);
    const straight = await listed(whole.train(0));
    const before = textRun(lessons, config, 6, device);
    for await (const { step } of before.train(0)) if (step === 4) break;
    const after = textRun(lessons, config, 6, device);
    after.model.loadStateDict(before.model.stateDict());
    after.optimizer.loadStateDict(before.optimizer.stateDict());
    expect(await listed(after.train(4))).toEqual(straight.slice(4));
    expect(numbersOf(after.model)).toEqual(numbersOf(whole.model));
    expect(straight.map(({ epoch, step }) => [epoch, step]).slice(2, 4)).toEqual([
      [1, 3],
      [2, 4],
    ]);
    expect(Object.keys(straight[0])).toEqual(["epoch", "step", "align", "uniform"]);
    const contrastive = { ...config, alignWeight: 0, uniformWeight: 0, contrastiveWeight: 1 };
    const [record] = await listed(textRun(lessons, { ...contrastive, epochs: 1 }, 6, device).train(2));
    expect(Object.keys(record)).toEqual(["epoch", "step", "contrastive"]);
  });

  it("refuses fewer sentences than a batch", () => {
    expect(() => textRun(lessons, { ...config, batchSize: 26, windows: 1 }, 6, device)).toThrow(
      "25 training sentences make no batch of 26: lower --batch-size",
    );
  });
});
