// A batch larger than memory: 1,024 pairs go through the encoder in chunks of 64, and the loss is that of all together.
// You learn: cachedTrainStep, inChunks, views that are made chunk by chunk, what it saves and what it costs.
import * as au from "align-uniform";

const count = 1024;
const size = 64;
const pictures = au.generator(0).normal([count, 1, 28, 28]);
const everyone = Array.from({ length: count }, (_, i) => i);

function makeEncoder(): au.Sequential {
  const generator = au.generator(1);
  return new au.Sequential(
    new au.Conv2d(1, 16, 3, { padding: 1, generator }),
    new au.ReLU(),
    new au.MaxPool2d(2),
    new au.Flatten(),
    new au.Linear(16 * 14 * 14, 8, { generator }),
    new au.L2Norm(),
  );
}

/** Two noisy views of some of the pictures. */
function views(rows: readonly number[], g: au.Generator): [x: au.Tensor, y: au.Tensor] {
  const seen = pictures.take(rows); // [n, 1, 28, 28]
  const noisy = (): au.Tensor => seen.add(g.normal(seen.shape, { std: 0.5 }));
  return [noisy(), noisy()];
}

/** Takes three steps, and tells by how much the process has grown. Memory that was used once is kept, so small comes first. */
async function train(name: string, step: () => Promise<{ loss: au.Tensor }>): Promise<number[]> {
  const [bytes, start] = [process.memoryUsage().rss, performance.now()];
  const losses: number[] = [];
  for (let i = 0; i < 3; i++) losses.push(await (await step()).loss.item());
  const seconds = ((performance.now() - start) / 1000).toFixed(1);
  const grown = Math.round((process.memoryUsage().rss - bytes) / 2 ** 20);
  console.log(`${name}: losses ${losses.map((loss) => loss.toFixed(5)).join(", ")}; grew by ${grown} MB; ${seconds} s`);
  return losses;
}

// The first pass keeps the features alone. The second makes each chunk again, the same views since g is named, and goes
// from the gradient of its features back to the weights.
const encoder = makeEncoder();
const g = au.generator(2);
const cached = au.cachedTrainStep(new au.SGD(encoder.parameters(), { lr: 0.0003 }), {
  encode: ([rows]: readonly [number[]]) => encoder.forward(au.concat(views(rows, g))).chunk(2), // a pair stays together
  loss: (x, y) => au.alignUniformLoss(x, y), // [1024, 8] each
  modules: [encoder],
  generators: [g],
});
const inParts = await train("in chunks", () => cached(au.inChunks(size, everyone)));

// The same with everything in memory at once.
const twin = makeEncoder();
const h = au.generator(2);
const plain = au.trainStep(new au.SGD(twin.parameters(), { lr: 0.0003 }), () => {
  const parts = [...au.inChunks(size, everyone)].map(([rows]) => views(rows, h));
  const [x, y] = [0, 1].map((view) => au.concat(parts.map((part) => part[view])));
  return au.alignUniformLoss(twin.forward(x), twin.forward(y));
});
const atOnce = await train("all at once", plain);

const apart = Math.max(...inParts.map((loss, i) => Math.abs(loss - atOnce[i])));
console.log(`the same losses within 1e-5: ${apart < 1e-5}`);
