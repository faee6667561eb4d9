import { counted, percent } from "../shown.ts";
import type { Layout } from "../train/layout.ts";
import type { Words } from "../train/recipe.ts";
import type { TrainResult } from "../train/result.ts";
import type { StepRecord } from "../train/task.ts";
import { angleDensity, angleLegend, kindsOf } from "./angles.ts";
import { alignmentCurve, stepsPerPoint, uniformityCurve } from "./curves.ts";
import { distanceHistogram } from "./distances.ts";
import { classLegend, classMaps, coloured, drawnOf, featureMap } from "./maps.ts";
import { escaped, figure, minus, page } from "./page.ts";
import { planeOf, reachOf } from "./plane.ts";
import { resultTable } from "./table.ts";

export interface ReportInput {
  readonly result: TrainResult;
  readonly words: Words;
  readonly steps: readonly StepRecord[];
  readonly trained: Layout;
  readonly untrained: Layout;
  /** Class of each test picture, −1 where nobody says. */
  readonly labels: ArrayLike<number>;
  /** Names of the classes, none where there are none. */
  readonly classes: readonly string[];
}

/** The report of a run as one HTML page that needs nothing beside itself. Equal input gives equal text. */
export function renderReport({ result, words, steps, trained, untrained, labels, classes }: ReportInput): string {
  const { config, pictures } = result;
  const { title, one, many, viewed } = words;
  const dim = config.featDim;
  const each = stepsPerPoint(steps.length);
  const planes = { trained: planeOf(trained.features), untrained: planeOf(untrained.features) };
  const reach = reachOf([planes.trained, planes.untrained]);
  const drawn = drawnOf(labels.length).length;
  const sorted = { many, labels, classes };
  const kinds = kindsOf(words, classes);
  const { probes, knn } = result.trained;
  const named =
    probes && knn
      ? ` A linear classifier on its hidden layer then names
<strong>${percent(probes.fc7)}</strong> of ${counted(pictures.test)} new ${many} rightly, the vote of the five nearest
training ${many} on the sphere <strong>${percent(knn.output)}</strong>.`
      : "";
  const body = `<h1>${title} without labels</h1>
<p class="lead">An encoder learnt from ${counted(pictures.train)} ${many}, without being told what any of them shows, to put every
picture on a sphere in ${dim} dimensions.${named}</p>

${resultTable(result, words)}

<h2>Training</h2>
<p>The two losses of each batch of ${counted(config.batchSize)} ${many} over ${counted(steps.length)} steps (${config.epochs}
${config.epochs === 1 ? "pass" : "passes"} through the ${many})${each > 1 ? `; a point is the mean of ${each} steps` : ""}. Alignment is the mean
${config.alpha === 2 ? "squared distance" : `distance, to the power ${config.alpha},`} between two views of a ${one}; uniformity is low where different ${many} lie far apart. Lower is better for both,
and they pull in opposite directions: with everything in one place alignment would be 0, its best, and uniformity 0 too, its worst. The
dashed line is where points spread evenly over the whole sphere would be. The uniformity curve does not end at
the table's ${minus(trained.uniformity.value.toFixed(3))}: it is of views, and batch norm goes by the mean and variance of each batch in training, but by their running
averages in measuring, where views come to ${minus(trained.viewUniformity.value.toFixed(3))}.</p>
<div class="figures">${figure("Alignment", alignmentCurve(steps))}${figure("Uniformity", uniformityCurve(steps, result.trained.uniformity.optimum))}</div>

<h2>The test ${many} on the sphere</h2>
<p>Each dot is a test ${one}${drawn < labels.length ? ` (${counted(drawn)} of ${counted(labels.length)}, evenly spaced)` : ""}. The sphere has ${dim} dimensions; this is the plane through
the features' mean in which they differ most (two principal components, centred, found for each encoder on its own). It holds ${percent(planes.trained.share)} of
the trained features' variance and ${percent(planes.untrained.share)} of the untrained ones'; of evenly spread points it would hold ${percent(Math.min(1, 2 / dim))}. The other directions
do not show, so groups that overlap here may be far apart. Both pictures have one scale: the middle is the mean, the circle a distance
of ${reach.toFixed(2)} from it. The mean itself is ${planes.trained.meanLength.toFixed(2)} from the sphere's centre with training and ${planes.untrained.meanLength.toFixed(2)} without: near 1 all features point one
way, and what is left of them is a small clump in the middle. Dots of one colour that lie together, though nobody named the ${many},
are what the method is about.</p>
${classes.length > 0 ? classLegend(sorted) : ""}
<div class="figures">${figure("Trained", featureMap("Trained", planes.trained, sorted, reach))}${figure("Untrained", featureMap("Untrained", planes.untrained, sorted, reach))}</div>
${
  classes.length > 0
    ? `<p>Each class alone, trained encoder:</p>
<div class="small figures">${classMaps(planes.trained, sorted, reach)
        .map((svg, label) => figure(escaped(coloured(sorted)[label]), svg))
        .join("")}</div>`
    : ""
}

<h2>How near two views of a ${one} are</h2>
<p>Two views are one ${one} ${viewed}. The histogram counts the distances between their
features: 0 is the same point, 1.41 a right angle, 2 the opposite side of the sphere. The dashed line is the mean. Far to the left is well
aligned; an encoder that puts everything in one place is that too, so look at the angles below as well.</p>
<div class="figures">${figure("Trained", distanceHistogram("Trained", one, trained.distances))}${figure(`Untrained ${otherScale}`, distanceHistogram("Untrained", one, untrained.distances))}</div>

<h2>Angles between features</h2>
<p>How often two features are seen under which angle from the sphere's centre. In ${dim} dimensions evenly spread points are nearly
all at right angles to each other (dashed: their density at the angle θ is proportional to sin<sup>${dim - 2}</sup> θ). Training should bring the curve of any two
${many} towards the dashed one, which is uniformity, and the two views of a ${one} far to the left of it, which is alignment.${
    classes.length > 0
      ? ` Labels
serve the curve of two of the same class alone: where it leaves the one of any two ${many}, ${many} of a kind have found each other.`
      : ""
  }</p>
${angleLegend(kinds)}
<div class="figures">${figure("Trained", angleDensity("Trained", trained, labels, kinds))}${figure(`Untrained ${otherScale}`, angleDensity("Untrained", untrained, labels, kinds))}</div>

<h2>How it was made</h2>
${making(result, words)}`;
  return page(`align-uniform: ${title} without labels`, body);
}

/** Beside trained features, untrained ones are piled so high that a common axis would flatten the former. */
const otherScale = "<small>(vertical scale of its own)</small>";

function making(
  { config, version, device, trainingSeconds, measuringSeconds }: TrainResult,
  { settings }: Words,
): string {
  const decay =
    config.lrDecayEpochs.length > 0 ? `, × ${config.lrDecayRate} after ${config.lrDecayEpochs.join(", ")} passes` : "";
  return `<p>align-uniform ${version} on ${device}: ${encoderOf(config)};
seed ${config.seed}; SGD with learning rate ${config.lr}${decay}, momentum ${config.momentum}, weight decay ${config.weightDecay}, batches of ${config.batchSize}. ${settings(config)} Loss: ${config.alignWeight} × alignment (α = ${config.alpha})
+ ${config.uniformWeight} × uniformity (t = ${config.t}). ${trainingSeconds.toFixed(0)} seconds of training, ${measuringSeconds.toFixed(0)} of measuring. The method is that of Wang &amp; Isola, “Understanding Contrastive
Representation Learning through Alignment and Uniformity on the Hypersphere”, ICML 2020. Every step is in <code>log.jsonl</code>, the
weights are in <code>checkpoint.safetensors</code>.</p>`;
}

function encoderOf({ arch, channels, hidden, featDim }: TrainResult["config"]): string {
  const layers =
    arch === "conv" ? `convolutions of ${channels.join(", ")} channels, a hidden layer (fc7) of ${hidden}` : arch;
  return `${layers}, features of ${featDim}`;
}
