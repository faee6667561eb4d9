// Points on a circle that repel each other end up evenly spread: the corners of a regular polygon.
// You learn: uniformLoss, normalize, Parameter, an optimizer, and that the best value is known exactly.
import { generator, noGrad, normalize, Parameter, SGD, type Tensor, trainStep, uniformLoss } from "align-uniform";

const n = 12;
const t = 2;
const weights = new Parameter(generator(3).normal([n, 2], { mean: 1, std: 0.3 })); // a bunch on one side
const points = (): Tensor => normalize(weights); // on the circle

/** log of the mean potential exp(−t d²) over the pairs of a regular polygon, whose chords are d = 2 sin(πk/n). */
const potentials = Array.from({ length: n - 1 }, (_, k) => Math.exp(-4 * t * Math.sin((Math.PI * (k + 1)) / n) ** 2));
const best = Math.log(potentials.reduce((sum, p) => sum + p) / (n - 1));

async function show(title: string): Promise<void> {
  const [width, height] = [33, 13];
  const rows = Array.from({ length: height }, () => new Array<string>(width).fill(" "));
  const at = await noGrad(points).data();
  for (let i = 0; i < n; i++) {
    const column = Math.round(((1 + at[2 * i]) / 2) * (width - 1));
    const row = Math.round(((1 - at[2 * i + 1]) / 2) * (height - 1));
    rows[row][column] = "o";
  }
  const loss = await noGrad(() => uniformLoss(points(), { t })).item();
  console.log(`${title}: uniformLoss ${loss.toFixed(4)}`);
  console.log(rows.map((row) => row.join("").trimEnd()).join("\n"));
}

await show("before");
const step = trainStep(new SGD([weights], { lr: 0.5, momentum: 0.9 }), () => ({ loss: uniformLoss(points(), { t }) }));
for (let i = 0; i < 400; i++) await step();
await show("after 400 steps");
console.log(`a regular ${n}-gon has ${best.toFixed(4)}`);
