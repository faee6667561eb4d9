import type { Layout } from "../train/layout.ts";
import { type MnistResult, shortness } from "../train/result.ts";
import { count, minus } from "./page.ts";

/** A share in 0..1 as text. */
export function percent(share: number): string {
  return `${(100 * share).toFixed(2)}%`;
}

/** The result as an HTML table, each row with what it means, and remarks below it. */
export function resultTable(result: MnistResult): string {
  const { trained, untrained, rawPixels, digits, yardstickDigits, config } = result;
  const short = shortness(result);
  const fewer = yardstickDigits < digits.train;
  const compared = [trained, untrained, rawPixels].map(({ yardstickKnn }) => percent(yardstickKnn));
  const both = (cell: (layout: Omit<Layout, "distances" | "features">) => string): string[] => [
    cell(trained),
    cell(untrained),
  ];
  const rows = [
    row(
      "Linear probe, fc7",
      [percent(trained.probes.fc7)],
      "How often a linear classifier, learnt on the hidden layer before the sphere, is right. The usual measure of such encoders.",
    ),
    row("Linear probe, output", [percent(trained.probes.output)], "The same on the features on the sphere."),
    row(
      "5-NN, fc7",
      [percent(trained.knn.fc7)],
      "How often the majority of the 5 nearest training digits (by angle) is right.",
    ),
    ...(fewer
      ? [
          row("5-NN, output", [percent(trained.knn.output)], "The same on the sphere."),
          row(
            `5-NN, output, among\u00a0${count(yardstickDigits)}`,
            compared,
            `Neighbours are sought among ${count(yardstickDigits)} of the ${count(digits.train)} training digits, evenly spaced and the same for all three: this row says what training adds to the pixels and to an untrained encoder.`,
          ),
        ]
      : [
          row(
            "5-NN, output",
            compared,
            "The same on the sphere; beside it the untrained output and the pixels themselves, which say what training adds.",
          ),
        ]),
    row(
      "Alignment",
      both(({ alignment }) => plusMinus(alignment)),
      `Mean of |x − y|${config.alpha === 1 ? "" : `<sup>${config.alpha}</sup>`} for two views of a digit. Lower is better, 0 is perfect.`,
    ),
    row(
      "Uniformity",
      both(({ uniformity }) => plusMinus(uniformity)),
      "Log of the mean Gaussian potential over all pairs of digits as they are. Lower is better; negative numbers are right.",
    ),
    row(
      "Its optimum",
      both(({ uniformity }) => minus(uniformity.optimum.toFixed(3))),
      "Where points spread evenly over this sphere end up.",
    ),
    row(
      "Gap",
      both(({ uniformity }) => minus(uniformity.gap.toFixed(3))),
      "Uniformity less its optimum. Not all of it is there to gain: alignment pulls the other way, and training spreads views, not digits as they are.",
    ),
    row(
      "Uniformity of views",
      both(({ viewUniformity }) => plusMinus(viewUniformity)),
      "Uniformity over a random view of each digit instead of the digit as it is: what training spreads.",
    ),
  ];
  return `<table>
<thead><tr><th scope="col">on ${count(digits.test)} test digits</th><th scope="col">trained</th><th scope="col">untrained</th><th scope="col">raw pixels</th><th scope="col">what it means</th></tr></thead>
<tbody>
${rows.join("\n")}
</tbody>
</table>
<p class="note">Training never sees a label: only the linear probes, 5-NN, the colours of the maps and the curve of two of the same digit
below use them. ± is one standard error over the test digits; another seed may be further off. An encoder that maps everything to one point
has perfect alignment and the worst uniformity, 0; a random map can be uniform and align nothing. Both at once is what makes features useful.${short === undefined ? "" : ` <b>And here: ${short}.</b>`}</p>`;
}

function plusMinus({ value, standardError }: { readonly value: number; readonly standardError: number }): string {
  return `${minus(value.toFixed(3))} <small>±${standardError.toFixed(3)}</small>`;
}

function row(name: string, [trained, untrained = "", pixels = ""]: readonly string[], meaning: string): string {
  const cells = [trained, untrained, pixels].map((cell) => `<td>${cell}</td>`).join("");
  return `<tr><th scope="row">${name}</th>${cells}<td>${meaning}</td></tr>`;
}
