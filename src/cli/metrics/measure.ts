import { cpu } from "../../devices/cpu/cpu.ts";
import { countDistances, type Moments } from "../../metrics/alignment.ts";
import { rankOf } from "../../metrics/effective-rank.ts";
import { momentKernels, outOfReach, type Pass, passesOf } from "../../metrics/passes.ts";
import type { RowSource } from "../../metrics/row-source.ts";
import { scaledRows } from "../../metrics/scaled-rows.ts";
import { type Spectrum, spectrumOfMoments, spectrumOfPoints } from "../../metrics/spectrum.ts";
import { countStrips, type Strip } from "../../metrics/strips.ts";
import { type Survey, survey } from "../../metrics/survey.ts";
import { distanceOf } from "../../metrics/wasserstein.ts";
import type { Io } from "../io.ts";
import { Phases } from "../phases.ts";
import { costs } from "./costs.ts";
import { type Fingerprinted, fingerprinted } from "./fingerprint.ts";
import type { MetricsFlags, Shard } from "./flags.ts";
import type { Part, PassSums, Readings } from "./part.ts";
import type { InputResult } from "./result.ts";
import { stopped } from "./stopped.ts";

/** Embeddings, and what they are called in results. */
export interface Input {
  readonly rows: RowSource;
  readonly result: InputResult;
}

/** A part, and what figures need beside it. */
export interface Measurement {
  readonly part: Part;
  /** The rows of x, scaled. */
  readonly rows: RowSource;
  /** Lengths of the rows of x before. */
  readonly lengths: Float64Array;
  /** Distances of positive pairs, where there is a y. */
  readonly distances: Float64Array | undefined;
}

/** Milliseconds before a bar is shown. */
export const patience = 500;

export type Settings = Pick<MetricsFlags, "ts" | "alpha" | "normalize" | "spectrum" | "quiet"> & {
  /** Whether all is computed by plain loops in float64. */
  readonly plain: boolean;
  /** Whether pairs are to be counted, and not drawn elsewhere. */
  readonly count: boolean;
};

/** Measures one part of all; the first one also holds what takes one reading. Rejects with `Stopped`. */
export async function measurePart(
  x: Input,
  y: Input | undefined,
  settings: Settings,
  shard: Shard,
  io: Io,
): Promise<Measurement> {
  const { normalize, ts, alpha, quiet } = settings;
  const { n, d } = x.rows;
  const first = shard.index === 1;
  const source: Fingerprinted = shard.count === 1 ? { rows: x.rows, digest: () => "" } : fingerprinted(x.rows);
  const lengths = new Float64Array(n);
  const rows = scaledRows(source.rows, { normalize, lengths });
  const byMoments = first && settings.spectrum && n >= d;
  const moments = byMoments ? momentKernels(n, d, settings.plain).secondMoments(d) : undefined;
  const reading = new Phases(io, quiet, { reading: 1 }, stopped, patience);
  let about: Survey;
  let sum: Float64Array | undefined;
  try {
    about = await reading.run("reading", (tell) =>
      survey(rows, { moments, tell: (done, total) => tell(done / total) }),
    );
    sum = moments?.result();
  } finally {
    moments?.free();
    reading.end();
  }

  const other = y && first ? scaledRows(y.rows, { normalize }) : undefined;
  const everyPair = (n * (n - 1)) / 2;
  const plan = {
    alignment: other ? costs.alignment(n, d) : 0,
    spectrum: first && settings.spectrum ? costs.spectrum(n, d) : 0,
    "counting pairs": settings.count ? costs.pairs(everyPair / shard.count, d) : 0,
  };
  const phases = new Phases(io, quiet, plan, stopped, patience);
  try {
    let distances: Float64Array | undefined;
    let parts: Moments[] | undefined;
    if (other) {
      const noted = new Float64Array(n);
      distances = noted;
      parts = await phases.run("alignment", (tell) =>
        countDistances([rows, other], alpha, (i, distance) => {
          noted[i] = distance;
          if (i % 4096 === 0) tell(i / n);
        }),
      );
    }
    const readings = first
      ? readingsOf(about, lengths, await phases.run("spectrum", () => spectrum(rows, about, sum, settings)))
      : undefined;
    const slow = settings.count && !settings.plain ? outOfReach(ts, about) : [];
    if (slow.length > 0 && !quiet) {
      phases.end(); // on a line of its own
      io.stderr.write(slowly(slow, about));
    }
    const { passes, sums } = settings.count
      ? await phases.run("counting pairs", (tell) => countPart(rows, about, settings, shard, tell))
      : { passes: [], sums: [] };
    const job = {
      x: x.result,
      ...(y && { y: y.result }),
      sha256: source.digest(),
      normalize,
      spectrum: settings.spectrum,
      build: passes.some(({ by }) => by === "cpu") ? (cpu.report().build ?? "") : "",
      alpha,
      ts,
      passes: passes.map(({ by, ts, shifts, sizes }) => ({ by, ts, shifts, sizes })),
    };
    const part: Part = {
      shard,
      job,
      passes: sums,
      ...(readings && { readings: { ...readings, ...(parts && { distances: parts }) } }),
    };
    return { part, rows, lengths, distances };
  } finally {
    phases.end();
  }
}

/** Says why something takes long, and what to do. */
function slowly(ts: readonly number[], { largestSquare }: Survey): string {
  const why = Math.max(...ts) * largestSquare > 1 ? "far apart" : "near each other";
  const how = "pairs are counted by plain loops in float64, which takes some 50 times as long";
  return `at t = ${ts.join(", ")} rows lie too ${why} for float32: ${how}; --pairs N looks at some of them\n`;
}

/** Counts the strips of all passes that are this part's. */
async function countPart(
  rows: RowSource,
  about: Survey,
  { ts, plain }: Settings,
  shard: Shard,
  tell: (share: number) => void,
): Promise<{ passes: Pass[]; sums: PassSums[] }> {
  const { n, d } = rows;
  let done = 0;
  const every = (n * (n - 1)) / 2;
  const looking = (pairs: number): void => {
    done += pairs;
    tell((0.5 * done) / every); // the nearest pair is looked for as long as pairs are counted then
  };
  const passes = await passesOf(rows, about, ts, { plain, tell: looking });
  const looked = done > 0 ? 0.5 : 0;
  const mine = shares(passes, d, shard);
  const total = mine.flat().reduce((sum, { cost }) => sum + cost, 0);
  let spent = 0;
  const sums: PassSums[] = [];
  for (const [k, pass] of passes.entries()) {
    const strips = mine[k];
    let next = 0;
    const counted = await countStrips(rows, about.mean, strips, {
      ...pass,
      tell() {
        spent += strips[next++].cost;
        tell(looked + ((1 - looked) * spent) / total);
      },
    });
    sums.push({ ...counted, from: strips[0]?.index ?? 0 });
  }
  return { passes, sums };
}

interface Costly extends Strip {
  /** Its place in the pass. */
  readonly index: number;
  readonly cost: number;
}

/** Of each pass the strips in a row that are this part's, so that all parts take about as long. */
export function shares(passes: readonly Pass[], d: number, { index, count }: Shard): Costly[][] {
  const costly = passes.map(({ strips, by }) =>
    strips.map((strip, index): Costly => {
      const cost = by === "cpu" ? costs.pairs(strip.pairs, d) : costs.plainPairs(strip.pairs, d);
      return { ...strip, index, cost };
    }),
  );
  const total = costly.flat().reduce((sum, { cost }) => sum + cost, 0);
  let before = 0;
  return costly.map((strips) =>
    strips.filter(({ cost }) => {
      const middle = before + cost / 2;
      before += cost;
      return Math.min(count - 1, Math.floor((count * middle) / total)) === index - 1;
    }),
  );
}

async function spectrum(
  rows: RowSource,
  { mean }: Survey,
  sum: Float64Array | undefined,
  { spectrum }: Settings,
): Promise<Spectrum | undefined> {
  const { n, d } = rows;
  if (!spectrum) return undefined;
  if (sum) return spectrumOfMoments(sum, n, mean);
  const data = new Float64Array(n * d); // fewer rows than coordinates
  await rows.read(0, n, data);
  return spectrumOfPoints({ n, d, data });
}

function readingsOf({ mean }: Survey, lengths: Float64Array, spectrum: Spectrum | undefined): Readings {
  const average = lengths.reduce((sum, length) => sum + length, 0) / lengths.length;
  const squares = lengths.reduce((sum, length) => sum + (length - average) ** 2, 0);
  return {
    norms: {
      least: lengths.reduce((a, b) => Math.min(a, b)),
      mean: average,
      most: lengths.reduce((a, b) => Math.max(a, b)),
      deviation: Math.sqrt(squares / lengths.length),
    },
    meanLength: Math.hypot(...mean),
    effectiveRank: spectrum ? rankOf(spectrum) : Number.NaN,
    wasserstein: spectrum ? distanceOf(spectrum, mean.length) : Number.NaN,
  };
}
