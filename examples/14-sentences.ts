// Encoders of sentences that learn from nothing but their order: f of a sentence near g of its neighbours, all spread.
// You learn: chapters, sentences and a vocabulary of a text, quickThought, pairs inside a batch, a gradient of bounded norm.
import * as au from "align-uniform";

// Each chapter is of one thing, in sentences of three words; no sentence says which.
const g = au.generator(0);
const things = [
  ["sea", "ship", "whale", "wave", "sail", "storm"],
  ["tea", "cup", "garden", "letter", "sister", "dress"],
];
const text = Array.from({ length: 40 }, (_, chapter) => {
  const word = () => things[chapter % 2][g.permutation(6)[0]];
  const sentences = Array.from({ length: 10 }, () => `The ${word()} and a ${word()}.`);
  return `CHAPTER ${chapter + 1}\n\n${sentences.join(" ")}`;
}).join("\n\n");

const chapters = au.chaptersOf(text);
console.log(`${chapters.length} chapters, the first begins: ${chapters[0].slice(0, 2).join(" ")}`);

const vocabulary = au.Vocabulary.of(chapters.flat(), 100);
console.log(`${vocabulary.words.length} words: ${vocabulary.words.slice(0, 5).join(" ")} ...`);

const model = au.quickThought({ vocabulary: vocabulary.words.length, embeddingDim: 8, hidden: 8, generator: g });
const optimizer = new au.Adam(model.parameters(), { lr: 0.01 });

// A step takes four chapters. In each of them a sentence and the one behind it are a positive pair, both ways.
const step = au.trainStep(
  optimizer,
  (some: string[][]) => {
    const sentences = some.flat().map((sentence) => vocabulary.encode(sentence));
    const [f, other] = [model.f.forward(sentences), model.g.forward(sentences)]; // [40, 16] each, rows of length 1
    const earlier = sentences.map((_, i) => i).filter((i) => i % 10 < 9);
    const later = earlier.map((i) => i + 1);
    const align = au.add(
      au.alignLoss(au.take(f, earlier), au.take(other, later)),
      au.alignLoss(au.take(f, later), au.take(other, earlier)),
    );
    const uniform = au.add(au.uniformLoss(f), au.uniformLoss(other));
    return { loss: au.add(align, au.mul(uniform, 0.5)), align, uniform };
  },
  { clipNorm: 0.5 },
);
for (let epoch = 1; epoch <= 8; epoch++) {
  const order = g.permutation(chapters.length);
  for (let k = 0; k < order.length; k += 4) {
    const { align, uniform } = await step(Array.from(order.subarray(k, k + 4), (c) => chapters[c]));
    if (k === 0 && epoch % 4 === 0) {
      console.log(
        `pass ${epoch}: align ${(await align.item()).toFixed(2)}, uniform ${(await uniform.item()).toFixed(2)}`,
      );
    }
  }
}

// What a sentence is used as: f and g side by side. Words of one thing were never in a sentence with words of the other.
const asked = ["The storm and a sail.", "A whale!", "The letter and a dress.", "A cup?"];
const points = au.noGrad(() => model.forward(asked.map((sentence) => vocabulary.encode(sentence)))); // [4, 32]
const cosines = au.noGrad(() => au.matmul(points, au.transpose(points, 0, 1))).dataSync();
for (const [i, sentence] of asked.entries()) {
  const row = Array.from(cosines.slice(4 * i, 4 * i + 4), (cosine) => cosine.toFixed(2).padStart(5));
  console.log(`${sentence.padEnd(24)} ${row.join(" ")}`);
}
