import { laneSums, loadFirst, madd, storeFirst } from "./lanes";
import { PointSet, tilePoints } from "./point-set";
import { pull, quarter, rowStep } from "./potential-pull";
import { joinProducts, leftOf, putLefts, rightOf } from "./seven";
import { tile, tileColumns, tileRows } from "./tile";
import { guest, host } from "./tournament";
import { exp2OfNegative, exp4 } from "./transcendental";

/** Coordinates whose products are summed before they join the sum of the others. */
const depthBlock: i32 = 256;
/** Two points are near if their squared distance is at most this part of the sum of their squared distances from the mean. */
const near: f32 = 1.0 / 64;
/** The exponent of a pair that is not there. */
const apart: f32 = -1e30;

/** Floats of scratch that `potentialRound` needs. */
export function potentialRoom(): i32 {
  return (14 * <i32>quarter) / 4 + tilePoints + 4;
}

/**
 * totals[k] += the potentials of the pairs of the blocks that meet as units k from .. to of a round and their squares,
 * in float64; and what they add to the gradients, or to the points' own sums, that are wanted; squares are 0 unless
 * these sums are. Within one set, where `first` is `second`, it is a round of a tournament; of two sets block k of the
 * smaller one meets block k + round of the larger one. block: tiles of one. factor: the sets' scale.
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
          meet(totals + ((<usize>k) << 4), a, b, p, q, first === second && p === q, t, factor, scratch);
      }
    }
  }
}

/**
 * The same for the pairs of tile p of a and tile q of b. `itself`: the pairs i < j of the same points, each found twice.
 */
function meet(
  totals: usize,
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
  const found = columnSums + 4 * tilePoints; // potentials of near pairs, their squares
  const ofA = a.gradient !== 0 && !itself;
  const ofB = b.gradient !== 0;
  const measured = b.gradient === 0 && b.weights !== 0;
  multiply(scratch, a, b, p, q);
  memory.fill(columnSums, 0, (<usize>columns) << 3);
  v128.store(found, f64x2.splat(0));
  let sum: f64 = 0;
  let square: f64 = 0;
  for (let r = 0; r < rows; r++) {
    const i = p * tilePoints + r;
    const half0 = v128.load_splat<f32>(a.halves + ((<usize>i) << 2));
    const half1 = v128.load_splat<f32>(a.halves + ((<usize>(i + rows)) << 2));
    let row0 = f32x4.splat(0);
    let row1 = f32x4.splat(0);
    let squares = f32x4.splat(0);
    for (let c = 0; c < columns; c += 4) {
      const at = scratch + <usize>r * rowStep + ((<usize>c) << 2);
      const j = q * tilePoints + c;
      const other0 = v128.load(b.halves + ((<usize>j) << 2));
      const other1 = v128.load(b.halves + ((<usize>(j + columns)) << 2));
      joinProducts(at, quarter);
      let some = takeHalves(at, f32x4.add(half0, other0));
      some = v128.or(some, takeHalves(at + quarter, f32x4.add(half0, other1)));
      some = v128.or(some, takeHalves(at + 2 * quarter, f32x4.add(half1, other0)));
      some = v128.or(some, takeHalves(at + 3 * quarter, f32x4.add(half1, other1)));
      if (v128.any_true(some) || (itself && r >> 2 === c >> 2)) {
        meetNear(found, at, a, b, i, j, itself, t, factor);
        meetNear(found, at + quarter, a, b, i, j + columns, itself, t, factor);
        meetNear(found, at + 2 * quarter, a, b, i + rows, j, itself, t, factor);
        meetNear(found, at + 3 * quarter, a, b, i + rows, j + columns, itself, t, factor);
      }
      const w11 = exp2OfNegative(v128.load(at));
      const w12 = exp2OfNegative(v128.load(at + quarter));
      const w21 = exp2OfNegative(v128.load(at + 2 * quarter));
      const w22 = exp2OfNegative(v128.load(at + 3 * quarter));
      row0 = f32x4.add(row0, f32x4.add(w11, w12));
      row1 = f32x4.add(row1, f32x4.add(w21, w22));
      if (ofA) putLefts(at + 7 * quarter, quarter, w11, w12, w21, w22);
      if (ofB || measured) {
        const column = columnSums + ((<usize>c) << 2);
        addTo(column, f32x4.add(w11, w21));
        addTo(column + ((<usize>columns) << 2), f32x4.add(w12, w22));
      }
      if (ofB) putLefts(at, quarter, w11, w21, w12, w22);
      if (measured) squares = madd(w11, w11, madd(w12, w12, madd(w21, w21, madd(w22, w22, squares))));
    }
    const both = laneSums(row0, row1, squares, squares);
    sum += <f64>f32x4.extract_lane(both, 0) + <f64>f32x4.extract_lane(both, 1);
    square += <f64>f32x4.extract_lane(both, 2);
    if (a.weights !== 0 && !itself) {
      count(a, i, f32x4.extract_lane(both, 0));
      count(a, i + rows, f32x4.extract_lane(both, 1));
    }
  }
  if (b.weights !== 0) {
    for (let j = 0; j < 2 * columns; j++) count(b, q * tilePoints + j, load<f32>(columnSums + ((<usize>j) << 2)));
  }
  if (ofA) pull(a, p, lefts, rowStep, 4, b, q);
  if (ofB) pull(b, q, scratch, 4, rowStep, a, p);
  const met = f64x2.add(f64x2.replace_lane(f64x2.splat(sum), 1, square), v128.load(found));
  v128.store(totals, f64x2.add(v128.load(totals), itself ? f64x2.mul(met, f64x2.splat(0.5)) : met));
}

/** Makes exponents of four products of points, less their |z|² / 2. Says which belong to near pairs. */
function takeHalves(at: usize, halves: v128): v128 {
  const exponent = f32x4.sub(v128.load(at), halves);
  v128.store(at, exponent);
  return f32x4.gt(exponent, f32x4.mul(halves, f32x4.splat(-near)));
}

function addTo(at: usize, four: v128): void {
  v128.store(at, f32x4.add(v128.load(at), four));
}

/** Adds to a point's sum of weights. */
function count(set: PointSet, i: i32, weight: f32): void {
  const at = set.weights + ((<usize>i) << 3);
  store<f64>(at, load<f64>(at) + <f64>weight);
}

/** The seven products that z zᵀ comes to, for a tile of a and one of b: to[k][point of a's half][point of b's half]. */
function multiply(to: usize, a: PointSet, b: PointSet, p: i32, q: i32): void {
  const width = a.width;
  const panelStep = (<usize>width) << 6;
  const rows = a.half(p);
  const columns = b.half(q);
  for (let k = 0; k < 7; k++, to += quarter) {
    for (let c = 0; c < width; c += depthBlock) {
      const depth = min(depthBlock, width - c);
      const left = a.points + a.factor(p, leftOf(k)) + ((<usize>c) << 6);
      let right = b.points + b.factor(q, rightOf(k)) + ((<usize>c) << 6);
      for (let j = 0; j < columns; j += tileColumns, right += panelStep) {
        let y = to + ((<usize>j) << 2);
        let panel = left;
        for (let i = 0; i < rows; i += tileColumns, panel += panelStep) {
          for (let row = panel; row < panel + 64; row += 4 * tileRows, y += rowStep * tileRows) {
            tile(y, y + rowStep, row, row + 4, 64, right, depth, c === 0);
          }
        }
      }
    }
  }
}

/**
 * Takes the near pairs of point i of a and four of b out of their exponents, and pairs of a point with itself, and adds their
 * potentials and the squares to `found`. From differences of the points as they were given, exactly 0 where they coincide: of
 * products only rounding would be left.
 */
function meetNear(
  found: usize,
  four: usize,
  a: PointSet,
  b: PointSet,
  i: i32,
  j: i32,
  itself: bool,
  t: f32,
  factor: f32,
): void {
  const half = load<f32>(a.halves + ((<usize>i) << 2));
  for (let q = j; q < j + 4; q++, four += 4) {
    const halves = half + load<f32>(b.halves + ((<usize>q) << 2));
    const self = itself && i === q;
    if (!self && !(load<f32>(four) > -near * halves)) continue;
    store<f32>(four, apart);
    if (self) continue;
    const weight = exp4(f32x4.splat(-t * squaredDistance(a.row(i), b.row(q), a.d)));
    const h = f32x4.extract_lane(weight, 0);
    v128.store(found, f64x2.add(v128.load(found), f64x2.promote_low_f32x4(f32x4.replace_lane(weight, 1, h * h))));
    if (b.gradient === 0 && a.gradient === 0) {
      if (b.weights !== 0) count(b, q, h);
      if (a.weights !== 0 && !itself) count(a, i, h);
      continue;
    }
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
}

function addFirst(at: usize, four: v128, count: i32): void {
  storeFirst(at, f32x4.add(loadFirst(at, count), four), count);
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
