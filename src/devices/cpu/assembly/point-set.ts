import { loadFirst, transpose4 } from "./lanes";
import { factors, putFactors, putRights } from "./seven";

/** What stands for |z|² / 2 of a point that is not there: no potential with it is above 0. */
export const nowhere: f32 = 1e30;
/** Points of a whole tile. */
export const tilePoints: i32 = 128;
/** Floats between factors, so that the same place in all of them is not in the same set of a cache. */
export const between: i32 = 80;

/**
 * Points x: [n, d] as z = scale (x - mean), in tiles of 128 points, the last of as many as are left. The points of a
 * tile and the coordinates are halved, so that z is four quarters with zeros past the last of either, and kept as
 * factors of products by quarters (see seven.ts): of z zᵀ in panels [panel][coordinate][16 points], and as right ones
 * of w z in panels [panel][point][16 coordinates]. `gradient` has the products of w z, in the last form. Passed by
 * address, as integers in this order; 0 stands for an array that is not wanted.
 */
@unmanaged
export class PointSet {
  x: usize;
  n: i32;
  d: i32;
  /** Ten factors of each tile, of which the left and the right ones of z zᵀ are taken. */
  points: usize;
  /** |z|² / 2 of each point. */
  halves: usize;
  /** Seven right factors of w z of each tile. */
  pulling: usize;
  /** Sum of weights, for each point, in float64. */
  weights: usize;
  /** Sums of weighted points, as the seven products of each tile. */
  gradient: usize;
  /** [n, d]: at first what near pairs pull, in the end the gradient. */
  y: usize;

  static at(address: usize): PointSet {
    return changetype<PointSet>(address);
  }

  @inline
  get tiles(): i32 {
    return (this.n + tilePoints - 1) / tilePoints;
  }

  /** Half the points of a tile, to whole panels. */
  @inline
  half(tileNumber: i32): i32 {
    return min(tilePoints / 2, ((this.n - tileNumber * tilePoints + 31) >> 5) << 4);
  }

  /** Half the coordinates, to whole vectors. */
  @inline
  get width(): i32 {
    return ((this.d + 7) >> 3) << 2;
  }

  /** Panels of 16 coordinates in a half. */
  @inline
  get strips(): i32 {
    return (this.width + 15) >> 4;
  }

  /** Where factor k of a tile begins in panels of points. */
  @inline
  factor(tileNumber: i32, k: i32): usize {
    return this.place(tileNumber, k, factors, this.width);
  }

  /** The same in panels of coordinates. */
  @inline
  pull(tileNumber: i32, k: i32): usize {
    return this.place(tileNumber, k, 7, this.strips << 4);
  }

  /**
   * Where the k-th of `count` arrays of [half the points, width] of a tile begins, each tile's behind those of the one
   * before.
   */
  @inline
  place(tileNumber: i32, k: i32, count: i32, width: i32): usize {
    const before = tileNumber * count * ((tilePoints / 2) * width + between);
    return (<usize>(before + k * (this.half(tileNumber) * width + between))) << 2;
  }

  @inline
  row(i: i32): usize {
    return this.x + ((<usize>(i * this.d)) << 2);
  }

  /** Coordinates c .. c + 3 of z_i; zeros past the last point or coordinate. mean: float64. */
  point(i: i32, c: i32, mean: usize, scale: f64): v128 {
    if (i >= this.n || c >= this.d) return f32x4.splat(0);
    const centre = mean + ((<usize>c) << 3);
    const four = loadFirst(this.row(i) + ((<usize>c) << 2), this.d - c);
    const upper = v128.shuffle<f32>(four, four, 2, 3, 2, 3);
    const low = f64x2.sub(f64x2.promote_low_f32x4(four), v128.load(centre, 0));
    const high = f64x2.sub(f64x2.promote_low_f32x4(upper), v128.load(centre, 16));
    const factor = f64x2.splat(scale);
    return v128.shuffle<i64>(
      f32x4.demote_f64x2_zero(f64x2.mul(low, factor)),
      f32x4.demote_f64x2_zero(f64x2.mul(high, factor)),
      0,
      2,
    );
  }
}

/**
 * mean[c] = the mean of coordinate c over the points of both sets, in float64, for the quads c / 4 from .. to; 0 past
 * the last coordinate. The second set may be empty.
 */
export function meanPoint(mean: usize, x: usize, n: i32, y: usize, m: i32, d: i32, from: i32, to: i32): void {
  for (let quad = from; quad < to; quad++) {
    const left = d - 4 * quad;
    const start = (<usize>quad) << 4;
    const step = (<usize>d) << 2;
    let low = f64x2.splat(0);
    let high = f64x2.splat(0);
    for (let set = 0; set < 2; set++) {
      let at = start + (set === 0 ? x : y);
      for (let i = set === 0 ? n : m; i > 0; i--) {
        const four = loadFirst(at, left);
        low = f64x2.add(low, f64x2.promote_low_f32x4(four));
        high = f64x2.add(high, f64x2.promote_low_f32x4(v128.shuffle<f32>(four, four, 2, 3, 2, 3)));
        at += step;
      }
    }
    const count = f64x2.splat(<f64>n + <f64>m);
    v128.store(mean + 2 * start, f64x2.div(low, count), 0);
    v128.store(mean + 2 * start, f64x2.div(high, count), 16);
  }
}

/** Floats of scratch that `placePoints` needs. */
export function placeRoom(): i32 {
  return 128;
}

/** Fills the factors and `halves` of a set, and what its gradient grows from with zeros, for its tiles from .. to. */
export function placePoints(at: usize, mean: usize, scale: f64, scratch: usize, from: i32, to: i32): void {
  const set = PointSet.at(at);
  for (let t = from; t < to; t++) {
    const half = set.half(t);
    for (let i = 0; i < half; i += 4) placeFour(set, t, i, mean, scale, scratch);
    const start = (<usize>(t * tilePoints)) << 2;
    for (let i = max(t * tilePoints, set.n); i < t * tilePoints + 2 * half; i++) {
      store<f32>(set.halves + ((<usize>i) << 2), nowhere);
    }
    if (set.weights !== 0) memory.fill(set.weights + 2 * start, 0, (<usize>half) << 4);
    if (set.gradient !== 0) memory.fill(set.gradient + set.pull(t, 0), 0, set.pull(t, 7) - set.pull(t, 0));
  }
}

/** Points i .. i + 3 of each half of a tile. scratch: four points of each quarter, then turned. */
function placeFour(set: PointSet, t: i32, i: i32, mean: usize, scale: f64, scratch: usize): void {
  const half = set.half(t);
  const width = set.width;
  const factorStep = set.factor(t, 1) - set.factor(t, 0);
  const pullStep = set.pull(t, 1) - set.pull(t, 0);
  const first = t * tilePoints + i;
  const turned = scratch + 256;
  // Lengths from what is in the factors, summed in float64.
  let low0 = f64x2.splat(0);
  let high0 = f64x2.splat(0);
  let low1 = f64x2.splat(0);
  let high1 = f64x2.splat(0);
  for (let c = 0; c < width; c += 4) {
    let own = scratch;
    for (let l = 0; l < 4; l++, own += 16) {
      const z11 = set.point(first + l, c, mean, scale);
      const z12 = set.point(first + l, width + c, mean, scale);
      const z21 = set.point(first + half + l, c, mean, scale);
      const z22 = set.point(first + half + l, width + c, mean, scale);
      v128.store(own, z11, 0);
      v128.store(own, z12, 64);
      v128.store(own, z21, 128);
      v128.store(own, z22, 192);
      const place = set.pull(t, 0) + ((<usize>((c >> 4) * half + i + l)) << 6) + ((<usize>(c & 12)) << 2);
      if (set.pulling !== 0) putRights(set.pulling + place, pullStep, z11, z12, z21, z22);
    }
    for (let q: usize = 0; q < 256; q += 64) {
      const quarter = scratch + q;
      transpose4(turned + q, 16, quarter, quarter + 16, quarter + 32, quarter + 48);
    }
    const place = set.factor(t, 0) + ((<usize>((i >> 4) * width + c)) << 6) + ((<usize>(i & 12)) << 2);
    for (let l: usize = 0; l < 4; l++) {
      const z11 = v128.load(turned + (l << 4), 0);
      const z12 = v128.load(turned + (l << 4), 64);
      const z21 = v128.load(turned + (l << 4), 128);
      const z22 = v128.load(turned + (l << 4), 192);
      putFactors(set.points + place + (l << 6), factorStep, z11, z12, z21, z22);
      const squares0 = f32x4.add(f32x4.mul(z11, z11), f32x4.mul(z12, z12));
      const squares1 = f32x4.add(f32x4.mul(z21, z21), f32x4.mul(z22, z22));
      low0 = f64x2.add(low0, f64x2.promote_low_f32x4(squares0));
      high0 = f64x2.add(high0, f64x2.promote_low_f32x4(v128.shuffle<f32>(squares0, squares0, 2, 3, 2, 3)));
      low1 = f64x2.add(low1, f64x2.promote_low_f32x4(squares1));
      high1 = f64x2.add(high1, f64x2.promote_low_f32x4(v128.shuffle<f32>(squares1, squares1, 2, 3, 2, 3)));
    }
  }
  putHalves(set.halves + ((<usize>first) << 2), low0, high0);
  putHalves(set.halves + ((<usize>(first + half)) << 2), low1, high1);
}

function putHalves(to: usize, low: v128, high: v128): void {
  const four = v128.shuffle<i64>(f32x4.demote_f64x2_zero(low), f32x4.demote_f64x2_zero(high), 0, 2);
  v128.store(to, f32x4.mul(four, f32x4.splat(0.5)));
}
