/**
 * Largest difference allowed, relative to the largest finite entry of the array it stands in: 1e-12. PyTorch sums in
 * another order and has other exp, log and erf, each right to some 1e-16; programs of eight ops and conv sums multiply that by
 * a few hundred at most. A wrong factor, sign or index is off by 1e-3 or more.
 */
export const tolerance = 1e-12;

/** Below this nothing is told from rounding: results that are 0 in exact arithmetic, from some ten terms of size 1. */
export const roundingFloor = 2e-15;

/**
 * What is wrong with `actual`, or undefined. NaN equals NaN alone, an infinity the one of its sign alone; finite entries
 * may differ by `allowed` times the largest finite expected one.
 */
export function mismatch(
  what: string,
  actual: ArrayLike<number>,
  expected: ArrayLike<number>,
  allowed: number = tolerance,
): string | undefined {
  if (actual.length !== expected.length) return `${what}: ${actual.length} numbers, PyTorch has ${expected.length}`;
  const scale = Math.max(0, ...Array.from(expected, Math.abs).filter(Number.isFinite));
  for (let i = 0; i < expected.length; i++) {
    const [ours, theirs] = [actual[i], expected[i]];
    const same = Number.isFinite(theirs)
      ? Math.abs(ours - theirs) <= allowed * scale + roundingFloor
      : Object.is(ours, theirs);
    if (!same) return `${what}: entry ${i} is ${ours}, PyTorch has ${theirs}`;
  }
  return undefined;
}
