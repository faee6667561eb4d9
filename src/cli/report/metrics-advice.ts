import type { MetricsResult } from "../metrics/result.ts";

/** How to read the numbers and what to do about them, as HTML. */
export function advice({ normalize, alignment, uniformity, x }: MetricsResult): string {
  const below = uniformity.some(({ gap }) => gap < 0);
  return `<dl>
<dt>Uniformity is negative, and should be</dt>
<dd>It is the log of a mean of numbers in 0..1, so 0 is the most it can be: total collapse, all rows in one place. The lower, the more
evenly the rows cover the sphere. ${
    normalize
      ? `The optimum is what points spread evenly in ${x.d} dimensions come to, and the gap is what is missing. It need not vanish: where classes
exist, rows of a class lie together, and that is wanted.`
      : "How low it can get depends on how long the rows are, so compare it only between sets of like lengths."
  }</dd>
<dt>${below ? "The gap is below 0" : "A gap below 0 is no mistake"}</dt>
<dd>Few points can lie farther apart than random ones, and pairs of a row with itself are not counted: the fewer the rows, the further below the optimum
chance or care can bring them.</dd>
<dt>Alignment and uniformity are read together</dt>
<dd>Alignment is lower the closer positive pairs are, and 0 is perfect. But an encoder that maps everything to one point aligns perfectly, and one that
maps at random can be uniform: only both at once make features useful. ${alignment ? "Judge alignment beside the distances of random pairs: positive pairs should lie well to the left of them." : "Here only one set of rows was given; give a second, in which row i is another view of row i, to learn the alignment."}</dd>
<dt>If all rows point one way (mean length near 1)</dt>
<dd>Such anisotropy is common in language models that were not trained to compare sentences. Subtract the mean of a large sample from all rows, or whiten
them, and measure again; in training, add a uniformity or contrastive term, or raise its weight or lower its temperature.</dd>
<dt>If few dimensions are used (low effective rank)</dt>
<dd>A dimensional collapse. In training, a term that spreads (uniformity, decorrelation), a larger batch or more negatives, and a projection head that
is taken off afterwards are what helps most often; for a trained encoder fewer dimensions (by PCA) cost little then.</dd>
<dt>If positive pairs are no closer than random ones</dt>
<dd>Check first that row i of both files is the same item. Then weigh alignment more, or make the two views more alike.</dd>
<dt>If lengths differ (the last figure)</dt>
<dd>${
    normalize
      ? "Rows were scaled to length 1 here. If whatever uses them compares by dot product or Euclidean distance without doing so, lengths take part there: normalise there too, or measure with <code>--no-normalize</code>."
      : "Rows were measured as they are, so long rows lie far from others. If whatever uses them compares by cosine, measure without <code>--no-normalize</code>."
  }</dd>
<dt>± one standard error</dt>
<dd>Means over rows or pairs of this sample stand for those of all data; the error says how precisely, about two thirds of samples lying within it. Pairs that
share a row are not taken for independent. Two results differ for sure only by a few times their errors. A dash stands where the rows are too few to tell.</dd>
</dl>`;
}
