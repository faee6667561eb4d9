import type { AdamRates, Floats, Normalization, SgdRates } from "../device.ts";
import type { Axis } from "../sizes.ts";

/**
 * The meaning of the fused kernels, as plain loops like those of `kernels.ts`: what a device may do at once. Sums are in
 * float64 until they are stored. Those over windows of images are in `windows.ts`.
 */

export function squaredDistances(out: Floats, x: Floats, y: Floats, n: number, m: number, d: number): void {
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < m; j++) out[i * m + j] = squaredDistance(x, i, y, j, d);
  }
}

export function pdist(out: Floats, x: Floats, n: number, d: number): void {
  let at = 0;
  for (let i = 0; i < n; i++) {
    for (let j = i + 1; j < n; j++) out[at++] = Math.sqrt(squaredDistance(x, i, x, j, d));
  }
}

function squaredDistance(x: Floats, i: number, y: Floats, j: number, d: number): number {
  let sum = 0;
  for (let c = 0; c < d; c++) {
    const difference = x[i * d + c] - y[j * d + c];
    sum += difference * difference;
  }
  return sum;
}

/** Without `y` over the pairs i < j of x. The nearest pair's potential is taken out, so that the sum is at least 1. */
export function logPotential(
  out: Floats,
  x: Floats,
  y: Floats | undefined,
  n: number,
  m: number,
  d: number,
  t: number,
): void {
  const squared: number[] = [];
  for (let i = 0; i < n; i++) {
    for (let j = y ? 0 : i + 1; j < m; j++) squared.push(squaredDistance(x, i, y ?? x, j, d));
  }
  const nearest = squared.reduce((least, s) => Math.min(least, s));
  const shift = Number.isFinite(nearest) ? nearest : 0; // else ∞ − ∞
  out[0] = Math.log(squared.reduce((sum, s) => sum + Math.exp(t * (shift - s)), 0)) - t * shift;
}

/** The gradient of `logPotential` in x; without `y` over the j of x other than i. */
export function potentialGradient(
  out: Floats,
  x: Floats,
  total: Floats,
  y: Floats | undefined,
  n: number,
  m: number,
  d: number,
  t: number,
): void {
  const sums = new Float64Array(n * d);
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < m; j++) {
      if (!y && i === j) continue;
      const weight = 2 * t * Math.exp(-t * squaredDistance(x, i, y ?? x, j, d) - total[0]);
      for (let c = 0; c < d; c++) sums[i * d + c] += weight * ((y ?? x)[j * d + c] - x[i * d + c]);
    }
  }
  out.set(sums);
}

/** Calls `visit` for every element of [outer, n, inner] with its channel. */
function eachElement({ outer, n, inner }: Axis, visit: (at: number, channel: number) => void): void {
  for (let at = 0; at < outer * n * inner; at++) visit(at, Math.floor(at / inner) % n);
}

/** The mean of f(element, channel) over all but the axis. */
function channelMeans(axis: Axis, f: (at: number, channel: number) => number): Float64Array {
  const sums = new Float64Array(axis.n);
  eachElement(axis, (at, c) => {
    sums[c] += f(at, c);
  });
  return sums.map((sum) => sum / (axis.outer * axis.inner));
}

export function channelMoments(out: Floats, x: Floats, axis: Axis): void {
  const means = channelMeans(axis, (at) => x[at]);
  const variances = channelMeans(axis, (at, c) => (x[at] - means[c]) ** 2);
  out.set(means);
  out.set(variances, axis.n);
}

/** Each channel's xhat, and y = xhat weight + bias. */
function standardised(
  x: Floats,
  weight: Floats,
  bias: Floats,
  moments: Floats,
  { n }: Axis,
  eps: number,
): { deviation: Float64Array; xhat: (at: number, c: number) => number; y: (at: number, c: number) => number } {
  const deviation = Float64Array.from({ length: n }, (_, c) => Math.sqrt(moments[n + c] + eps));
  const xhat = (at: number, c: number): number => (x[at] - moments[c]) / deviation[c];
  return { deviation, xhat, y: (at, c) => xhat(at, c) * weight[c] + bias[c] };
}

export function batchNormalize(
  out: Floats,
  x: Floats,
  weight: Floats,
  bias: Floats,
  moments: Floats,
  axis: Axis,
  { eps, relu }: Normalization,
): void {
  const { y } = standardised(x, weight, bias, moments, axis, eps);
  eachElement(axis, (at, c) => {
    out[at] = relu ? Math.max(y(at, c), 0) : y(at, c);
  });
}

export function batchNormalizeTotals(
  out: Floats,
  g: Floats,
  x: Floats,
  weight: Floats,
  bias: Floats,
  moments: Floats,
  axis: Axis,
  { eps, relu }: Normalization,
): void {
  const { xhat, y } = standardised(x, weight, bias, moments, axis, eps);
  const sums = new Float64Array(2 * axis.n);
  eachElement(axis, (at, c) => {
    if (relu && y(at, c) <= 0) return;
    sums[c] += g[at];
    sums[axis.n + c] += g[at] * xhat(at, c);
  });
  out.set(sums);
}

export function batchNormalizeInput(
  out: Floats,
  g: Floats,
  x: Floats,
  weight: Floats,
  bias: Floats,
  moments: Floats,
  totals: Floats,
  axis: Axis,
  { eps, relu }: Normalization,
): void {
  const { deviation, xhat, y } = standardised(x, weight, bias, moments, axis, eps);
  const count = axis.outer * axis.inner;
  eachElement(axis, (at, c) => {
    const own = relu && y(at, c) <= 0 ? 0 : g[at];
    out[at] = (weight[c] / deviation[c]) * (own - (totals[c] + xhat(at, c) * totals[axis.n + c]) / count);
  });
}

export function sumOfSquares(out: Floats, xs: readonly Floats[]): void {
  let sum = 0;
  for (const x of xs) for (const value of x) sum += value * value;
  out[0] = sum;
}

export function squaredLengths(out: Floats, x: Floats, n: number, d: number): void {
  for (let i = 0; i < n; i++) {
    let sum = 0;
    for (let c = 0; c < d; c++) sum += x[i * d + c] * x[i * d + c];
    out[i] = sum;
  }
}

export function unitRows(out: Floats, x: Floats, n: number, d: number, eps: number): void {
  const squares = new Float64Array(n);
  squaredLengths(squares, x, n, d);
  for (let at = 0; at < n * d; at++) out[at] = x[at] / Math.max(Math.sqrt(squares[Math.floor(at / d)]), eps);
}

export function unitRowsInput(out: Floats, g: Floats, x: Floats, n: number, d: number, eps: number): void {
  for (let i = 0; i < n; i++) {
    let [square, product] = [0, 0];
    for (let at = i * d; at < (i + 1) * d; at++) {
      square += x[at] * x[at];
      product += x[at] * g[at];
    }
    const length = Math.sqrt(square);
    for (let at = i * d; at < (i + 1) * d; at++) {
      out[at] = length < eps ? g[at] / eps : (g[at] - (x[at] * product) / square) / length;
    }
  }
}

export function crossEntropy(
  out: Floats,
  totals: Floats,
  x: Floats,
  target: Int32Array | Floats,
  n: number,
  classes: number,
): void {
  let sum = 0;
  for (let i = 0; i < n; i++) {
    const row = Array.from({ length: classes }, (_, c) => x[i * classes + c]);
    const largest = Math.max(...row);
    const shift = Math.abs(largest) === Infinity ? 0 : largest;
    const total = shift + Math.log(row.reduce((sum, value) => sum + Math.exp(value - shift), 0));
    totals[i] = total;
    if (target instanceof Int32Array) sum += total - row[target[i]];
    else sum += row.reduce((sum, value, c) => sum + target[i * classes + c] * (total - value), 0);
  }
  out[0] = sum / n;
}

export function crossEntropyInput(
  out: Floats,
  x: Floats,
  totals: Floats,
  target: Int32Array | Floats,
  n: number,
  classes: number,
): void {
  for (let i = 0; i < n; i++) {
    const wanted = Array.from({ length: classes }, (_, c) =>
      target instanceof Int32Array ? Number(target[i] === c) : target[i * classes + c],
    );
    const weight = wanted.reduce((sum, t) => sum + t, 0);
    for (let c = 0; c < classes; c++) {
      const at = i * classes + c;
      out[at] = (Math.exp(x[at] - totals[i]) * weight - wanted[c]) / n;
    }
  }
}

/** Without momentum there is no `nextB`, at the first step no `b`. */
export function sgd(
  [nextP, nextB]: readonly Floats[],
  p: Floats,
  g: Floats,
  [b]: readonly Floats[],
  { lr, momentum, weightDecay, nesterov }: SgdRates,
): void {
  for (let i = 0; i < p.length; i++) {
    let d = g[i] + weightDecay * p[i];
    if (nextB) {
      nextB[i] = b ? momentum * b[i] + d : d;
      d = nesterov ? d + momentum * nextB[i] : nextB[i];
    }
    nextP[i] = p[i] - lr * d;
  }
}

/** At step 1 there is neither `m` nor `v`. */
export function adam(
  [nextP, nextM, nextV]: readonly Floats[],
  p: Floats,
  g: Floats,
  [m, v]: readonly Floats[],
  step: number,
  { lr, betas: [beta1, beta2], eps, weightDecay, shrink }: AdamRates,
): void {
  for (let i = 0; i < p.length; i++) {
    const d = g[i] + weightDecay * p[i];
    nextM[i] = (m ? beta1 * m[i] : 0) + (1 - beta1) * d;
    nextV[i] = (v ? beta2 * v[i] : 0) + (1 - beta2) * d * d;
    const scale = Math.sqrt(nextV[i] / (1 - beta2 ** step)) + eps;
    nextP[i] = shrink * p[i] - ((lr / (1 - beta1 ** step)) * nextM[i]) / scale;
  }
}
