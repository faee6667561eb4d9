import { describe, expect, it } from "vitest";
import {
  type Device,
  generator,
  norm,
  normalize,
  pdist,
  reference,
  slice,
  sub,
  sum,
  type Tensor,
  tensor,
  uniformLoss,
} from "../../src/index.ts";
import { without } from "./all.ts";

/** Seven points of the unit sphere of R^8, the second at distance `delta` from the first, rounded to float32. */
function points(delta: number): Float32Array {
  const x = Float32Array.from(normalize(generator(3).normal([7, 8], { device: reference("float64") })).dataSync());
  const step = normalize(generator(4).normal([1, 8], { device: reference("float64") })).dataSync();
  step.forEach((s, k) => {
    x[8 + k] = x[k] + delta * s;
  });
  return x;
}

/** The largest error of f's gradient in float32, over its largest entry, against float64 at the same points. */
function error(f: (x: Tensor) => Tensor, values: Float32Array): number {
  const gradient = (device: Device): Float64Array => {
    const x = tensor(values, { shape: [values.length / 8, 8], device, requiresGrad: true });
    return Float64Array.from(f(x).backward().get(x)?.dataSync() ?? []);
  };
  const [rough, exact] = [gradient(reference("float32")), gradient(reference("float64"))];
  return Math.max(...rough.map((g, k) => Math.abs(g - exact[k]))) / Math.max(...exact.map(Math.abs));
}

/** The table "Precision for near-coincident points" of docs/derivations.md. */
describe.each([1e-2, 1e-4, 1e-6])("of float32 gradients, two points at distance %d:", (delta) => {
  const x = points(delta);
  const pair = x.slice(0, 16);
  const row = (a: Tensor, i: number): Tensor => slice(a, { start: i, end: i + 1 });
  const rounding = 2 ** -23;
  const distances = error((a) => sum(pdist(a)), pair);
  const difference = error((a) => norm(sub(row(a, 0), row(a, 1))), pair);
  const uniform = (a: Tensor): Tensor => uniformLoss(a, { checkNorm: false });
  const composed = error((a) => without("logPotential", () => uniform(a)), x);
  const fused = error(uniform, x);
  console.log(`| ${delta} | ${[distances, difference, composed, fused].map((e) => e.toExponential(0)).join(" | ")} |`);

  it("pdist loses rounding / distance, no more and no less", () => {
    expect(distances).toBeLessThan((2 * rounding) / delta);
    expect(distances).toBeGreaterThan((0.01 * rounding) / delta);
  });

  it("norm of a difference and uniformLoss lose nothing", () => {
    expect(difference).toBeLessThan(2 * rounding);
    expect(composed).toBeLessThan(10 * rounding);
    expect(fused).toBeLessThan(rounding);
  });
});
