import { addTo, apart, isNear, multiply, squaredDistance, takeExponents } from "./exponents";
import { laneSums, loadFirst, storeFirst } from "./lanes";
import { PointSet, tilePoints } from "./point-set";
import { pull, quarter, rowStep } from "./potential-pull";
import { putLefts } from "./seven";
import { guest, host } from "./tournament";
import { exp2OfNegative, exp4 } from "./transcendental";

/** Floats of scratch that `potentialRound` needs. */
export function potentialRoom(): i32 {
  return (14 * <i32>quarter) / 4 + tilePoints;
}

/**
 * totals[k] += the potentials of the pairs of the blocks that meet as units k from .. to of a round, in float64; and what
 * they add to the gradients that are wanted. Within one set, where `first` is `second`, it is a round of a tournament; of
 * two sets block k of the smaller one meets block k + round of the larger one. block: tiles of one. factor: the sets'
 * scale.
 */
export function potentialRound(
  totals: usize,
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
  const blocks = (a.tiles + block - 1) / block;
  const others = (b.tiles + block - 1) / block;
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
    let back = false; // the tiles of a block are taken from left to right and back: one side of a tile stays in the cache
    for (let p = i * block; p < min((i + 1) * block, a.tiles); p++, back = !back) {
      const count = min(block, b.tiles - j * block);
      for (let step = 0; step < count; step++) {
        const q = j * block + (back ? count - 1 - step : step);
        if (first !== second || i !== j || p <= q)
          meet(totals + ((<usize>k) << 3), a, b, p, q, first === second && p === q, t, factor, scratch);
      }
    }
  }
}

/**
 * The same for the pairs of tile p of a and tile q of b. `itself`: the pairs i < j of the same points, each found twice.
 */
function meet(
  total: usize,
  a: PointSet,
  b: PointSet,
  p: i32,
  q: i32,
  itself: bool,
  t: f32,
  factor: f32,
  scratch: usize,
): void {
  const rows = a.half(p);
  const columns = b.half(q);
  const lefts = scratch + 7 * quarter; // of the weights; those of the turned weights take the place of the products
  const columnSums = lefts + 7 * quarter;
  const ofA = a.gradient !== 0 && !itself;
  const ofB = b.gradient !== 0;
  multiply(scratch, changetype<usize>(a), changetype<usize>(b), p, q);
  memory.fill(columnSums, 0, (<usize>columns) << 3);
  let sum: f64 = 0;
  for (let r = 0; r < rows; r++) {
    const i = p * tilePoints + r;
    const half0 = v128.load_splat<f32>(a.halves + ((<usize>i) << 2));
    const half1 = v128.load_splat<f32>(a.halves + ((<usize>(i + rows)) << 2));
    let row0 = f32x4.splat(0);
    let row1 = f32x4.splat(0);
    for (let c = 0; c < columns; c += 4) {
      const at = scratch + <usize>r * rowStep + ((<usize>c) << 2);
      const j = q * tilePoints + c;
      const other0 = v128.load(b.halves + ((<usize>j) << 2));
      const other1 = v128.load(b.halves + ((<usize>(j + columns)) << 2));
      const some = takeExponents(at, half0, half1, other0, other1);
      if (v128.any_true(some) || (itself && r >> 2 === c >> 2)) {
        sum += meetNear(at, a, b, i, j, itself, t, factor);
        sum += meetNear(at + quarter, a, b, i, j + columns, itself, t, factor);
        sum += meetNear(at + 2 * quarter, a, b, i + rows, j, itself, t, factor);
        sum += meetNear(at + 3 * quarter, a, b, i + rows, j + columns, itself, t, factor);
      }
      const w11 = exp2OfNegative(v128.load(at));
      const w12 = exp2OfNegative(v128.load(at + quarter));
      const w21 = exp2OfNegative(v128.load(at + 2 * quarter));
      const w22 = exp2OfNegative(v128.load(at + 3 * quarter));
      row0 = f32x4.add(row0, f32x4.add(w11, w12));
      row1 = f32x4.add(row1, f32x4.add(w21, w22));
      if (ofA) putLefts(at + 7 * quarter, quarter, w11, w12, w21, w22);
      if (ofB) {
        const column = columnSums + ((<usize>c) << 2);
        addTo(column, f32x4.add(w11, w21));
        addTo(column + ((<usize>columns) << 2), f32x4.add(w12, w22));
      }
      if (ofB) putLefts(at, quarter, w11, w21, w12, w22);
    }
    const both = laneSums(row0, row1, row0, row1);
    sum += <f64>f32x4.extract_lane(both, 0) + <f64>f32x4.extract_lane(both, 1);
    if (ofA) {
      count(a, i, f32x4.extract_lane(both, 0));
      count(a, i + rows, f32x4.extract_lane(both, 1));
    }
  }
  if (ofB) {
    for (let j = 0; j < 2 * columns; j++) count(b, q * tilePoints + j, load<f32>(columnSums + ((<usize>j) << 2)));
  }
  if (ofA) pull(a, p, lefts, rowStep, 4, b, q);
  if (ofB) pull(b, q, scratch, 4, rowStep, a, p);
  store<f64>(total, load<f64>(total) + (itself ? 0.5 * sum : sum));
}

/**
 * Takes the near pairs of point i of a and four of b out of their exponents, and pairs of a point with itself. Gives the sum
 * of their potentials, from differences.
 */
function meetNear(four: usize, a: PointSet, b: PointSet, i: i32, j: i32, itself: bool, t: f32, factor: f32): f64 {
  let sum: f64 = 0;
  const half = load<f32>(a.halves + ((<usize>i) << 2));
  for (let q = j; q < j + 4; q++, four += 4) {
    const self = itself && i === q;
    if (!self && !isNear(load<f32>(four), half + load<f32>(b.halves + ((<usize>q) << 2)))) continue;
    store<f32>(four, apart);
    if (self) continue;
    const weight = exp4(f32x4.splat(-t * squaredDistance(a, i, b, q)));
    sum += <f64>f32x4.extract_lane(weight, 0);
    if (b.gradient === 0 && a.gradient === 0) continue;
    const force = f32x4.mul(weight, f32x4.splat(factor));
    for (let c = 0; c < a.d; c += 4) {
      const from = (<usize>c) << 2;
      const left = a.d - c;
      const difference = f32x4.sub(loadFirst(b.row(q) + from, left), loadFirst(a.row(i) + from, left));
      const pulled = f32x4.mul(force, difference);
      if (b.gradient !== 0) addFirst(b.y + ((<usize>(q * a.d)) << 2) + from, f32x4.neg(pulled), left);
      if (a.gradient !== 0 && !itself) addFirst(a.y + ((<usize>(i * a.d)) << 2) + from, pulled, left);
    }
  }
  return sum;
}

/** Adds to a point's sum of weights. */
function count(set: PointSet, i: i32, weight: f32): void {
  const at = set.weights + ((<usize>i) << 3);
  store<f64>(at, load<f64>(at) + <f64>weight);
}

function addFirst(at: usize, four: v128, count: i32): void {
  storeFirst(at, f32x4.add(loadFirst(at, count), four), count);
}
