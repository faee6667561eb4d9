import { loadFirst, madd, transpose4 } from "./lanes";

/** What stands for |z|² / 2 of a point that is not there: no potential with it is above 0. */
const nowhere: f32 = 1e30;
/** Coordinates whose products are summed before they join the sum of the others. */
export const block: i32 = 256;

/**
 * Points x: [n, d] as z = scale (x - mean), in panels of eight points and in panels of eight coordinates, with zeros past the last of
 * either: [panel][coordinate][8 points] and [panel][point][8 coordinates]. `gradient` is of the second form. Passed by
 * address, as integers in this order.
 */
@unmanaged
export class PointSet {
  x: usize;
  n: i32;
  d: i32;
  byPoint: usize;
  byCoordinate: usize;
  /** |z|² / 2 of each point. */
  halves: usize;
  /** Sum of weighted points, for each point; 0 where it is not wanted. */
  gradient: usize;
  /** Sum of weights, for each point. */
  weights: usize;

  static at(address: usize): PointSet {
    return changetype<PointSet>(address);
  }

  /** Points in whole panels. */
  @inline
  get padded(): i32 {
    return (this.n + 7) & -8;
  }

  /** Panels of coordinates. */
  @inline
  get strips(): i32 {
    return (this.d + 7) >> 3;
  }

  /** Eight points from point i on, a multiple of 4; then `coordinate` and the following. */
  @inline
  pointPanel(i: i32, coordinate: i32): usize {
    return this.byPoint + ((<usize>((i >> 3) * this.d + coordinate)) << 5) + ((<usize>(i & 4)) << 2);
  }

  /** Where the coordinates 8 strip .. 8 strip + 7 of point i lie in an array of the second form. */
  @inline
  place(strip: i32, i: i32): usize {
    return (<usize>(strip * this.padded + i)) << 5;
  }

  @inline
  row(i: i32): usize {
    return this.x + ((<usize>(i * this.d)) << 2);
  }
}

/**
 * mean[c] = the mean of coordinate c over the points of both sets, in float64, for the quads c / 4 from .. to; 0 past the
 * last coordinate. The second set may be empty.
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

/** Fills the panels and `halves` of a set, and what its gradient grows from with zeros, for its panels of points from .. to. mean: [d, to a whole panel], float64. */
export function placePoints(at: usize, mean: usize, scale: f64, from: i32, to: i32): void {
  const set = PointSet.at(at);
  const d = set.d;
  const factor = f64x2.splat(scale);
  for (let panel = from; panel < to; panel++) {
    const start = panel << 3;
    for (let strip = 0; strip < set.strips; strip++) {
      const to = set.byCoordinate + set.place(strip, start);
      for (let half = 0; half < 2; half++) {
        const c = 8 * strip + 4 * half;
        const centre = mean + ((<usize>c) << 3);
        const low = v128.load(centre, 0);
        const high = v128.load(centre, 16);
        for (let l = 0; l < 8; l++) {
          let z = f32x4.splat(0);
          if (start + l < set.n && c < d) {
            const four = loadFirst(set.row(start + l) + ((<usize>c) << 2), d - c);
            const upper = v128.shuffle<f32>(four, four, 2, 3, 2, 3);
            z = v128.shuffle<i64>(
              f32x4.demote_f64x2_zero(f64x2.mul(f64x2.sub(f64x2.promote_low_f32x4(four), low), factor)),
              f32x4.demote_f64x2_zero(f64x2.mul(f64x2.sub(f64x2.promote_low_f32x4(upper), high), factor)),
              0,
              2,
            );
          }
          v128.store(to + ((<usize>l) << 5) + ((<usize>half) << 4), z);
        }
      }
    }
    turnPanel(set, start);
    measurePanel(set, start);
    if (set.gradient !== 0) {
      for (let strip = 0; strip < set.strips; strip++) memory.fill(set.gradient + set.place(strip, start), 0, 256);
      memory.fill(set.weights + ((<usize>start) << 2), 0, 32);
    }
  }
}

/** [point][8 coordinates] -> [coordinate][8 points] for eight points. */
function turnPanel(set: PointSet, start: i32): void {
  const d = set.d;
  let to = set.pointPanel(start, 0);
  for (let c = 0; c < d; c += 4, to += 128) {
    const from = set.byCoordinate + set.place(c >> 3, start) + ((<usize>(c & 4)) << 2);
    if (d - c >= 4) {
      transpose4(to, 32, from, from + 32, from + 64, from + 96);
      transpose4(to + 16, 32, from + 128, from + 160, from + 192, from + 224);
    } else {
      for (let k = 0; k < d - c; k++) {
        const depth = (<usize>k) << 2;
        for (let l = 0; l < 8; l++) {
          store<f32>(to + 8 * depth + ((<usize>l) << 2), load<f32>(from + depth + ((<usize>l) << 5)));
        }
      }
    }
  }
}

/** halves = |z|² / 2 of eight points, summed as products of two points are: of points that coincide nothing is left. */
function measurePanel(set: PointSet, start: i32): void {
  const d = set.d;
  let low = f32x4.splat(0);
  let high = f32x4.splat(0);
  for (let c = 0; c < d; c += block) {
    let at = set.pointPanel(start, c);
    const end = at + ((<usize>min(block, d - c)) << 5);
    let a = f32x4.splat(0);
    let b = f32x4.splat(0);
    for (; at < end; at += 32) {
      const four = v128.load(at, 0);
      const others = v128.load(at, 16);
      a = madd(four, four, a);
      b = madd(others, others, b);
    }
    low = f32x4.add(low, a);
    high = f32x4.add(high, b);
  }
  const to = set.halves + ((<usize>start) << 2);
  v128.store(to, f32x4.mul(low, f32x4.splat(0.5)), 0);
  v128.store(to, f32x4.mul(high, f32x4.splat(0.5)), 16);
  for (let i = max(start, set.n); i < start + 8; i++) store<f32>(set.halves + ((<usize>i) << 2), nowhere);
}
