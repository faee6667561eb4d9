import { addTo, apart, isNear, multiply, squaredDistance, takeExponents, takeWhole } from "./exponents";
import { laneSums, madd } from "./lanes";
import { PointSet, tilePoints } from "./point-set";
import { quarter, rowStep } from "./potential-pull";
import { guest, host } from "./tournament";
import { exp2OfNegative, exp4 } from "./transcendental";
import { multiplyWhole } from "./whole";

// Potentials of a whole data set, at several t at once: products in float32, once for all t; sums in float64.

/** Added to a number below 2^22 and taken away again, it leaves a multiple of 2^-28: the coarse part of a point's sum. */
const coarse: f64 = 3 * 2 ** 23;
/** The same for the rest and 2^-64. */
const fine: f64 = 3 * 2 ** -13;
/** Bytes of the sums of a tile's points at one t. */
const sumsOfTile: usize = 4 * tilePoints;

/** Floats of scratch that `potentialSums` needs for so many t. */
export function potentialSumsRoom(count: i32): i32 {
  return <i32>((7 * quarter) >> 2) + 2 * tilePoints * count;
}

/**
 * Round `round` of the meetings of two sets: tile k of b, for the units k from .. to, meets the k + round-th of as many
 * strips of a's tiles; if both are one set it is a round of a tournament of its tiles instead, and pairs i < j are
 * counted. For each of `count` t, totals[tile of a][t] += the sum of potentials and that of their squares, in float64, and
 * each point's own sum grows.
 *
 * That sum is kept in two parts, a multiple of 2^-28 and one of 2^-64, `stride` points apart, in `weights` [t][part][point]:
 * sums of such numbers do not round, in whatever order they are added. ts: each t over the largest one, which is the
 * sets' own scale, then each t, then what is left of the ratios once they are rounded. unit: what a product of points in whole numbers is worth (whole.ts), 0 for points in
 * floats.
 */
export function potentialSums(
  totals: usize,
  first: usize,
  second: usize,
  round: i32,
  ts: usize,
  count: i32,
  stride: i32,
  unit: f32,
  scratch: usize,
  from: i32,
  to: i32,
): void {
  const a = PointSet.at(first);
  const b = PointSet.at(second);
  const strip = (a.tiles + b.tiles - 1) / b.tiles;
  for (let k = from; k < to; k++) {
    if (first === second) {
      const i = guest(a.tiles, round, k);
      const j = host(a.tiles, round, k);
      if (j < a.tiles) meet(totals, a, b, i, j, i === j, ts, count, stride, unit, scratch);
      continue;
    }
    const start = ((k + round) % b.tiles) * strip;
    for (let p = start; p < min(start + strip, a.tiles); p++) {
      meet(totals, a, b, p, k, false, ts, count, stride, unit, scratch);
    }
  }
}

/**
 * The same for the pairs of tile p of a and tile q of b. `itself`: of the same points, where each pair is found twice.
 */
function meet(
  totals: usize,
  a: PointSet,
  b: PointSet,
  p: i32,
  q: i32,
  itself: bool,
  ts: usize,
  count: i32,
  stride: i32,
  unit: f32,
  scratch: usize,
): void {
  const rows = a.half(p);
  const columns = b.half(q);
  const rowSums = scratch + 7 * quarter;
  const columnSums = rowSums + <usize>count * sumsOfTile;
  const own = totals + ((<usize>(p * count)) << 4);
  if (unit > 0) multiplyWhole(scratch, changetype<usize>(a), changetype<usize>(b), p, q);
  else multiply(scratch, changetype<usize>(a), changetype<usize>(b), p, q);
  memory.fill(columnSums, 0, <usize>count * sumsOfTile);
  for (let r = 0; r < rows; r++) {
    const i = p * tilePoints + r;
    const half0 = v128.load_splat<f32>(a.halves + ((<usize>i) << 2));
    const half1 = v128.load_splat<f32>(a.halves + ((<usize>(i + rows)) << 2));
    const row = scratch + <usize>r * rowStep;
    for (let c = 0; c < columns; c += 4) {
      const at = row + ((<usize>c) << 2);
      const j = q * tilePoints + c;
      const other0 = v128.load(b.halves + ((<usize>j) << 2));
      const other1 = v128.load(b.halves + ((<usize>(j + columns)) << 2));
      const some =
        unit > 0
          ? takeWhole(at, f32x4.splat(unit), half0, half1, other0, other1)
          : takeExponents(at, half0, half1, other0, other1);
      if (v128.any_true(some) || (itself && r >> 2 === c >> 2)) {
        meetNear(own, at, a, b, i, j, itself, ts, count, stride);
        meetNear(own, at + quarter, a, b, i, j + columns, itself, ts, count, stride);
        meetNear(own, at + 2 * quarter, a, b, i + rows, j, itself, ts, count, stride);
        meetNear(own, at + 3 * quarter, a, b, i + rows, j + columns, itself, ts, count, stride);
      }
    }
    for (let k = 0; k < count; k++) {
      const ratio = v128.load_splat<f32>(ts + ((<usize>k) << 2));
      const rest = v128.load_splat<f32>(ts + ((<usize>(2 * count + k)) << 2));
      const sums = <usize>k * sumsOfTile;
      addRow(
        own + ((<usize>k) << 4),
        row,
        rowSums + sums + ((<usize>r) << 2),
        columnSums + sums,
        ratio,
        rest,
        rows,
        columns,
        itself,
      );
    }
  }
  for (let k = 0; k < count; k++) {
    const from = <usize>k * sumsOfTile;
    const parts = 2 * k * stride;
    if (!itself) addOnGrid(a.weights + ((<usize>(parts + p * tilePoints)) << 3), stride, rowSums + from, 2 * rows);
    addOnGrid(b.weights + ((<usize>(parts + q * tilePoints)) << 3), stride, columnSums + from, 2 * columns);
  }
}

/** The potentials of a row of each half, by their exponents, at one t. */
function addRow(
  total: usize,
  row: usize,
  rowSums: usize,
  columnSums: usize,
  ratio: v128,
  rest: v128,
  rows: i32,
  columns: i32,
  itself: bool,
): void {
  let row0 = f32x4.splat(0);
  let row1 = f32x4.splat(0);
  let squares = f32x4.splat(0);
  const across = (<usize>columns) << 2;
  for (let c: usize = 0; c < across; c += 16) {
    const at = row + c;
    const w11 = exp2OfNegative(sharper(v128.load(at), ratio, rest));
    const w12 = exp2OfNegative(sharper(v128.load(at + quarter), ratio, rest));
    const w21 = exp2OfNegative(sharper(v128.load(at + 2 * quarter), ratio, rest));
    const w22 = exp2OfNegative(sharper(v128.load(at + 3 * quarter), ratio, rest));
    row0 = f32x4.add(row0, f32x4.add(w11, w12));
    row1 = f32x4.add(row1, f32x4.add(w21, w22));
    addTo(columnSums + c, f32x4.add(w11, w21));
    addTo(columnSums + across + c, f32x4.add(w12, w22));
    squares = madd(w11, w11, madd(w12, w12, madd(w21, w21, madd(w22, w22, squares))));
  }
  const sums = laneSums(row0, row1, squares, squares);
  v128.store_lane<f32>(rowSums, sums, 0);
  v128.store_lane<f32>(rowSums + ((<usize>rows) << 2), sums, 1);
  const sum = <f64>f32x4.extract_lane(sums, 0) + <f64>f32x4.extract_lane(sums, 1);
  addToTotal(total, sum, <f64>f32x4.extract_lane(sums, 2), itself);
}

/** Exponents at another t: times its ratio to the sets' own, which is rounded, and what rounding took from that. */
function sharper(exponents: v128, ratio: v128, rest: v128): v128 {
  return madd(exponents, rest, f32x4.mul(exponents, ratio));
}

/** Of pairs that were found twice a half. */
function addToTotal(total: usize, sum: f64, square: f64, twice: bool): void {
  const both = f64x2.replace_lane(f64x2.splat(sum), 1, square);
  v128.store(total, f64x2.add(v128.load(total), twice ? f64x2.mul(both, f64x2.splat(0.5)) : both));
}

/** Adds `count` floats, an even number, to sums in two parts. */
function addOnGrid(sums: usize, stride: i32, from: usize, count: i32): void {
  const rest = sums + ((<usize>stride) << 3);
  for (let j: usize = 0; j < (<usize>count) << 3; j += 16) {
    const two = f64x2.promote_low_f32x4(v128.load64_zero(from + (j >> 1)));
    const part = f64x2.sub(f64x2.add(two, f64x2.splat(coarse)), f64x2.splat(coarse));
    const left = f64x2.sub(f64x2.add(f64x2.sub(two, part), f64x2.splat(fine)), f64x2.splat(fine));
    v128.store(sums + j, f64x2.add(v128.load(sums + j), part));
    v128.store(rest + j, f64x2.add(v128.load(rest + j), left));
  }
}

/**
 * Takes the near pairs of point i of a and four of b out of their exponents, and pairs of a point with itself, and adds their
 * potentials from differences.
 */
function meetNear(
  totals: usize,
  four: usize,
  a: PointSet,
  b: PointSet,
  i: i32,
  j: i32,
  itself: bool,
  ts: usize,
  count: i32,
  stride: i32,
): void {
  const half = load<f32>(a.halves + ((<usize>i) << 2));
  for (let q = j; q < j + 4; q++, four += 4) {
    const self = itself && i === q;
    if (!self && !isNear(load<f32>(four), half + load<f32>(b.halves + ((<usize>q) << 2)))) continue;
    store<f32>(four, apart);
    if (self) continue;
    const squared = squaredDistance(a, i, b, q);
    for (let k = 0; k < count; k++) {
      const t = load<f32>(ts + ((<usize>(count + k)) << 2));
      const h = f32x4.extract_lane(exp4(f32x4.splat(-t * squared)), 0);
      addToTotal(totals + ((<usize>k) << 4), <f64>h, <f64>(h * h), itself);
      const at = (<usize>(2 * k * stride)) << 3;
      addOneOnGrid(b.weights + at + ((<usize>q) << 3), stride, <f64>h);
      if (!itself) addOneOnGrid(a.weights + at + ((<usize>i) << 3), stride, <f64>h);
    }
  }
}

function addOneOnGrid(sum: usize, stride: i32, h: f64): void {
  const rest = sum + ((<usize>stride) << 3);
  const part = h + coarse - coarse;
  store<f64>(sum, load<f64>(sum) + part);
  store<f64>(rest, load<f64>(rest) + (h - part + fine - fine));
}
