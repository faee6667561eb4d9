import type { Layout } from "../train/layout.ts";
import type { StepRecord } from "../train/mnist.ts";
import type { MnistResult } from "../train/result.ts";
import { angleDensity, angleLegend } from "./angles.ts";
import { alignmentCurve, stepsPerPoint, uniformityCurve } from "./curves.ts";
import { distanceHistogram } from "./distances.ts";
import { digitLegend, digitMaps, drawnOf, featureMap } from "./maps.ts";
import { count, figure, minus, page } from "./page.ts";
import { planeOf, reachOf } from "./plane.ts";
import { percent, resultTable } from "./table.ts";

export interface ReportInput {
  readonly result: MnistResult;
  readonly steps: readonly StepRecord[];
  readonly trained: Layout;
  readonly untrained: Layout;
  /** Of the test digits, 0 to 9. */
  readonly labels: ArrayLike<number>;
}

/** The report of a run as one HTML page that needs nothing beside itself. Equal input gives equal text. */
export function renderReport({ result, steps, trained, untrained, labels }: ReportInput): string {
  const { config, digits } = result;
  const dim = config.encoder.featDim;
  const each = stepsPerPoint(steps.length);
  const planes = { trained: planeOf(trained.features), untrained: planeOf(untrained.features) };
  const reach = reachOf([planes.trained, planes.untrained]);
  const drawn = drawnOf(labels.length).length;
  const body = `<h1>MNIST digits without labels</h1>
<p class="lead">An encoder learnt from ${count(digits.train)} digits, without being told which digit is which, to put every
picture on a sphere in ${dim} dimensions. A linear classifier on its hidden layer then names
<strong>${percent(result.trained.probes.fc7)}</strong> of ${count(digits.test)} new digits rightly, the vote of the five nearest
training digits on the sphere <strong>${percent(result.trained.knn.output)}</strong>.</p>

${resultTable(result)}

<h2>Training</h2>
<p>The two losses of each batch of ${count(config.batchSize)} digits over ${count(steps.length)} steps (${config.epochs}
${config.epochs === 1 ? "pass" : "passes"} through the digits)${each > 1 ? `; a point is the mean of ${each} steps` : ""}. Alignment is the mean
${config.alpha === 2 ? "squared distance" : `distance, to the power ${config.alpha},`} between two views of a digit; uniformity is low where different digits lie far apart. Lower is better for both,
and they pull in opposite directions: with everything in one place alignment would be 0, its best, and uniformity 0 too, its worst. The
dashed line is where points spread evenly over the whole sphere would be. The uniformity curve does not end at
the table's ${minus(trained.uniformity.value.toFixed(3))}: it is of views, and batch norm goes by the mean and variance of each batch in training, but by their running
averages in measuring, where views come to ${minus(trained.viewUniformity.value.toFixed(3))}.</p>
<div class="figures">${figure("Alignment", alignmentCurve(steps))}${figure("Uniformity", uniformityCurve(steps, result.trained.uniformity.optimum))}</div>

<h2>The test digits on the sphere</h2>
<p>Each dot is a test digit${drawn < labels.length ? ` (${count(drawn)} of ${count(labels.length)}, evenly spaced)` : ""}. The sphere has ${dim} dimensions; this is the plane through
the features' mean in which they differ most (two principal components, centred, found for each encoder on its own). It holds ${percent(planes.trained.share)} of
the trained features' variance and ${percent(planes.untrained.share)} of the untrained ones'; of evenly spread points it would hold ${percent(Math.min(1, 2 / dim))}. The other directions
do not show, so groups that overlap here may be far apart. Both pictures have one scale: the middle is the mean, the circle a distance
of ${reach.toFixed(2)} from it. The mean itself is ${planes.trained.meanLength.toFixed(2)} from the sphere's centre with training and ${planes.untrained.meanLength.toFixed(2)} without: near 1 all features point one
way, and what is left of them is a small clump in the middle. Dots of one colour that lie together, though nobody named the digits,
are what the method is about.</p>
${digitLegend()}
<div class="figures">${figure("Trained", featureMap("Trained", planes.trained, labels, reach))}${figure("Untrained", featureMap("Untrained", planes.untrained, labels, reach))}</div>
<p>Each digit alone, trained encoder:</p>
<div class="small figures">${digitMaps(planes.trained, labels, reach)
    .map((svg, digit) => figure(String(digit), svg))
    .join("")}</div>

<h2>How near two views of a digit are</h2>
<p>Two views are one digit turned, scaled, slanted and shifted at random, twice. The histogram counts the distances between their
features: 0 is the same point, 1.41 a right angle, 2 the opposite side of the sphere. The dashed line is the mean. Far to the left is well
aligned; an encoder that puts everything in one place is that too, so look at the angles below as well.</p>
<div class="figures">${figure("Trained", distanceHistogram("Trained", trained.distances))}${figure(`Untrained ${otherScale}`, distanceHistogram("Untrained", untrained.distances))}</div>

<h2>Angles between features</h2>
<p>How often two features are seen under which angle from the sphere's centre. In ${dim} dimensions evenly spread points are nearly
all at right angles to each other (dashed: their density at the angle θ is proportional to sin<sup>${dim - 2}</sup> θ). Training should bring the curve of any two
digits towards the dashed one, which is uniformity, and the two views of a digit far to the left of it, which is alignment. Labels
serve the curve of two of the same digit alone: where it leaves the one of any two digits, digits of a kind have found each other.</p>
${angleLegend()}
<div class="figures">${figure("Trained", angleDensity("Trained", trained, labels))}${figure(`Untrained ${otherScale}`, angleDensity("Untrained", untrained, labels))}</div>

<h2>How it was made</h2>
${making(result)}`;
  return page("align-uniform: MNIST digits without labels", body);
}

/** Beside trained features, untrained ones are piled so high that a common axis would flatten the former. */
const otherScale = "<small>(vertical scale of its own)</small>";

function making({ config, version, device, trainingSeconds, measuringSeconds }: MnistResult): string {
  const { encoder, views } = config;
  return `<p>align-uniform ${version} on ${device}: convolutions of ${encoder.channels.join(", ")} channels, a hidden layer (fc7) of ${encoder.hidden}, features of ${encoder.featDim};
seed ${config.seed}; SGD with learning rate ${config.lr}, momentum ${config.momentum}, weight decay ${config.weightDecay}, batches of ${config.batchSize}. Views: turned by up to ${views.angle} radians,
scaled by ${views.scale.join(" to ")}, slanted by up to ${views.shear}, shifted by up to ${Math.round(50 * views.translate)}% of the picture. Loss: ${config.alignWeight} × alignment (α = ${config.alpha})
+ ${config.uniformWeight} × uniformity (t = ${config.t}). ${trainingSeconds.toFixed(0)} seconds of training, ${measuringSeconds.toFixed(0)} of measuring. The method is that of Wang &amp; Isola, “Understanding Contrastive
Representation Learning through Alignment and Uniformity on the Hypersphere”, ICML 2020. Every step is in <code>log.jsonl</code>, the
weights are in <code>checkpoint.safetensors</code>.</p>`;
}
