import { uniform } from "../parity/counter.ts";

/** The two views that test/metrics/make_data_set_fixtures.py makes, as they are before scaling. */
export function views({ n, d, shift }: { n: number; d: number; shift: number }): {
  x: Float64Array;
  y: Float64Array;
} {
  const x = uniform(0, n * d, 1).map((a) => a + shift);
  const noise = uniform(n * d, n * d, 0.1);
  return { x, y: x.map((a, i) => a + noise[i]) };
}
