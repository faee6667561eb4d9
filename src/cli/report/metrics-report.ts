import { meanOf } from "../metrics/bins.ts";
import { mainUniformity } from "../metrics/quantities.ts";
import { type InputResult, type MetricsResult, type Sketch, shownName } from "../metrics/result.ts";
import { counted, percent, short, withError } from "../shown.ts";
import { legend } from "./legend.ts";
import { advice } from "./metrics-advice.ts";
import { type Figure, figuresOf, type MetricsFigures } from "./metrics-figures.ts";
import { classTable, quantityTable } from "./metrics-table.ts";
import { escaped, figure, minus, page } from "./page.ts";

/** What `metrics` found as one HTML page that needs nothing beside itself. Equal input gives equal text. */
export function renderMetricsReport(result: MetricsResult, sketch: Sketch): string {
  const { x, classes, remarks } = result;
  const { distances, sphere, potential, lengths } = figuresOf(result, sketch);
  const title = `Alignment and uniformity of ${shownName(x)}`;
  const body = `<h1>${escaped(title)}</h1>
${lead(result, sketch)}
${remarks.length > 0 ? `<ul class="remarks">${remarks.map((remark) => `<li>${escaped(remark.replace(/(?<=[\s(])-(?=\d)/g, "−"))}</li>`).join("")}</ul>\n` : ""}
${quantityTable(result)}

<h2>Figures</h2>
<div class="figures">
${drawn(distances, distancesNote(result))}
${drawn(sphere, sphereNote(result, sketch, sphere))}
${drawn(potential, "Small t weighs all pairs alike, large t the nearest ones alone; a set is even at every scale where the curve keeps close to the optimum.")}
${drawn(lengths, "Before anything is done to the rows. One narrow peak: lengths tell nothing. A wide one: they do, and scaling to length 1 takes it away.")}
</div>
${classes?.length ? `\n<h2>Classes</h2>\n<p>Of the rows with one label, the largest class first${t(result)}. A class that is less uniform than all rows together lies in one region, as a class should.</p>\n${classTable(classes)}\n` : ""}
<h2>What these numbers mean, and what to do</h2>
${advice(result)}

<h2>How it was made</h2>
${making(result)}`;
  return page(`align-uniform: ${title}`, body);
}

function lead(result: MetricsResult, { distances, positives }: Sketch): string {
  const { x, normalize, uniformity } = result;
  const main = mainUniformity(uniformity);
  const [value] = withError(main?.value, main?.standardError);
  const optimum = normalize ? `points spread evenly would reach ${minus(short(main?.optimum))}, and ` : "";
  const apart = positives
    ? `Positive pairs are <strong>${short(meanOf(positives))}</strong> apart on average, rows drawn at random ${short(meanOf(distances))}.`
    : `Two rows drawn at random are ${short(meanOf(distances))} apart on average. Without positive pairs nothing is known of alignment.`;
  return `<p class="lead">${counted(x.n)} rows of ${counted(x.d)} ${x.d === 1 ? "dimension" : "dimensions"}, ${normalize ? "scaled to length 1" : "as they are"}. Their uniformity is
<strong>${minus(value)}</strong> (t&nbsp;=&nbsp;${main?.t}): ${optimum}rows that all coincide have 0. ${apart}</p>`;
}

function t({ uniformity }: MetricsResult): string {
  return uniformity.length > 1 ? `, at t = ${mainUniformity(uniformity)?.t}` : "";
}

function drawn({ title, legend: entries, svg }: Figure, note: string): string {
  const key = entries.length > 0 ? legend(`Legend: ${title}`, entries) : "";
  return figure(escaped(title), `${key}${svg}<p class="note">${note}</p>`);
}

function distancesNote({ normalize, x, alignment }: MetricsResult): string {
  const left = alignment ? "Well aligned is far to the left of random." : "";
  if (!normalize) return `${left} Rows are not of length 1, so there is no farthest distance.`;
  const peak =
    x.d > 2 ? " Evenly spread points pile up at a right angle, 1.41, the more the more dimensions there are." : "";
  return `0 is the same point, 2 the opposite side of the sphere. ${left}${peak}`;
}

function sphereNote(
  { x, normalize }: MetricsResult,
  { rows }: Sketch,
  { share, reach }: MetricsFigures["sphere"],
): string {
  const [n, d] = rows.shape;
  const which = n < x.n ? `${counted(n)} of ${counted(x.n)} rows, drawn at random. ` : "";
  if (share === undefined)
    return `${which}Every row is where it is on the circle; the bars say how many point that way.`;
  const even = normalize && d > 2 ? `; of evenly spread points it would hold ${percent(2 / d)}` : "";
  const magnified =
    normalize && reach < 0.5
      ? `: to the same scale the whole sphere would be ${counted(Math.round(1 / reach))} times as wide`
      : "";
  const hidden = d > 2 ? " What overlaps here may be far apart in other directions." : "";
  return `${which}The two principal components around the mean, which is in the middle; the circle is ${short(reach)} away from it${magnified}.
This plane holds ${percent(share)} of the variance${even}.${hidden}`;
}

function making({ version, x, y, normalize, alpha, uniformity, classes, seed, seconds }: MetricsResult): string {
  const shown = (input: InputResult): string =>
    `<code>${escaped(shownName(input))}</code> (${escaped(input.format)}, ${counted(input.n)} × ${counted(input.d)})`;
  const settings = [
    `--t ${uniformity.map((at) => at.t).join(",")}`,
    `--alpha ${alpha}`,
    ...(normalize ? [] : ["--no-normalize"]),
    ...(classes ? ["--labels …"] : []),
    `--seed ${seed}`,
  ];
  return `<p>align-uniform ${escaped(version)}, <code>metrics ${settings.join(" ")}</code>, of ${shown(x)}${y ? ` and ${shown(y)}` : ""}, in ${seconds.toFixed(1)} seconds. The numbers are of
all rows; figures are drawn of a sample. The two measures are those of Wang &amp; Isola, “Understanding Contrastive Representation Learning through
Alignment and Uniformity on the Hypersphere”, ICML 2020.</p>`;
}
