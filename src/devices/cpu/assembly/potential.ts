import { laneSums, loadFirst, madd, storeFirst, transpose4 } from "./lanes";
import { panelProduct } from "./panels";
import { block as depthBlock, PointSet } from "./point-set";
import { guest, host } from "./tournament";
import { exp2OfNegative, exp4 } from "./transcendental";

/** Points of a tile: the weights of its pairs are 64 KiB and stay in the second cache, in both orders. */
const tile: i32 = 128;
/** Bytes of the weights of four points and those of a tile. */
const quadStep: usize = 16 * tile;
/** Two points are near if their squared distance is at most this part of the sum of their squared distances from the mean. */
const near: f32 = 1.0 / 64;
/** The exponent of a pair that is not there. */
const apart: f32 = -1e30;

/** Floats of scratch that `potentialRound` needs. */
export function potentialRoom(): i32 {
  return 2 * tile * tile + tile;
}

/**
 * sums[k] += the potentials of the pairs of the blocks that meet as units k from .. to of a round, in float64, and what they
 * add to the gradients that are wanted. Within one set, where `first` is `second`, it is a round of a tournament; of two sets
 * block k of the smaller one meets block k + round of the larger one. factor: the sets'
 * scale.
 */
export function potentialRound(
  sums: usize,
  first: usize,
  second: usize,
  block: i32,
  round: i32,
  t: f32,
  factor: f32,
  scratch: usize,
  from: i32,
  to: i32,
): void {
  const a = PointSet.at(first);
  const b = PointSet.at(second);
  const blocks = (a.n + block - 1) / block;
  const others = (b.n + block - 1) / block;
  for (let k = from; k < to; k++) {
    let i = k;
    let j = k;
    if (first !== second) {
      if (blocks < others) j = (k + round) % others;
      else i = (k + round) % blocks;
    } else {
      i = guest(blocks, round, k);
      j = host(blocks, round, k);
    }
    let sum: f64 = 0;
    let back = false; // the tiles of a block are taken from left to right and back: one side of a tile stays in the cache
    for (let p = i * block; p < min((i + 1) * block, a.n); p += tile, back = !back) {
      const count = (min(block, b.n - j * block) + tile - 1) / tile;
      for (let step = 0; step < count; step++) {
        const q = j * block + tile * (back ? count - 1 - step : step);
        if (first !== second || i !== j || p <= q)
          sum += meet(a, b, p, q, first === second && p === q, t, factor, scratch);
      }
    }
    const at = sums + ((<usize>k) << 3);
    store<f64>(at, load<f64>(at) + sum);
  }
}

/**
 * The sum of the potentials of the pairs of a tile of a from point i0 on and of b from j0 on, and what they add to
 * the gradients that are wanted. `itself`: the pairs i < j of the same points, each found twice.
 */
function meet(a: PointSet, b: PointSet, i0: i32, j0: i32, itself: bool, t: f32, factor: f32, scratch: usize): f64 {
  const rows = min(tile, a.padded - i0);
  const columns = min(tile, b.padded - j0);
  const across = scratch; // [quad of b][a][4]
  const down = scratch + 4 * tile * tile; // [quad of a][b][4]
  const rowSums = down + 4 * tile * tile;
  const turned = a.gradient !== 0 && !itself;
  multiply(across, a, b, i0, j0, rows, columns);
  if (turned) memory.fill(rowSums, 0, (<usize>rows) << 2);
  let sum: f64 = 0;
  for (let j = 0; j < columns; j += 4) {
    const at = across + <usize>(j >> 2) * quadStep;
    let columnSums = f32x4.splat(0);
    const others = v128.load(b.halves + ((<usize>(j0 + j)) << 2));
    for (let i = 0; i < rows; i += 4) {
      const four = at + ((<usize>i) << 4);
      const halves = a.halves + ((<usize>(i0 + i)) << 2);
      let some = f32x4.splat(0);
      for (let r: usize = 0; r < 4; r++) {
        const sum = f32x4.add(v128.load_splat<f32>(halves + (r << 2)), others);
        const exponent = f32x4.sub(v128.load(four + (r << 4)), sum);
        v128.store(four + (r << 4), exponent);
        some = v128.or(some, f32x4.gt(exponent, f32x4.mul(sum, f32x4.splat(-near))));
      }
      if (v128.any_true(some) || (itself && i === j)) {
        sum += <f64>meetNear(four, a, b, i0 + i, j0 + j, itself, t, factor);
      }
      let w = f32x4.splat(0);
      for (let r: usize = 0; r < 4; r++) {
        const weight = exp2OfNegative(v128.load(four + (r << 4)));
        v128.store(four + (r << 4), weight);
        w = f32x4.add(w, weight);
      }
      columnSums = f32x4.add(columnSums, w);
      if (turned) {
        const to = down + <usize>(i >> 2) * quadStep + ((<usize>j) << 4);
        transpose4(to, 16, four, four + 16, four + 32, four + 48);
        const both = f32x4.add(
          f32x4.add(v128.load(to, 0), v128.load(to, 16)),
          f32x4.add(v128.load(to, 32), v128.load(to, 48)),
        );
        addTo(rowSums + ((<usize>i) << 2), both);
      }
    }
    if (b.gradient !== 0) addTo(b.weights + ((<usize>(j0 + j)) << 2), columnSums);
    sum += <f64>(f32x4.extract_lane(columnSums, 0) + f32x4.extract_lane(columnSums, 1));
    sum += <f64>(f32x4.extract_lane(columnSums, 2) + f32x4.extract_lane(columnSums, 3));
  }
  if (turned) {
    for (let i = 0; i < rows; i += 4)
      addTo(a.weights + ((<usize>(i0 + i)) << 2), v128.load(rowSums + ((<usize>i) << 2)));
    pull(a, i0, rows, down, b, j0, columns);
  }
  if (b.gradient !== 0) pull(b, j0, columns, across, a, i0, rows);
  return itself ? 0.5 * sum : sum;
}

function addTo(at: usize, four: v128): void {
  v128.store(at, f32x4.add(v128.load(at), four));
}

/** across[quad of j][i][4] = z_i z_j for the points of a from i0 on and those of b from j0 on. */
function multiply(across: usize, a: PointSet, b: PointSet, i0: i32, j0: i32, rows: i32, columns: i32): void {
  let c = 0;
  do {
    const depth = min(depthBlock, a.d - c);
    for (let j = 0; j < columns; j += 8) {
      const panel = b.pointPanel(j0 + j, c);
      const to = across + <usize>(j >> 2) * quadStep;
      for (let i = 0; i < rows; i += 4) {
        panelProduct(to + ((<usize>i) << 4), 16, quadStep, a.pointPanel(i0 + i, c), 32, panel, depth, c === 0);
      }
    }
    c += depthBlock;
  } while (c < a.d);
}

/** The gradient of points of a from i0 on grows by sum over j of w_ij z_j; weights: [quad of i][j][4]. */
function pull(a: PointSet, i0: i32, rows: i32, weights: usize, b: PointSet, j0: i32, columns: i32): void {
  for (let strip = 0; strip < a.strips; strip++) {
    const panel = b.byCoordinate + b.place(strip, j0);
    const to = a.gradient + a.place(strip, i0);
    for (let i = 0; i < rows; i += 4) {
      const quad = weights + <usize>(i >> 2) * quadStep;
      panelProduct(to + ((<usize>i) << 5), 32, 16, quad, 16, panel, columns, false);
    }
  }
}

/**
 * Takes the near pairs among four points of a and four of b out of their exponents, and pairs of a point with itself, and
 * gives the sum of their potentials. From differences of the points as they were given, exactly 0 where they coincide: of
 * products only rounding would be left.
 */
function meetNear(four: usize, a: PointSet, b: PointSet, i: i32, j: i32, itself: bool, t: f32, factor: f32): f32 {
  let sum: f32 = 0;
  for (let k = 0; k < 16; k++) {
    const p = i + (k >> 2);
    const q = j + (k & 3);
    const at = four + ((<usize>k) << 2);
    const halves = load<f32>(a.halves + ((<usize>p) << 2)) + load<f32>(b.halves + ((<usize>q) << 2));
    const self = itself && p === q;
    if (!self && !(load<f32>(at) > -near * halves)) continue;
    store<f32>(at, apart);
    if (self) continue;
    const weight = exp4(f32x4.splat(-t * squaredDistance(a.row(p), b.row(q), a.d)));
    sum += f32x4.extract_lane(weight, 0);
    if (b.gradient === 0 && a.gradient === 0) continue;
    const force = f32x4.mul(weight, f32x4.splat(factor));
    for (let c = 0; c < a.d; c += 4) {
      const from = (<usize>c) << 2;
      const difference = f32x4.sub(loadFirst(b.row(q) + from, a.d - c), loadFirst(a.row(p) + from, a.d - c));
      const pulled = f32x4.mul(force, difference);
      const within = (<usize>(c & 4)) << 2;
      if (b.gradient !== 0) addTo(b.gradient + b.place(c >> 3, q) + within, f32x4.neg(pulled));
      if (a.gradient !== 0 && !itself) addTo(a.gradient + a.place(c >> 3, p) + within, pulled);
    }
  }
  return sum;
}

/** |a - b|² */
function squaredDistance(a: usize, b: usize, d: i32): f32 {
  let sum = f32x4.splat(0);
  for (let c = 0; c < d; c += 4) {
    const from = (<usize>c) << 2;
    const difference = f32x4.sub(loadFirst(a + from, d - c), loadFirst(b + from, d - c));
    sum = madd(difference, difference, sum);
  }
  return f32x4.extract_lane(laneSums(sum, sum, sum, sum), 0);
}

/**
 * y[i] = scale (sum over j of w_ij z_j - z_i sum over j of w_ij) for the panels of eight points from .. to: what the rounds
 * have gathered. -> [n, d]
 */
export function potentialPull(y: usize, at: usize, scale: f32, from: i32, to: i32): void {
  const set = PointSet.at(at);
  const d = set.d;
  for (let i = 8 * from; i < min(8 * to, set.n); i++) {
    const weight = v128.load_splat<f32>(set.weights + ((<usize>i) << 2));
    for (let c = 0; c < d; c += 4) {
      const place = set.place(c >> 3, i) + ((<usize>(c & 4)) << 2);
      const own = f32x4.mul(weight, v128.load(set.byCoordinate + place));
      const four = f32x4.mul(f32x4.splat(scale), f32x4.sub(v128.load(set.gradient + place), own));
      storeFirst(y + ((<usize>(i * d + c)) << 2), four, d - c);
    }
  }
}
