// A product of matrices in four quarters each, [C11 C12; C21 C22] = [A11 A12; A21 A22] [B11 B12; B21 B22], by seven
// products of quarters where the plain way takes eight: Strassen's idea, in Winograd's form, which adds the least. Here
// are the seven left factors, the seven right ones and what the products come to, for four places of each quarter; the
// k-th lies k `step` bytes behind the first.

/** The left factors: A11, A12, S4, A22, S1, S2, S3. */
export function putLefts(to: usize, step: usize, a11: v128, a12: v128, a21: v128, a22: v128): void {
  const s1 = f32x4.add(a21, a22);
  const s2 = f32x4.sub(s1, a11);
  v128.store(to, a11);
  v128.store(to + step, a12);
  v128.store(to + 2 * step, f32x4.sub(a12, s2));
  v128.store(to + 3 * step, a22);
  v128.store(to + 4 * step, s1);
  v128.store(to + 5 * step, s2);
  v128.store(to + 6 * step, f32x4.sub(a11, a21));
}

/** The right factors: B11, B21, B22, T4, T1, T2, T3. */
export function putRights(to: usize, step: usize, b11: v128, b12: v128, b21: v128, b22: v128): void {
  const t1 = f32x4.sub(b12, b11);
  const t2 = f32x4.sub(b22, t1);
  v128.store(to, b11);
  v128.store(to + step, b21);
  v128.store(to + 2 * step, b22);
  v128.store(to + 3 * step, f32x4.sub(t2, b21));
  v128.store(to + 4 * step, t1);
  v128.store(to + 5 * step, t2);
  v128.store(to + 6 * step, f32x4.sub(b22, b12));
}

/**
 * Factors of a matrix that meets another one of its kind turned around, A Bᵀ: what the left and the right ones are made
 * of.
 */
export const factors: i32 = 10;

/** Those of A, as left ones, in the order of the products: A11, A12, S4, A22, S1, S2, and S3 with the other sign. */
export function leftOf(k: i32): i32 {
  return (0x6432510 >> (4 * k)) & 15;
}

/** Those of Bᵀ, as right ones: B11, B21, B22, T4, T1, T2, and T3 with the other sign. */
export function rightOf(k: i32): i32 {
  return (0x9768210 >> (4 * k)) & 15;
}

/** All of them, of a matrix by its quarters: Z11, Z12, Z22, S1, S2, S4, -S3 = T1, T2, T4, -T3. */
export function putFactors(to: usize, step: usize, z11: v128, z12: v128, z21: v128, z22: v128): void {
  const s1 = f32x4.add(z21, z22);
  const s2 = f32x4.sub(s1, z11);
  const t1 = f32x4.sub(z21, z11);
  const t2 = f32x4.sub(z22, t1);
  v128.store(to, z11);
  v128.store(to + step, z12);
  v128.store(to + 2 * step, z22);
  v128.store(to + 3 * step, s1);
  v128.store(to + 4 * step, s2);
  v128.store(to + 5 * step, f32x4.sub(z12, s2));
  v128.store(to + 6 * step, t1);
  v128.store(to + 7 * step, t2);
  v128.store(to + 8 * step, f32x4.sub(t2, z12));
  v128.store(to + 9 * step, f32x4.sub(z21, z22));
}

/** Puts C11, C12, C21, C22 in the places of the first four of the seven products. */
export function joinProducts(at: usize, step: usize): void {
  const p1 = v128.load(at);
  const p5 = v128.load(at + 4 * step);
  const u2 = f32x4.add(p1, v128.load(at + 5 * step));
  const u3 = f32x4.add(u2, v128.load(at + 6 * step));
  v128.store(at, f32x4.add(p1, v128.load(at + step)));
  v128.store(at + step, f32x4.add(f32x4.add(u2, p5), v128.load(at + 2 * step)));
  v128.store(at + 2 * step, f32x4.sub(u3, v128.load(at + 3 * step)));
  v128.store(at + 3 * step, f32x4.add(u3, p5));
}
