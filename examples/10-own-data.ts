// Your own arrays, one .npy file each, train an encoder; the names of the folders serve to judge it, never to train it.
// You learn: npyFolder, transforms, twoViews, loader, knnProbe, and writeNpy.
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as au from "align-uniform";
import { npyFolder } from "align-uniform/node";

const g = au.generator(0);
const side = 12;

// Three kinds of drawings, 40 of each: bytes [12, 12], as numpy.save writes them. Each lies a little elsewhere.
const drawings: Record<string, (x: number, y: number) => boolean> = {
  bars: (_, y) => Math.abs(y) === 3 || y === 0,
  cross: (x, y) => Math.abs(x) < 5 && Math.abs(x) === Math.abs(y),
  ring: (x, y) => Math.round(Math.hypot(x, y)) === 4,
};
const folder = await mkdtemp(join(tmpdir(), "align-uniform-"));
for (const [name, inked] of Object.entries(drawings)) {
  await mkdir(join(folder, name));
  for (let i = 0; i < 40; i++) {
    const [left, top] = [4 + g.below(4), 4 + g.below(4)];
    const data = Uint8Array.from({ length: side * side }, (_, k) =>
      inked((k % side) - left, Math.floor(k / side) - top) ? 255 : g.below(60),
    );
    await writeFile(join(folder, name, `${i}.npy`), au.writeNpy({ shape: [side, side], data }));
  }
}

const files = await npyFolder(folder);
console.log(files.length, "arrays of the classes", files.classes.join(", "));

// Two views of a drawing: turned, scaled and moved at random. The encoder is to give both the same place on the sphere.
const images = au.transformed(files, au.toTensor, g); // bytes [12, 12] -> floats [1, 12, 12] in 0..1
const view = au.randomAffine({ angle: 0.3, scale: [0.8, 1.2], translate: 0.2 });
const pairs = au.transformed(images, au.twoViews(view), g.fork("views"));
const batches = au.loader(pairs, { batchSize: 40, shuffle: g.fork("order"), dropLast: true });

const encoder = au.mlpEncoder({ sizes: [side * side, 64, 8], generator: g });
const encode = (x: au.Tensor): au.Tensor => encoder.forward(x.flatten(1)); // [n, 1, 12, 12] -> [n, 8]

const everyOther = (start: number): number[] => Array.from({ length: files.length / 2 }, (_, i) => 2 * i + start);
const [known, asked] = [everyOther(0), everyOther(1)];

/** How often the five nearest features of one half of the drawings name the class of one of the other half. */
async function accuracy(): Promise<string> {
  const drawn = await Promise.all(files.labels.map((_, i) => images.get(i)));
  const features = au.noGrad(() => encode(au.stack(drawn.map(({ data, shape }) => au.tensor(data, { shape })))));
  const [knownLabels, askedLabels] = [known, asked].map((half) => half.map((i) => files.labels[i]));
  const probe = await au.knnProbe(features.take(known), knownLabels, features.take(asked), askedLabels);
  return probe.accuracy.toFixed(2);
}

console.log("5 neighbours name the class, untrained:", await accuracy());
const step = au.trainStep(new au.Adam(encoder.parameters(), { lr: 3e-3 }), (x: au.Tensor, y: au.Tensor) =>
  au.alignUniformLoss(encode(x), encode(y)),
);
for (let epoch = 1; epoch <= 20; epoch++) {
  let mean = 0;
  for await (const [x, y] of batches) mean += (await (await step(x, y)).loss.item()) / batches.length;
  if (epoch % 5 === 0) console.log(`epoch ${epoch}: loss ${mean.toFixed(2)}`);
}
console.log("5 neighbours name the class, trained:", await accuracy());
await rm(folder, { recursive: true });
