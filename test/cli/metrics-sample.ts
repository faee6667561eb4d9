import type { ClassResult, MetricsResult, Sketch, UniformityResult } from "../../src/cli/metrics/result.ts";
import { eigenvectors } from "../../src/cli/report/eigenvectors.ts";
import { alignment, uniformity } from "../../src/metrics/index.ts";
import { Random } from "../../src/random.ts";

export interface SampleOptions {
  readonly n: number;
  readonly d: number;
  /** Length of what is added to every row, which are about 1 long: far more is total collapse. */
  readonly shift?: number;
  /** How fast the dimensions grow small: 0 not at all. */
  readonly decay?: number;
  /** How far the second view lies from the first; none without it. */
  readonly noise?: number;
  /** How many labels; none without it. */
  readonly classes?: number;
  /** How far apart the classes are. */
  readonly between?: number;
  readonly normalize?: boolean;
  readonly t?: readonly number[];
  readonly remarks?: readonly string[];
}

/** A result and a sketch of random rows, as `metrics` would find and draw them. */
export async function metricsSample(options: SampleOptions): Promise<{ result: MetricsResult; sketch: Sketch }> {
  const { n, d, shift = 0, decay = 0, noise, classes, between = 0, normalize = true, t = [2], remarks = [] } = options;
  const random = new Random(7);
  const normals = (count: number): Float64Array => {
    const out = new Float64Array(count);
    random.fillNormal(out);
    return out;
  };
  /** The class of row i: small numbers come more often, and each number below n does. */
  const of = (i: number): number => {
    const count = classes ?? 1;
    return i < count ? i : Math.floor(count * ((i * 0.618034) % 1) ** 1.5);
  };
  const centres = normals((classes ?? 1) * d);
  const raw = normals(n * d).map((x, at) => {
    const [i, c] = [Math.floor(at / d), at % d];
    const own = (x + between * centres[of(i) * d + c]) * (1 + c) ** -decay;
    return own / Math.sqrt(d) + (c === 0 ? shift : 0);
  });
  const second = noise === undefined ? undefined : normals(n * d).map((e, at) => raw[at] + (noise * e) / Math.sqrt(d));
  const lengths = (rows: Float64Array): Float64Array =>
    Float64Array.from({ length: n }, (_, i) => Math.hypot(...rows.subarray(i * d, (i + 1) * d)));
  const scaled = (rows: Float64Array): Float32Array => {
    const by = normalize ? lengths(rows) : new Float64Array(n).fill(1);
    return Float32Array.from(rows, (value, at) => value / by[Math.floor(at / d)]);
  };
  const [x, y] = [scaled(raw), second && scaled(second)];
  const labels = classes === undefined ? undefined : Array.from({ length: n }, (_, i) => `class ${of(i)}`);
  const rowsOf = (label?: string): number[] =>
    Array.from({ length: n }, (_, i) => i).filter((i) => label === undefined || labels?.[i] === label);
  const take = (rows: Float32Array, which: readonly number[]) => ({
    data: Float32Array.from(which.flatMap((i) => [...rows.subarray(i * d, (i + 1) * d)])),
    shape: [which.length, d] as [number, number],
  });
  const align = async (which: readonly number[]) =>
    y && (await alignment(take(x, which), take(y, which), { normalize: false }));
  const spread = async (which: readonly number[]): Promise<UniformityResult[]> =>
    which.length < 2
      ? []
      : Promise.all(
          t.map(async (sharpness) => {
            const found = await uniformity(take(x, which), { t: sharpness, normalize });
            const m = which.length;
            return { ...found, t: sharpness, vStatistic: Math.log((Math.exp(found.value) * (m - 1) + 1) / m) };
          }),
        );
  const byLabel = async (label: string): Promise<ClassResult> => {
    const which = rowsOf(label);
    const found = await align(which);
    return { label, n: which.length, uniformity: await spread(which), ...(found && { alignment: found }) };
  };
  const norms = lengths(raw);
  const meanNorm = norms.reduce((a, b) => a + b, 0) / n;
  const distance = (i: number, other: Float32Array, j: number): number => {
    let squared = 0;
    for (let c = 0; c < d; c++) squared += (x[i * d + c] - other[j * d + c]) ** 2;
    return Math.sqrt(squared);
  };
  const pairs = Math.min(20_000, (n * (n - 1)) / 2);
  const distances = Float64Array.from({ length: pairs }, () => {
    const i = random.below(n);
    return distance(i, x, (i + 1 + random.below(n - 1)) % n);
  });
  const input = { format: "npy", n, d };
  const found = await align(rowsOf());
  return {
    result: {
      schemaVersion: 1,
      task: "metrics",
      version: "0.1.0",
      x: { name: "x.npy", ...input },
      ...(y && { y: { name: "y.npy", ...input } }),
      normalize,
      alpha: 2,
      seed: 0,
      ...(found && { alignment: found }),
      uniformity: await spread(rowsOf()),
      ...(labels && { classes: await Promise.all([...new Set(labels)].map(byLabel)) }),
      norms: {
        least: Math.min(...norms),
        mean: meanNorm,
        most: Math.max(...norms),
        deviation: Math.sqrt(norms.reduce((sum, length) => sum + (length - meanNorm) ** 2, 0) / n),
      },
      ...moments(x, n, d),
      remarks,
      seconds: 1.25,
    },
    sketch: {
      rows: { data: x, shape: [n, d] },
      ...(labels && { labels }),
      distances,
      ...(y && { positives: Float64Array.from({ length: n }, (_, i) => distance(i, y, i)) }),
      norms,
    },
  };
}

/** Mean length, effective rank and Wasserstein distance; the last two are left at made-up numbers where d is large. */
function moments(x: Float32Array, n: number, d: number) {
  const mean = new Float64Array(d);
  x.forEach((value, at) => {
    mean[at % d] += value / n;
  });
  const meanLength = Math.hypot(...mean);
  if (d > 64) return { meanLength, effectiveRank: Math.min(n, d) / 3, wasserstein: 0.321 };
  const covariance = Array.from({ length: d }, () => new Float64Array(d));
  for (let i = 0; i < n; i++) {
    for (let a = 0; a < d; a++) {
      for (let b = 0; b < d; b++) covariance[a][b] += ((x[i * d + a] - mean[a]) * (x[i * d + b] - mean[b])) / n;
    }
  }
  const values = eigenvectors(covariance).map(({ value }) => Math.max(0, value));
  const total = values.reduce((a, b) => a + b, 0);
  const entropy = values.reduce((sum, v) => (v > 0 ? sum - (v / total) * Math.log(v / total) : sum), 0);
  const roots = values.reduce((sum, v) => sum + Math.sqrt(v), 0);
  return {
    meanLength,
    effectiveRank: Math.exp(entropy),
    wasserstein: Math.sqrt(Math.max(0, meanLength ** 2 + 1 + total - (2 / Math.sqrt(d)) * roots)),
  };
}
