/** Numbers in (-1, 1) that anyone can work out again: the fractional parts of multiples of the golden ratio. */
export function numbers(count: number, seed = 0): Float32Array {
  return Float32Array.from({ length: count }, (_, i) => 2 * (((i + 1 + 7919 * seed) * 0.6180339887498949) % 1) - 1);
}

/** What kernels treat in ways of their own, and numbers beside. */
export const special: readonly number[] = [
  ...[Number.NaN, Infinity, -Infinity, 0, -0, 1, -1, 0.5, -0.5, 2, -2, 3, 1e-3, -1e-3],
  ...[1.25, -1.2499, 4, -7, 88, -88, 100, -120, 1e-30, -1e30],
];

/** Random numbers in (-3, 3) with the special ones scattered among them. */
export function withSpecial(count: number, seed: number): Float32Array {
  return numbers(count, seed).map((x, i) => (i % 3 === 2 ? special[(i + seed) % special.length] : 3 * x));
}

/** In steps of a quarter, so that there are ties; `holes` puts a NaN at every 7th place, `poles` an infinity. */
export function steps(count: number, kind: "plain" | "holes" | "poles"): Float32Array {
  return numbers(count, 6).map((x, i) => {
    if (i % 7 === 4 && kind === "holes") return Number.NaN;
    if (i % 5 === 3 && kind === "poles") return i % 2 ? Infinity : -Infinity;
    return Math.round(4 * x) / 4;
  });
}
