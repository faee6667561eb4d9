import type { Features } from "../train/encode.ts";
import { evenly } from "../train/gallery.ts";
import { dot } from "./leading.ts";
import { escaped, minus } from "./page.ts";

/** How many sentences are shown, with how many others each. */
const [shown, others] = [6, 3];

/** Words of a sentence that is worth showing, at least and at most. */
const [least, most] = [5, 25];

/** Some sentences of medium length, each with those whose features, unit rows, are nearest to its own, as HTML. */
export function nearest({ data, shape: [, d] }: Features, sentences: readonly string[]): string {
  const fit = sentences
    .map((sentence, i) => ({ sentence, row: data.subarray(i * d, (i + 1) * d) }))
    .filter(({ sentence }) => {
      const words = sentence.split(" ").length;
      return words >= least && words <= most;
    })
    .map(({ sentence, row }) => ({ sentence, point: Float64Array.from(row) }));
  const lists = Array.from(evenly(fit.length, Math.min(shown, fit.length)), (k) => {
    const own = fit[k];
    const ranked = fit
      .filter(({ sentence }) => sentence !== own.sentence)
      .map(({ sentence, point }) => ({ sentence, cosine: dot(own.point, point) }))
      .sort((a, b) => b.cosine - a.cosine)
      .slice(0, others);
    const items = ranked.map(
      ({ sentence, cosine }) => `<dd><small>${minus(cosine.toFixed(2))}</small> ${escaped(sentence)}</dd>`,
    );
    return `<dt>${escaped(own.sentence)}</dt>${items.join("")}`;
  });
  return `<dl>${lists.join("\n")}</dl>`;
}
