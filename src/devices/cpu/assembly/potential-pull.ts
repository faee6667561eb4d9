import { loadFirst, storeFirst } from "./lanes";
import { between, PointSet, tilePoints } from "./point-set";
import { joinProducts } from "./seven";
import { tile, tileRows } from "./tile";

/** Bytes of a row of a quarter of the weights of a tile, and of a quarter: all fourteen stay in the second cache. */
export const rowStep: usize = 2 * tilePoints;
export const quarter: usize = rowStep * (tilePoints / 2) + 4 * between;

/**
 * The gradient of tile p of a grows by sum over j of w_ij z_j: by products of w's left factors, whose rows and columns
 * lie so many bytes apart.
 */
export function pull(a: PointSet, p: i32, lefts: usize, row: usize, column: usize, b: PointSet, q: i32): void {
  const rows = a.half(p);
  const depth = b.half(q);
  for (let k = 0; k < 7; k++, lefts += quarter) {
    let y = a.gradient + a.pull(p, k);
    let panel = b.pulling + b.pull(q, k);
    for (let strip = 0; strip < a.strips; strip++, panel += (<usize>depth) << 6) {
      let left = lefts;
      for (let i = 0; i < rows; i += tileRows, left += row * tileRows, y += 64 * tileRows) {
        tile(y, y + 64, left, left + row, column, panel, depth, false);
      }
    }
  }
}

/**
 * y[i] = scale (y[i] + sum over j of w_ij z_j - z_i sum over j of w_ij) for the points of the tiles from .. to: what
 * the rounds have gathered. mean and zScale: as placePoints had them.
 */
export function potentialPull(at: usize, mean: usize, zScale: f64, scale: f32, from: i32, to: i32): void {
  const set = PointSet.at(at);
  const width = set.width;
  for (let t = from; t < to; t++) {
    const half = set.half(t);
    const step = set.pull(t, 1) - set.pull(t, 0);
    for (let r = 0; r < half; r++) {
      const i = t * tilePoints + r;
      for (let c = 0; c < width; c += 4) {
        const sums = set.gradient + set.pull(t, 0) + ((<usize>((c >> 4) * half + r)) << 6) + ((<usize>(c & 12)) << 2);
        joinProducts(sums, step);
        finish(set, i, c, v128.load(sums), mean, zScale, scale);
        finish(set, i, c + width, v128.load(sums + step), mean, zScale, scale);
        finish(set, i + half, c, v128.load(sums + 2 * step), mean, zScale, scale);
        finish(set, i + half, c + width, v128.load(sums + 3 * step), mean, zScale, scale);
      }
    }
  }
}

function finish(set: PointSet, i: i32, c: i32, sum: v128, mean: usize, zScale: f64, scale: f32): void {
  const left = set.d - c;
  if (i >= set.n || left <= 0) return;
  const weight = f32x4.splat(<f32>load<f64>(set.weights + ((<usize>i) << 3)));
  const own = f32x4.mul(weight, set.point(i, c, mean, zScale));
  const at = set.y + ((<usize>(i * set.d + c)) << 2);
  const four = f32x4.add(loadFirst(at, left), f32x4.sub(sum, own));
  storeFirst(at, f32x4.mul(f32x4.splat(scale), four), left);
}
