import { loadFirst, madd, storeFirst } from "./lanes";
import { sigmoid4, tanh4 } from "./transcendental";

// One item of each of some sequences: what comes after the product of their states and the weight, and its gradient. All of a row
// lies side by side, `width` numbers for each gate.

/**
 * r = sigmoid(x_r + p_r + b_r), z = sigmoid(x_z + p_z + b_z), q = p_n + b_n, n = tanh(x_n + r q) and h ← n + z (h - n) for rows from
 * .. to; h goes to y too, and r, z, n and q to `trace`. x = gates, p = products, b = bias
 */
export function gruCell(
  y: usize,
  trace: usize,
  states: usize,
  gates: usize,
  products: usize,
  bias: usize,
  width: i32,
  from: i32,
  to: i32,
): void {
  const row = (<usize>width) << 2;
  for (let i = from; i < to; i++) {
    const out = y + <usize>i * row;
    const kept = trace + <usize>(4 * i) * row;
    const state = states + <usize>i * row;
    const x = gates + <usize>(3 * i) * row;
    const p = products + <usize>(3 * i) * row;
    for (let j: usize = 0, left = width; left > 0; j += 16, left -= 4) {
      const r = sigmoid4(f32x4.add(loadFirst(x + j, left), biased(p + j, bias + j, left)));
      const z = sigmoid4(f32x4.add(loadFirst(x + row + j, left), biased(p + row + j, bias + row + j, left)));
      const q = biased(p + 2 * row + j, bias + 2 * row + j, left);
      const n = tanh4(madd(r, q, loadFirst(x + 2 * row + j, left)));
      const h = madd(z, f32x4.sub(loadFirst(state + j, left), n), n);
      storeFirst(state + j, h, left);
      storeFirst(out + j, h, left);
      storeFirst(kept + j, r, left);
      storeFirst(kept + row + j, z, left);
      storeFirst(kept + 2 * row + j, n, left);
      storeFirst(kept + 3 * row + j, q, left);
    }
  }
}

function biased(p: usize, bias: usize, left: i32): v128 {
  return f32x4.add(loadFirst(p, left), loadFirst(bias, left));
}

/**
 * From the gradient in the h of rows from .. to, which is g + direct + product, those in the gates and in the products, and in `direct`
 * that in the h before as far as it does not come through products. `before`: that h
 */
export function gruCellGradient(
  gates: usize,
  products: usize,
  direct: usize,
  product: usize,
  g: usize,
  before: usize,
  trace: usize,
  width: i32,
  from: i32,
  to: i32,
): void {
  const row = (<usize>width) << 2;
  const one = f32x4.splat(1);
  for (let i = from; i < to; i++) {
    const at = <usize>i * row;
    const kept = trace + 4 * at;
    const x = gates + 3 * at;
    const p = products + 3 * at;
    for (let j: usize = 0, left = width; left > 0; j += 16, left -= 4) {
      const r = loadFirst(kept + j, left);
      const z = loadFirst(kept + row + j, left);
      const n = loadFirst(kept + 2 * row + j, left);
      const q = loadFirst(kept + 3 * row + j, left);
      const later = f32x4.add(loadFirst(direct + at + j, left), loadFirst(product + at + j, left));
      const dh = f32x4.add(loadFirst(g + at + j, left), later);
      const fresh = f32x4.sub(one, z);
      const dn = f32x4.mul(f32x4.mul(dh, fresh), f32x4.sub(one, f32x4.mul(n, n)));
      const dz = f32x4.mul(f32x4.mul(dh, f32x4.sub(loadFirst(before + at + j, left), n)), f32x4.mul(z, fresh));
      const dr = f32x4.mul(f32x4.mul(dn, q), f32x4.mul(r, f32x4.sub(one, r)));
      storeFirst(direct + at + j, f32x4.mul(dh, z), left);
      storeFirst(x + j, dr, left);
      storeFirst(x + row + j, dz, left);
      storeFirst(x + 2 * row + j, dn, left);
      storeFirst(p + j, dr, left);
      storeFirst(p + row + j, dz, left);
      storeFirst(p + 2 * row + j, f32x4.mul(dn, r), left);
    }
  }
}
