import { laneSums, loadFirst, madd } from "./lanes";
import { PointSet } from "./point-set";
import { quarter, rowStep } from "./potential-pull";
import { joinProducts, leftOf, rightOf } from "./seven";
import { tile, tileColumns, tileRows } from "./tile";

// Exponents of the potentials of a tile of points and another one: z_i · z_j - |z_i|² / 2 - |z_j|² / 2, by quarters.

/** Coordinates whose products are summed before they join the sum of the others. */
const depthBlock: i32 = 256;
/** Two points are near if their squared distance is at most this part of the sum of their squared distances from the mean. */
const near: f32 = 1.0 / 64;
/** The exponent of a pair that is not there. */
export const apart: f32 = -1e30;

/**
 * The seven products that z zᵀ comes to, for tile p of a set and tile q of another one, given by address: to[k][point of
 * the first's half][point of the second's half].
 */
export function multiply(to: usize, first: usize, second: usize, p: i32, q: i32): void {
  const a = PointSet.at(first);
  const b = PointSet.at(second);
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
 * Makes the exponents of two points of a and two fours of b, one of each half, out of the seven products at that place, in
 * the places of the first four. halves: |z|² / 2. Says which belong to near pairs.
 */
export function takeExponents(at: usize, half0: v128, half1: v128, other0: v128, other1: v128): v128 {
  joinProducts(at, quarter);
  return takeHalves(at, half0, half1, other0, other1);
}

/** The same of products in whole numbers, `unit` each, which lie in these places already. */
export function takeWhole(at: usize, unit: v128, half0: v128, half1: v128, other0: v128, other1: v128): v128 {
  for (let q: usize = 0; q < 4 * quarter; q += quarter) {
    v128.store(at + q, f32x4.mul(unit, f32x4.convert_i32x4_s(v128.load(at + q))));
  }
  return takeHalves(at, half0, half1, other0, other1);
}

function takeHalves(at: usize, half0: v128, half1: v128, other0: v128, other1: v128): v128 {
  let some = takeHalf(at, f32x4.add(half0, other0));
  some = v128.or(some, takeHalf(at + quarter, f32x4.add(half0, other1)));
  some = v128.or(some, takeHalf(at + 2 * quarter, f32x4.add(half1, other0)));
  return v128.or(some, takeHalf(at + 3 * quarter, f32x4.add(half1, other1)));
}

function takeHalf(at: usize, halves: v128): v128 {
  const exponent = f32x4.sub(v128.load(at), halves);
  v128.store(at, exponent);
  return f32x4.gt(exponent, f32x4.mul(halves, f32x4.splat(-near)));
}

/** Whether two points are near, by their exponent and the sum of both |z|² / 2. */
export function isNear(exponent: f32, halves: f32): bool {
  return exponent > -near * halves;
}

/** |x_i - x_j|² of the points as they were given, exactly 0 where they coincide: of products only rounding would be left. */
export function squaredDistance(a: PointSet, i: i32, b: PointSet, j: i32): f32 {
  const x = a.row(i);
  const y = b.row(j);
  let sum = f32x4.splat(0);
  for (let c = 0; c < a.d; c += 4) {
    const from = (<usize>c) << 2;
    const difference = f32x4.sub(loadFirst(x + from, a.d - c), loadFirst(y + from, a.d - c));
    sum = madd(difference, difference, sum);
  }
  return f32x4.extract_lane(laneSums(sum, sum, sum, sum), 0);
}

export function addTo(at: usize, four: v128): void {
  v128.store(at, f32x4.add(v128.load(at), four));
}
