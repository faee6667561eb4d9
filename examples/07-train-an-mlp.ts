// An encoder learns, without labels, that two noisy views show the same thing.
// You learn: Module, layers, Adam, trainStep, and judging features by their nearest neighbours.
import * as au from "align-uniform";

const g = au.generator(0);
const labels = Int32Array.from({ length: 128 }, (_, i) => i % 4);

// A class is a direction in the first 8 coordinates; the other 8 are noise, drawn anew for each view.
const directions = g.normal([4, 8], { std: 1.5 });
const content = directions.take(labels).add(g.normal([128, 8], { std: 0.5 })); // [128, 8]
const view = (): au.Tensor => au.concat([content, g.normal([128, 8], { std: 2 })], { dim: 1 }); // [128, 16]

class Encoder extends au.Module {
  layers: au.Sequential = new au.Sequential(
    new au.Linear(16, 32, { generator: g }),
    new au.ReLU(),
    new au.Linear(32, 3, { generator: g }),
    new au.L2Norm(), // the losses need features on the sphere
  );

  forward(x: au.Tensor): au.Tensor {
    return this.layers.forward(x);
  }
}

const encoder = new Encoder();
const everyone = Array.from(labels.keys());

/** How often the nearest other feature, the one with the largest cosine, has the same label. */
function accuracy(): number {
  const features = au.noGrad(() => encoder.forward(view()));
  const cosines = features.matmul(features.transpose(0, 1)); // [128, 128]
  const nearest = au.argmax(cosines.sub(au.oneHot(everyone, 128).mul(9))); // never oneself
  return nearest.filter((j, i) => labels[i] === labels[j]).length / 128;
}

const names = encoder.namedParameters().map(([name, p]) => `${name} [${p.shape}]`);
console.log("parameters:", names.join(", "));
console.log("a neighbour of the same class, untrained:", accuracy().toFixed(2), "(chance 0.25)");

const step = au.trainStep(new au.Adam(encoder.parameters(), { lr: 1e-2 }), (x: au.Tensor, y: au.Tensor) =>
  au.alignUniformLoss(encoder.forward(x), encoder.forward(y)),
);
for (let i = 0; i <= 60; i++) {
  const { loss, align, uniform } = await step(view(), view());
  if (i % 20 !== 0) continue;
  const [total, a, u] = await Promise.all([loss, align, uniform].map((x) => x.item()));
  console.log(`step ${i}: loss ${total.toFixed(3)} = align ${a.toFixed(3)} + uniform ${u.toFixed(3)}`);
}
console.log("a neighbour of the same class, trained:", accuracy().toFixed(2));
