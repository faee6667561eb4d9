import { madd } from "./lanes";

/**
 * The one-dimensional transforms of Winograd's F(4, 3) and F(3, 4) (Lavin and Gray 2016, "Fast Algorithms for Convolutional
 * Neural Networks"), on vectors: y[i] = sum over k of T[i, k] x[k], y[i] at `to` + i `step`. They are Toom and Cook's:
 * six numbers stand for a product of polynomials by its values at 0, a, -a, b, -b and its leading coefficient. Applied
 * down columns and then along rows they are the two-dimensional ones.
 *
 * The points were chosen by trial. With the usual 1 and 2 the largest error was five to seven times as large; each
 * product of a and b that stands below is exact in float32, save the quotients in `spread`.
 */
const a: f32 = 0.625;
const b: f32 = 1.5;
const aa: f32 = a * a;
const bb: f32 = b * b;
/** The products of the differences to the other points. */
const atZero: f32 = aa * bb;
const atA: f32 = 2 * aa * (aa - bb);
const atB: f32 = 2 * bb * (bb - aa);

/** Six numbers of an image: the values at the six points of what they are the transpose of. */
export class Six {
  static readonly size: i32 = 6;

  get size(): i32 {
    return Six.size;
  }

  @inline
  apply(to: usize, step: usize, d0: v128, d1: v128, d2: v128, d3: v128, d4: v128, d5: v128): void {
    v128.store(to, madd(f32x4.splat(atZero), d0, madd(f32x4.splat(-aa - bb), d2, d4)));
    let even = madd(f32x4.splat(-bb), d2, d4);
    let odd = f32x4.mul(f32x4.splat(a), madd(f32x4.splat(-bb), d1, d3));
    v128.store(to + step, f32x4.add(even, odd));
    v128.store(to + 2 * step, f32x4.sub(even, odd));
    even = madd(f32x4.splat(-aa), d2, d4);
    odd = f32x4.mul(f32x4.splat(b), madd(f32x4.splat(-aa), d1, d3));
    v128.store(to + 3 * step, f32x4.add(even, odd));
    v128.store(to + 4 * step, f32x4.sub(even, odd));
    v128.store(to + 5 * step, madd(f32x4.splat(atZero), d1, madd(f32x4.splat(-aa - bb), d3, d5)));
  }
}

/** Four numbers of a gradient, side by side: the values of g0 + g1 x + g2 x^2 + g3 x^3. */
export class Four {
  static readonly size: i32 = 4;

  get size(): i32 {
    return Four.size;
  }

  @inline
  apply(to: usize, step: usize, g0: v128, g1: v128, g2: v128, g3: v128, _: v128, __: v128): void {
    values(to, step, g0, g1, g2, g3);
    v128.store(to + 5 * step, g3);
  }
}

/** The values of g0 + g1 x + g2 x^2: three weights. */
export function three(to: usize, step: usize, g0: v128, g1: v128, g2: v128): void {
  values(to, step, g0, g1, g2, f32x4.splat(0));
  v128.store(to + 5 * step, g2);
}

/** The values at the five finite points, each divided by the product of its differences to the others. */
function values(to: usize, step: usize, g0: v128, g1: v128, g2: v128, g3: v128): void {
  v128.store(to, f32x4.mul(f32x4.splat(1 / atZero), g0));
  let even = madd(f32x4.splat(aa / atA), g2, f32x4.mul(f32x4.splat(1 / atA), g0));
  let odd = madd(f32x4.splat((aa * a) / atA), g3, f32x4.mul(f32x4.splat(a / atA), g1));
  v128.store(to + step, f32x4.add(even, odd));
  v128.store(to + 2 * step, f32x4.sub(even, odd));
  even = madd(f32x4.splat(bb / atB), g2, f32x4.mul(f32x4.splat(1 / atB), g0));
  odd = madd(f32x4.splat((bb * b) / atB), g3, f32x4.mul(f32x4.splat(b / atB), g1));
  v128.store(to + 3 * step, f32x4.add(even, odd));
  v128.store(to + 4 * step, f32x4.sub(even, odd));
}

/** Four results of six products. */
export function fourResults(to: usize, step: usize, m0: v128, m1: v128, m2: v128, m3: v128, m4: v128, m5: v128): void {
  const evenA = f32x4.add(m1, m2);
  const evenB = f32x4.add(m3, m4);
  const oddA = f32x4.sub(m1, m2);
  const oddB = f32x4.sub(m3, m4);
  v128.store(to, f32x4.add(m0, f32x4.add(evenA, evenB)));
  v128.store(to + step, madd(f32x4.splat(a), oddA, f32x4.mul(f32x4.splat(b), oddB)));
  v128.store(to + 2 * step, madd(f32x4.splat(aa), evenA, f32x4.mul(f32x4.splat(bb), evenB)));
  v128.store(to + 3 * step, madd(f32x4.splat(aa * a), oddA, madd(f32x4.splat(bb * b), oddB, m5)));
}

/** Three results of six products. */
export function threeResults(to: usize, step: usize, m0: v128, m1: v128, m2: v128, m3: v128, m4: v128, m5: v128): void {
  const evenA = f32x4.add(m1, m2);
  const evenB = f32x4.add(m3, m4);
  v128.store(to, f32x4.add(m0, f32x4.add(evenA, evenB)));
  v128.store(to + step, madd(f32x4.splat(a), f32x4.sub(m1, m2), f32x4.mul(f32x4.splat(b), f32x4.sub(m3, m4))));
  v128.store(to + 2 * step, madd(f32x4.splat(aa), evenA, madd(f32x4.splat(bb), evenB, m5)));
}
