import { counted, percent, short } from "../shown.ts";
import { mainUniformity } from "./quantities.ts";
import type { MetricsResult } from "./result.ts";

type Numbers = Omit<MetricsResult, "remarks" | "schemaVersion" | "task" | "version" | "seconds">;

/** What the numbers say, in plain words, and what to do: the most important first. Each is a sentence or two. */
export function remarksOn(result: Numbers): string[] {
  return [lengths, spread, direction, dimensions, pairs, classes, size].flatMap((look) => look(result) ?? []);
}

/** Rows that were left as they are but are not on the sphere, or were not before they were scaled. */
function lengths({ normalize, norms }: Numbers): string | undefined {
  const { least, mean, most, deviation } = norms;
  const range = least === most ? short(least) : `${short(least)} to ${short(most)}`;
  if (!normalize && (most > 1.01 || least < 0.99)) {
    return (
      `Rows have lengths of ${range} and were not scaled: uniformity then mixes how long rows are with where they point, and has no ` +
      "optimum. Leave out --no-normalize unless length means something."
    );
  }
  if (!normalize || deviation <= 0.01 * mean) return undefined;
  return `Rows had lengths of ${range} and were scaled to 1: all numbers are of directions alone, as cosine similarity is.`;
}

/** From a single point to evenly spread. */
function spread({ uniformity, normalize, x: { n } }: Numbers): string | undefined {
  const main = mainUniformity(uniformity);
  if (!normalize || main === undefined) return undefined;
  const { t, value, optimum, gap, standardError } = main;
  const told = `uniformity ${short(value)} at t = ${t}, where 0 is a single point and ${short(optimum)} evenly spread`;
  if (value > 0.05 * optimum) {
    return (
      `Collapsed: nearly all rows point one way (${told}). While training, lower the learning rate or warm it up, and give ` +
      "uniformity more weight; of a finished model, subtract the mean row first."
    );
  }
  if (!(standardError < 0.2)) {
    const few = `with ${counted(n)} rows it hangs on a few near pairs, and its error may be larger than it says`;
    return `No verdict on ${told}: ${few}. Take a smaller t, or more rows.`;
  }
  if (gap < -2 * standardError) {
    return `Spread more evenly than points at random (${told}): the optimum is that of many points, and few may lie below it.`;
  }
  if (gap <= Math.max(2 * standardError, -0.02 * optimum)) return `Spread as evenly as points at random (${told}).`;
  const share = value / optimum;
  const how = share < 0.5 ? "Crowded" : share < 0.85 ? "Partly spread" : "Well spread";
  return `${how}: ${told}.`;
}

/** A direction that all rows share. */
function direction({ meanLength, normalize, x }: Numbers): string | undefined {
  const cosine = cosineOf(meanLength, x.n);
  if (!normalize || cosine < 0.25) return undefined;
  return (
    `All rows share a direction: their mean has length ${short(meanLength)}, of 1 at most. Two rows at random have a cosine similarity of ` +
    `about ${short(cosine)}; subtracting the mean row, and scaling again, lets similarities tell more.`
  );
}

/** The mean cosine of two rows of length 1: |mean|² is that of all n² pairs, each row with itself included. */
function cosineOf(meanLength: number, n: number): number {
  return (n * meanLength ** 2 - 1) / (n - 1);
}

/** Dimensions that are hardly in use. */
function dimensions({ effectiveRank, x: { n, d } }: Numbers): string | undefined {
  const most = Math.min(n, d);
  if (!(effectiveRank < 0.3 * most)) return undefined;
  return (
    `Dimensional collapse: of ${d} dimensions about ${short(effectiveRank)} are in use. Fewer would hold almost the same; while ` +
    "training, more weight on uniformity, larger batches or a projection head spread features further."
  );
}

/** Positive pairs beside any two rows. */
function pairs({ alignment, alpha, meanLength, normalize, x, y }: Numbers): string | undefined {
  if (!alignment || !normalize) return undefined;
  // Two rows of length 1 have a mean squared distance of 2 less twice their mean cosine.
  const apart = (2 - 2 * cosineOf(meanLength, x.n)) ** (alpha / 2);
  if (!(apart > 1e-9)) return undefined; // a single point
  const ratio = alignment.value / apart;
  if (ratio > 0.8) {
    return (
      `Positive pairs are ${ratio > 1.1 ? "farther apart" : "hardly closer"} than two rows at random (${short(alignment.value)} beside about ${short(apart)}). Is row i of ` +
      `${y?.name ?? "the second file"} really the partner of row i of ${x.name}?`
    );
  }
  if (ratio < 0.3 && meanLength > 0.9) return undefined; // what collapsed features say of pairs is worth nothing
  return `Positive pairs lie at ${percent(ratio ** (1 / alpha), 0)} of the distance between two rows at random.`;
}

/** Classes that lie closer together than the whole. */
function classes({ classes, uniformity }: Numbers): string | undefined {
  const within = (classes ?? []).flatMap(({ n, uniformity }) => {
    const one = mainUniformity(uniformity);
    return one ? [{ n, value: one.value }] : [];
  });
  const all = mainUniformity(uniformity);
  const rows = within.reduce((sum, { n }) => sum + n, 0);
  if (all === undefined || within.length < 2) return undefined;
  const mean = within.reduce((sum, { n, value }) => sum + n * value, 0) / rows;
  const closer = mean > all.value + 0.02 * Math.abs(all.value);
  return (
    `Within a label uniformity is ${short(mean)} on average, over all ${short(all.value)}: rows of a label lie ` +
    `${closer ? "closer together than any rows" : "hardly closer together than any rows"}.`
  );
}

function size({ x: { n } }: Numbers): string | undefined {
  if (n >= 100) return undefined;
  return `These are only ${n} rows: standard errors are themselves rough, and other rows may give other numbers.`;
}
