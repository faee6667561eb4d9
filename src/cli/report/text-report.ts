import { counted, percent } from "../shown.ts";
import type { StepRecord } from "../train/task.ts";
import type { Library } from "../train/text/library.ts";
import type { TextDrawn, TextMeasured } from "../train/text/measure.ts";
import { type TextResult, textRows } from "../train/text/result.ts";
import { colours } from "./colours.ts";
import { alignmentCurve, contrastiveCurve, stepsPerPoint, uniformityCurve } from "./curves.ts";
import { histogram } from "./histogram.ts";
import { legend } from "./legend.ts";
import { classLegend, drawnOf, featureMap } from "./maps.ts";
import { nearest } from "./nearest.ts";
import { escaped, figure, minus, page } from "./page.ts";
import { planeOf, reachOf } from "./plane.ts";

export interface TextReportInput {
  readonly result: TextResult;
  readonly steps: readonly StepRecord[];
  readonly library: Library;
  readonly trained: TextMeasured & TextDrawn;
  readonly untrained: TextMeasured & TextDrawn;
}

/** The report of a run over sentences as one HTML page that needs nothing beside itself. Equal input gives equal text. */
export function renderTextReport({ result, steps, library, trained, untrained }: TextReportInput): string {
  const { config, sentences, books, candidates } = result;
  const { test } = library;
  const planes = { trained: planeOf(trained.features), untrained: planeOf(untrained.features) };
  const reach = reachOf([planes.trained, planes.untrained]);
  const sorted = { many: "sentences", labels: test.books, classes: books };
  const drawn = drawnOf(test.books.length).length;
  const each = stepsPerPoint(steps.length);
  const told = (name: string): boolean => steps.some((step) => name in step);
  const dim = 2 * config.hidden;
  const curves = [
    told("contrastive") ? figure("Contrastive loss", contrastiveCurve(steps)) : "",
    told("align") ? figure("Alignment", alignmentCurve(steps)) : "",
    told("uniform")
      ? figure("Uniformity, f and g together", uniformityCurve(steps, 2 * trained.uniformity.f.optimum))
      : "",
  ];
  const body = `<h1>Sentences by their neighbours</h1>
<p class="lead">Two encoders learnt from ${counted(sentences.train)} sentences of ${books.length === 1 ? "a book" : `${books.length} books`}, from nothing but their order, to put
each on a sphere in ${dim} dimensions so that one encoder's point of a sentence, f, is near the other's point of the next one, g. Among ${counted(candidates)} sentences
of chapters they never saw they find the true next one <strong>${percent(trained.retrieval.top1)}</strong> of the time, where chance is ${percent(1 / candidates)}.</p>

<table>
<thead><tr><th scope="col">on ${counted(sentences.test)} sentences of kept chapters</th><th scope="col">trained</th><th scope="col">untrained</th><th scope="col">beside</th><th scope="col">what it means</th></tr></thead>
<tbody>
${textRows(result)
  .map(
    ({ name, meaning, ...cells }) =>
      `<tr><th scope="row">${name}</th>${[cells.trained, cells.untrained, cells.beside].map((cell) => `<td>${minus(cell)}</td>`).join("")}<td>${meaning}</td></tr>`,
  )
  .join("\n")}
</tbody>
</table>
<p class="note">${
    books.length > 1
      ? `Which book a sentence is from is never told in training: only the probes and the colours below use it. Names of persons
alone tell much, so counts of characters stand beside the probe. `
      : ""
  }± is one standard error over the test sentences; another seed may be
further off.</p>

<h2>Training</h2>
<p>The loss of each batch of ${counted(config.batchSize)} sentences, ${rowsOf(config)}, over ${counted(steps.length)} steps${each > 1 ? `; a point is the mean of ${each} steps` : ""}.</p>
<div class="figures">${curves.join("")}</div>

<h2>What lies nearest</h2>
<p>Sentences of the kept chapters, each with the three that are nearest to it, by f and g side by side, and their cosines.</p>
${nearest(trained.features, test.sentences)}

<h2>The test sentences on the sphere</h2>
<p>Each dot is a sentence${drawn < test.books.length ? ` (${counted(drawn)} of ${counted(test.books.length)}, evenly spaced)` : ""}, f and g side by side, in the plane through their mean in which they
differ most. It holds ${percent(planes.trained.share)} of the trained features' variance and ${percent(planes.untrained.share)} of the untrained ones'; the other directions do not show. Both
pictures have one scale.</p>
${books.length > 1 ? classLegend(sorted) : ""}
<div class="figures">${figure("Trained", featureMap("Trained", planes.trained, sorted, reach))}${figure("Untrained", featureMap("Untrained", planes.untrained, sorted, reach))}</div>

<h2>How near neighbours are</h2>
<p>Distances between f of a sentence and g of the next one, and between f of a sentence and g of another one at random: 0 is the same point, 1.41 a right
angle, 2 the opposite side of the sphere.</p>
${legend("Pairs", [
  { name: "a sentence and the next", colour: colours.positive },
  { name: "two at random", colour: colours.any },
])}
<div class="figures">${figure("Trained", distancesOf("Trained", trained))}${figure("Untrained <small>(vertical scale of its own)</small>", distancesOf("Untrained", untrained))}</div>

<h2>How it was made</h2>
${making(result)}`;
  return page("align-uniform: sentences by their neighbours", body);
}

function rowsOf({ batchSize, windows }: TextResult["config"]): string {
  return windows === 1 ? "which follow each other" : `${windows} rows of ${batchSize / windows} that follow each other`;
}

function distancesOf(title: string, { distances, others }: TextDrawn): string {
  const series = [
    { colour: colours.any, values: others },
    { colour: colours.positive, values: distances },
  ];
  const how = { bins: { from: 0, to: 2, count: 40 }, x: "distance between f and g", of: "pairs" };
  return histogram(`${title}: histogram of the distances of neighbours and of sentences at random`, series, how);
}

function making({ config, version, device, books, vocabulary, trainingSeconds, measuringSeconds }: TextResult): string {
  const { alignWeight, uniformWeight, contrastiveWeight, alpha, t, tau, lrDecayEpochs, lrDecayRate } = config;
  const terms = [
    alignWeight > 0 ? `${alignWeight} × alignment (α = ${alpha})` : "",
    uniformWeight > 0 ? `${uniformWeight} × uniformity of f and of g (t = ${t})` : "",
    contrastiveWeight > 0 ? `${contrastiveWeight} × contrastive loss (τ = ${tau})` : "",
  ].filter((term) => term !== "");
  const decay = lrDecayEpochs.length > 0 ? `, × ${lrDecayRate} after ${lrDecayEpochs.join(", ")} passes` : "";
  return `<p>align-uniform ${version} on ${device}: two encoders, each of ${counted(vocabulary.size)} words of ${config.embeddingDim} numbers and a GRU of ${config.hidden} that
reads the first ${config.mostWords} words of a sentence both ways; ${config.epochs} ${config.epochs === 1 ? "pass" : "passes"}; seed ${config.seed}; Adam with learning rate ${config.lr}${decay}, the gradient's norm at most
${config.clipNorm}. Loss: ${terms.join(" + ")}. ${trainingSeconds.toFixed(0)} seconds of training, ${measuringSeconds.toFixed(0)} of measuring. Texts: ${books.map(escaped).join(", ")}; every tenth chapter is
kept, or part of one where chapters are long. The encoders are Quick-Thought vectors (Logeswaran &amp; Lee 2018), the losses those of Wang &amp; Isola (ICML 2020). Every step is in <code>log.jsonl</code>, the weights and the
words are in <code>checkpoint.safetensors</code>.</p>`;
}
