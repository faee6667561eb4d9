// `npm run picture` draws docs/images/circle.svg: features on the circle before and after training with both losses.
// Every dot is a sample, its colour a class that the training never saw; dots at one angle pile up outwards.
import { writeFile } from "node:fs/promises";
import * as au from "align-uniform";

const [n, classes, steps] = [200, 5, 300];
const g = au.generator(4);
const labels = Int32Array.from({ length: n }, (_, i) => i % classes);

// A class is a point in 8 dimensions, a sample lies near it, and a view adds noise in all 16.
const content = g
  .normal([classes, 8], { std: 2 })
  .take(labels)
  .add(g.normal([n, 8], { std: 0.4 }));
const samples = content.pad([
  [0, 0],
  [0, 8],
]);
const view = (): au.Tensor => samples.add(g.normal([n, 16], { std: 0.5 }));

const encoder = new au.Sequential(
  new au.Linear(16, 64, { generator: g }),
  new au.ReLU(),
  new au.Linear(64, 2, { generator: g }),
  new au.L2Norm(),
);

interface Panel {
  readonly title: string;
  readonly losses: string;
  readonly angles: readonly number[];
}

async function panel(title: string): Promise<Panel> {
  const { align, uniform } = au.noGrad(() => au.alignUniformLoss(encoder.forward(view()), encoder.forward(view())));
  const features = await au.noGrad(() => encoder.forward(samples)).data();
  const angles = Array.from(labels, (_, i) => Math.atan2(features[2 * i + 1], features[2 * i]));
  const losses = `alignment ${(await align.item()).toFixed(2)}, uniformity ${(await uniform.item()).toFixed(2)}`;
  return { title, losses, angles };
}

const before = await panel("Before training");
const step = au.trainStep(new au.Adam(encoder.parameters(), { lr: 5e-3 }), (x: au.Tensor, y: au.Tensor) =>
  au.alignUniformLoss(encoder.forward(x), encoder.forward(y)),
);
for (let i = 0; i < steps; i++) await step(view(), view());
const after = await panel(`After ${steps} steps, without labels`);

const colours = ["#0072b2", "#e69f00", "#009e73", "#cc79a7", "#56b4e9"]; // Okabe & Ito 2008, safe for colour blindness
const [bins, radius, dot] = [130, 76, 2];

function draw({ title, losses, angles }: Panel, centre: number): string {
  const heights = new Map<number, number>();
  const order = [...angles.keys()].sort((i, j) => labels[i] - labels[j]);
  const dots = order.map((i) => {
    const bin = Math.round((angles[i] / (2 * Math.PI)) * bins);
    const height = heights.get(bin) ?? 0;
    heights.set(bin, height + 1);
    const [angle, distance] = [(bin / bins) * 2 * Math.PI, radius + 2 * dot * (height + 1)];
    const [x, y] = [centre + distance * Math.cos(angle), 205 - distance * Math.sin(angle)];
    return `<circle cx="${x.toFixed(1)}" cy="${y.toFixed(1)}" r="${dot}" fill="${colours[labels[i]]}"/>`;
  });
  return `<text x="${centre}" y="30" class="title">${title}</text>
<text x="${centre}" y="50">${losses}</text>
<circle cx="${centre}" cy="205" r="${radius}" fill="none" stroke="#999"/>
${dots.join("\n")}`;
}

const svg = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 720 360" role="img" font-family="sans-serif">
<title>Features of ${n} samples on the circle, before and after training</title>
<style>text { text-anchor: middle; font-size: 13px; fill: #444 } .title { font-size: 16px; fill: #111 }</style>
<rect width="720" height="360" rx="8" fill="#fff"/>
${draw(before, 190)}
${draw(after, 530)}
</svg>
`;
await writeFile("docs/images/circle.svg", svg);
console.log(`${before.title}: ${before.losses}\n${after.title}: ${after.losses}\nwrote docs/images/circle.svg`);
