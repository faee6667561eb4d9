// Are these embeddings any good? The two metrics, and two more, of sentences as transformers.js would embed them.
// You learn: { data, dims } as transformers.js returns it, alignment of paraphrases, uniformity, what a shared direction does.
import * as au from "align-uniform";

const topics = [
  "the cat",
  "my sister",
  "a train",
  "the river",
  "our teacher",
  "the storm",
  "a letter",
  "the old clock",
];
const deeds = ["sleeps", "was late", "came home", "made a noise", "is quiet", "went away", "was seen", "changed again"];
const sentences = topics.flatMap((topic) => deeds.map((deed) => `${topic} ${deed}`));
const others = sentences.map((sentence) => `it seems that ${sentence} today`); // row i says what row i of the first says

/**
 * In place of a model: counts of letters in threes, hashed to 64 numbers. With transformers.js it would be
 *   const extractor = await pipeline("feature-extraction", "Xenova/all-MiniLM-L6-v2");
 *   const features = await extractor(sentences, { pooling: "mean" });
 */
function extractor(texts: readonly string[]): { type: "float32"; data: Float32Array; dims: number[]; size: number } {
  const dims = [texts.length, 64];
  const data = new Float32Array(texts.length * 64).fill(0.5); // models have such a common part too
  for (const [i, text] of texts.entries()) {
    for (let at = 0; at + 3 <= text.length; at++) {
      const hash = [...text.slice(at, at + 3)].reduce((h, letter) => (31 * h + letter.charCodeAt(0)) % 8191, 7);
      data[64 * i + (hash % 64)] += 1;
    }
  }
  return { type: "float32", data, dims, size: data.length };
}

async function report(name: string, x: au.PointsInput, y: au.PointsInput): Promise<void> {
  const close = await au.alignment(x, y);
  const spread = await au.uniformity(x);
  const [rank, far] = [au.effectiveRank(x), au.wasserstein(x)];
  console.log(`${name}: alignment ${close.value.toFixed(2)} ± ${close.standardError.toFixed(2)}`);
  console.log(
    `  uniformity ${spread.value.toFixed(2)} ± ${spread.standardError.toFixed(2)}, at best ${spread.optimum.toFixed(2)}`,
  );
  console.log(`  effective rank ${rank.toFixed(1)} of 64, Wasserstein distance ${far.toFixed(2)}`);
}

const [x, y] = [extractor(sentences), extractor(others)];
await report("as they are", x, y);

// What all rows have in common says nothing about any of them: without their mean they spread, and pairs stay pairs.
const centred = ({ data, dims }: typeof x): au.Tensor => {
  const rows = au.tensor(data, { shape: dims });
  return rows.sub(rows.mean({ dim: 0 }));
};
await report("less their mean", centred(x), centred(y));
