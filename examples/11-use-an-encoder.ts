// A convolutional encoder with a learning rate that rises and falls, then what a trained encoder is for: features.
// You learn: schedules, eval() and why it matters, features by the batch, linearProbe, knnProbe, alignment, uniformity.
import * as au from "align-uniform";

const g = au.generator(0);
const [side, count] = [12, 240];

// Three kinds of pictures [1, 12, 12], each a little elsewhere, on noise. The labels serve to judge, never to train.
const labels = Array.from({ length: count }, (_, i) => i % 3);
const inked = [
  (_: number, y: number) => Math.abs(y) === 3 || y === 0,
  (x: number, y: number) => Math.abs(x) < 5 && Math.abs(x) === Math.abs(y),
  (x: number, y: number) => Math.round(Math.hypot(x, y)) === 4,
];
const data = new Float32Array(count * side * side);
for (const [i, label] of labels.entries()) {
  const [left, top] = [4 + g.below(4), 4 + g.below(4)];
  for (let k = 0; k < side * side; k++) {
    const ink = inked[label]((k % side) - left, Math.floor(k / side) - top);
    data[i * side * side + k] = ink ? 1 : 0.3 * g.float();
  }
}
const images = au.arrays({ data, shape: [count, 1, side, side] });

const encoder = au.convEncoder({ imageSize: side, channels: [8, 16], hidden: 32, featDim: 8, generator: g });
const optimizer = new au.SGD(encoder.parameters(), { lr: 0.05, momentum: 0.9 });
const step = au.trainStep(optimizer, (x: au.Tensor, y: au.Tensor) => {
  const both = encoder.forward(au.concat([x, y])); // one pass: batch norm sees both views
  return au.alignUniformLoss(au.slice(both, { end: x.shape[0] }), au.slice(both, { start: x.shape[0] }));
});
const view = au.randomAffine({ angle: 0.3, scale: [0.8, 1.2], translate: 0.2 });
const pairs = au.transformed(images, au.twoViews(view), g.fork("views"));
const batches = au.loader(pairs, { batchSize: 48, shuffle: g.fork("order"), dropLast: true });

/** All features, batch by batch: [240, 8]. */
async function features(): Promise<au.Tensor> {
  encoder.eval(); // batch norm goes by its running averages: features no longer depend on who else is in the batch
  const parts: au.Tensor[] = [];
  for await (const x of au.loader(images, { batchSize: 100 })) parts.push(au.noGrad(() => encoder.forward(x)));
  encoder.train();
  return au.concat(parts);
}

/** How well the features of two thirds name the rest, with a line and with neighbours. */
async function report(when: string): Promise<void> {
  const x = await features();
  const [known, asked] = [au.slice(x, { end: 160 }), au.slice(x, { start: 160 })];
  const [knownLabels, askedLabels] = [labels.slice(0, 160), labels.slice(160)];
  const options = { generator: au.generator(1), epochs: 100, lr: 0.01 };
  const line = await au.linearProbe(known, knownLabels, asked, askedLabels, options);
  const near = await au.knnProbe(known, knownLabels, asked, askedLabels, { k: 5 });
  const spread = await au.uniformity(x);
  const numbers = [line.accuracy, near.accuracy, spread.value].map((value) => value.toFixed(2));
  console.log(`${when}: linear probe ${numbers[0]}, 5-NN ${numbers[1]}, uniformity ${numbers[2]}`);
}

await report("untrained");
const epochs = 12;
const total = epochs * batches.length;
const after = new au.CosineAnnealingLR(optimizer, { tMax: total - 6 });
const schedule = new au.LinearWarmup(optimizer, { steps: 6, after }); // 6 steps up, then down along a cosine
for (let epoch = 1; epoch <= epochs; epoch++) {
  let last = { align: 0, uniform: 0 };
  for await (const [x, y] of batches) {
    const { align, uniform } = await step(x, y);
    schedule.step();
    last = { align: await align.item(), uniform: await uniform.item() };
  }
  if (epoch % 4 === 0) console.log(epoch, last.align.toFixed(2), last.uniform.toFixed(2), optimizer.lr.toFixed(4));
}
await report("trained");
// To go on later, save the schedule too: it is plain numbers, for the metadata of saveCheckpoint.
console.log(JSON.stringify(schedule.stateDict()));
