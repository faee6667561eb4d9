import { counted, percent } from "../shown.ts";
import { hiddenLayerOf } from "../train/architectures.ts";
import type { Layout } from "../train/layout.ts";
import type { Compared } from "../train/measure.ts";
import type { Words } from "../train/recipe.ts";
import { shortness, type TrainResult } from "../train/result.ts";
import { minus } from "./page.ts";

/** The result as an HTML table, each row with what it means, and remarks below it. */
export function resultTable(result: TrainResult, { one, many }: Words): string {
  const { trained, untrained, rawPixels, pictures, yardstick, config } = result;
  const short = shortness(result);
  const fewer = yardstick < pictures.known;
  const compared = (what: keyof Compared): string[] =>
    [trained.few, untrained.few, rawPixels].map((few) => percent(few?.[what]));
  const both = (cell: (layout: Omit<Layout, "distances" | "features">) => string): string[] => [
    cell(trained),
    cell(untrained),
  ];
  const beside = rawPixels ? "the untrained encoder and the pixels themselves say" : "the untrained encoder says";
  const ofFew = `learnt from, or found among, ${counted(yardstick)} of the ${counted(pictures.known)} training ${many}, evenly spaced and the same for each column: ${beside} what training adds.`;
  const hidden = hiddenLayerOf(config.arch);
  const named = [
    row(
      `Linear probe, ${hidden}`,
      fewer ? [percent(trained.probes?.fc7)] : compared("probe"),
      "How often a linear classifier, learnt on the hidden layer before the sphere, is right. The usual measure of such encoders.",
    ),
    ...(fewer
      ? [row(`Linear probe, ${hidden}, of\u00a0${counted(yardstick)}`, compared("probe"), `The same, ${ofFew}`)]
      : []),
    row("Linear probe, output", [percent(trained.probes?.output)], "The same on the features on the sphere."),
    row(
      `5-NN, ${hidden}`,
      [percent(trained.knn?.fc7)],
      `How often the majority of the 5 nearest training ${many} (by angle) is right.`,
    ),
    row(
      "5-NN, output",
      fewer ? [percent(trained.knn?.output)] : compared("knn"),
      fewer ? "The same on the sphere." : `The same on the sphere; ${beside} what training adds.`,
    ),
    ...(fewer ? [row(`5-NN, output, of\u00a0${counted(yardstick)}`, compared("knn"), `The same, ${ofFew}`)] : []),
  ];
  const rows = [
    ...(trained.few ? named : []),
    row(
      "Alignment",
      both(({ alignment }) => plusMinus(alignment)),
      `Mean of |x − y|${config.alpha === 1 ? "" : `<sup>${config.alpha}</sup>`} for two views of a ${one}. Lower is better, 0 is perfect.`,
    ),
    row(
      "Uniformity",
      both(({ uniformity }) => plusMinus(uniformity)),
      `Log of the mean Gaussian potential over all pairs of ${many} as they are. Lower is better; negative numbers are right.`,
    ),
    row(
      "Its optimum",
      both(({ uniformity }) => minus(uniformity.optimum.toFixed(3))),
      "Where points spread evenly over this sphere end up.",
    ),
    row(
      "Gap",
      both(({ uniformity }) => minus(uniformity.gap.toFixed(3))),
      `Uniformity less its optimum. Not all of it is there to gain: alignment pulls the other way, and training spreads views, not ${many} as they are.`,
    ),
    row(
      "Uniformity of views",
      both(({ viewUniformity }) => plusMinus(viewUniformity)),
      `Uniformity over a random view of each ${one} instead of the ${one} as it is: what training spreads.`,
    ),
  ];
  return `<table>
<thead><tr><th scope="col">on ${counted(pictures.test)} test ${many}</th><th scope="col">trained</th><th scope="col">untrained</th><th scope="col">${rawPixels ? "raw pixels" : ""}</th><th scope="col">what it means</th></tr></thead>
<tbody>
${rows.join("\n")}
</tbody>
</table>
<p class="note">Training never sees a label: only the linear probes, 5-NN, the colours of the maps and the curve of two of the same class
below use them. ± is one standard error over the test ${many}; another seed may be further off. An encoder that maps everything to one point
has perfect alignment and the worst uniformity, 0; a random map can be uniform and align nothing. Both at once is what makes features useful.${short === undefined ? "" : ` <b>And here: ${short}.</b>`}</p>`;
}

function plusMinus({ value, standardError }: { readonly value: number; readonly standardError: number }): string {
  return `${minus(value.toFixed(3))} <small>±${standardError.toFixed(3)}</small>`;
}

function row(name: string, [trained, untrained = "", pixels = ""]: readonly string[], meaning: string): string {
  const cells = [trained, untrained, pixels].map((cell) => `<td>${cell}</td>`).join("");
  return `<tr><th scope="row">${name}</th>${cells}<td>${meaning}</td></tr>`;
}
