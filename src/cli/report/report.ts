import type { Measured } from "../train/measure.ts";
import type { StepRecord } from "../train/mnist.ts";
import type { MnistResult, Summary } from "../train/result.ts";
import { alignmentCurve, digitLegend, digitMaps, distanceHistogram, featureMap, uniformityCurve } from "./figures.ts";
import { style } from "./style.ts";

export interface ReportInput {
  readonly result: MnistResult;
  readonly steps: readonly StepRecord[];
  readonly trained: Measured;
  readonly untrained: Measured;
  /** Of the test digits. */
  readonly labels: readonly number[];
}

/** The report of a run as one HTML page that needs nothing beside itself. Equal input gives equal text. */
export function renderReport({ result, steps, trained, untrained, labels }: ReportInput): string {
  const { config, digits, version, device } = result;
  const share = (x: number): string => `${(100 * x).toFixed(1)}%`;
  const gain = 100 * (result.trained.accuracy - result.untrained.accuracy);
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>align-uniform: MNIST digits without labels</title>
<style>${style}</style>
</head>
<body>
<h1>MNIST digits without labels</h1>
<p class="lead">An encoder learnt from ${digits.train.toLocaleString("en")} digits, without being told which digit is which, to put every
picture on a sphere in ${config.sizes.at(-1)} dimensions. Judged by its five nearest training digits, a new digit is then named rightly
<strong>${share(result.trained.accuracy)}</strong> of the time, ${Math.abs(gain).toFixed(1)} points ${gain >= 0 ? "more" : "less"} than before training.</p>

<table>
<thead><tr><th scope="col">on ${digits.test.toLocaleString("en")} test digits</th><th scope="col">trained</th><th scope="col">untrained</th><th scope="col">raw pixels</th><th scope="col">what it means</th></tr></thead>
<tbody>
${row("5-NN accuracy", share(result.trained.accuracy), share(result.untrained.accuracy), share(result.rawPixels.accuracy), "How often the majority of the 5 nearest training digits (by angle) is right. Higher is better. Labels are used here and nowhere else.")}
${row("Alignment", ...numbers(result, (s) => plusMinus(s.alignment)), "Mean squared distance between two shifted views of a digit. Lower is better, 0 is perfect.")}
${row("Uniformity", ...numbers(result, (s) => plusMinus(s.uniformity)), "Log of the mean Gaussian potential over all pairs of digits. Lower is better; negative numbers are right.")}
${row("Its optimum", ...numbers(result, (s) => s.uniformity.optimum.toFixed(3)), `Where points spread evenly over this sphere end up.`)}
${row("Gap", ...numbers(result, (s) => s.uniformity.gap.toFixed(3)), "Uniformity less its optimum: what is left to gain.")}
</tbody>
</table>
<p class="note">± is one standard error. An encoder that maps everything to one point has perfect alignment and the worst uniformity, 0; a
random map can be uniform and align nothing. Both at once is what makes features useful. Raw pixels are ${config.sizes[0]} numbers a digit, the features are ${config.sizes.at(-1)}.</p>

<h2>Training</h2>
<p>The two losses of each batch of ${config.batchSize} digits, over ${steps.length.toLocaleString("en")} steps (${config.epochs} ${config.epochs === 1 ? "pass" : "passes"}).</p>
<div class="figures">${figure("Alignment", alignmentCurve(steps))}${figure("Uniformity", uniformityCurve(steps, result.trained.uniformity.optimum))}</div>

<h2>The test digits on the sphere</h2>
<p>Features of the test digits, seen along the two directions in which they vary most (principal components); the other
${Math.max(0, (config.sizes.at(-1) ?? 0) - 2)} dimensions are not visible, so groups that overlap here may be apart. The circle is the sphere's outline.</p>
${digitLegend()}
<div class="figures">${figure("Trained", featureMap("Trained", trained, labels))}${figure("Untrained", featureMap("Untrained", untrained, labels))}</div>
<p>Each digit alone, trained encoder:</p>
<div class="small figures">${digitMaps(trained, labels)
    .map((svg, digit) => figure(String(digit), svg))
    .join("")}</div>

<h2>How near two views of a digit are</h2>
<p>Distance between the features of two shifted views of the same test digit: 0 is the same point, 2 the opposite side of the sphere.</p>
<div class="figures">${figure("Trained", distanceHistogram("Trained", trained.distances))}${figure("Untrained", distanceHistogram("Untrained", untrained.distances))}</div>

<h2>How it was made</h2>
<p>align-uniform ${version} on ${device}: MLP encoder ${config.sizes.join("-")}, seed ${config.seed}, Adam with learning rate ${config.lr} lowered to 0 along
a cosine, views shifted by up to ${config.maxShift} pixels each way, α = ${config.alpha}, t = ${config.t}; ${result.trainingSeconds.toFixed(0)} seconds of training.
The method is that of Wang &amp; Isola, “Understanding Contrastive Representation Learning through Alignment and Uniformity on the
Hypersphere”, ICML 2020. Every step is in <code>log.jsonl</code>, the weights are in <code>checkpoint.safetensors</code>.</p>
</body>
</html>
`;
}

function numbers({ trained, untrained }: MnistResult, cell: (summary: Summary) => string): [string, string, string] {
  return [cell(trained), cell(untrained), ""];
}

function plusMinus({ value, standardError }: { readonly value: number; readonly standardError: number }): string {
  return `${value.toFixed(3)} <small>±${standardError.toFixed(3)}</small>`;
}

function row(name: string, trained: string, untrained: string, pixels: string, meaning: string): string {
  return `<tr><th scope="row">${name}</th><td>${trained}</td><td>${untrained}</td><td>${pixels}</td><td>${meaning}</td></tr>`;
}

function figure(title: string, svg: string): string {
  return `<figure><figcaption>${title}</figcaption>${svg}</figure>`;
}
