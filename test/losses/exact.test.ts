import { describe, expect, it } from "vitest";
import {
  add,
  alignLoss,
  backward,
  contrastiveLoss,
  exp,
  generator,
  log,
  logSumExp,
  mean,
  mul,
  normalize,
  Parameter,
  pdist,
  queueUniformLoss,
  reference,
  reshape,
  scope,
  setDefaultDevice,
  square,
  squaredDistances,
  sub,
  sum,
  type Tensor,
  tensor,
  uniformLoss,
  uniformLossAsPrinted,
} from "../../src/index.ts";
import exact from "./exact.json" with { type: "json" };
import { crossPolytope, e8Roots, icosahedron, type KnownSet, knownSets, polygon, simplex } from "./points.ts";

const device = reference("float64");
setDefaultDevice(device);

/** |a − b| in units of 1e-12 max(1, |b|): at most 1 passes. */
function misfit(a: number, b: number): number {
  return Math.abs(a - b) / (1e-12 * Math.max(1, Math.abs(b)));
}

describe("uniformLoss at point sets known to 17 digits", () => {
  it.each(knownSets.map((set) => [set.name, set.t, set] as const))("%s, t = %d", (_, t, set) => {
    const points = set.points();
    expect(misfit(uniformLoss(points, { t }).itemSync(), set.value)).toBeLessThanOrEqual(1);
    expect(misfit(uniformLossAsPrinted(points, { t }).itemSync(), set.value)).toBeLessThanOrEqual(1);
  });

  it("has them all", () => {
    expect(knownSets).toHaveLength(60 + 42 + 30 + 6 + 6 + 24);
  });
});

describe("contrastiveLoss of aligned simplex vertices", () => {
  it.each(exact.infoNCEAlignedSimplex.values)("K = $K, tau = $tau", ({ K, tau, value }) => {
    const x = simplex(K);
    expect(misfit(contrastiveLoss(x, x, { tau }).itemSync(), Number(value))).toBeLessThanOrEqual(1);
  });
});

describe("a loss with a plausible mistake does not have these values: ", () => {
  type Loss = (x: Tensor, t: number) => Tensor;
  const small = knownSets.filter(({ name }) => !/\d{3}|E8/.test(name));
  const mistaken = (loss: Loss): KnownSet[] =>
    small.filter(({ points, t, value }) => !(misfit(loss(points(), t).itemSync(), value) <= 1));

  it("none, for the control", () => {
    expect(mistaken((x, t) => uniformLoss(x, { t }))).toEqual([]);
    expect(small.length).toBeGreaterThan(60);
  });

  it.each<[string, Loss]>([
    ["the pairs i = j counted too", (x, t) => log(mean(exp(mul(squaredDistances(x, x), -t))))],
    ["the log inside the mean", (x, t) => mean(log(exp(mul(square(pdist(x)), -t))))],
    ["distances not squared", (x, t) => log(mean(exp(mul(pdist(x), -t))))],
    ["t forgotten", (x) => uniformLoss(x)],
    ["a sum for the mean", (x, t) => logSumExp(mul(square(pdist(x)), -t))],
    [
      "n² / 2 for the number of pairs",
      (x, t) => sub(logSumExp(mul(square(pdist(x)), -t)), Math.log(x.shape[0] ** 2 / 2)),
    ],
  ])("%s", (_, wrong) => {
    expect(mistaken(wrong).length).toBeGreaterThan(small.length / 2);
  });
});

describe("queueUniformLoss of a simplex against itself, where both sums are known", () => {
  /** n pairs at distance 0, n(n − 1) between the copies and n(n − 1)/2 inside the batch at |x − y|² = 2n/(n − 1). */
  const value = (n: number, t: number, inside: number): number => {
    const apart = Math.exp((-2 * t * n) / (n - 1));
    return Math.log((n + (n * (n - 1) + inside) * apart) / (n * n + inside));
  };

  it.each([
    [2, 3],
    [5, 3],
    [9, 2],
  ])("n = %d, t = %d", (n, t) => {
    const x = simplex(n);
    const unordered = (n * (n - 1)) / 2;
    expect(misfit(queueUniformLoss(x, x, { t }).itemSync(), value(n, t, unordered))).toBeLessThanOrEqual(1);
    expect(misfit(queueUniformLoss(x, x, { t, intraBatch: false }).itemSync(), value(n, t, 0))).toBeLessThanOrEqual(1);
  });

  it("tells both orders of a pair, as Eq. 18 is printed, from one", () => {
    const x = simplex(5);
    const squared = (a: Tensor, b: Tensor): Tensor => reshape(squaredDistances(a, b), [-1]);
    const pairs = square(pdist(x));
    const bothOrders = log(mul(add(sum(exp(mul(squared(x, x), -3))), mul(sum(exp(mul(pairs, -3))), 2)), 1 / (25 + 20)));
    expect(misfit(bothOrders.itemSync(), value(5, 3, 20))).toBeLessThanOrEqual(1);
    expect(misfit(queueUniformLoss(x, x).itemSync(), bothOrders.itemSync())).toBeGreaterThan(1e6);
  });
});

describe("stationary points: the gradient through normalize is 0 at the universally optimal codes", () => {
  const codes: [string, Tensor][] = [
    ["polygon of 7", polygon(7)],
    ["polygon of 24", polygon(24)],
    ["simplex of 9", simplex(9)],
    ["cross-polytope in R^6", crossPolytope(6)],
    ["icosahedron", icosahedron()],
    ["E8 roots", e8Roots()],
  ];

  it.each(codes.flatMap(([name, points]) => [0.5, 2, 8].map((t) => [name, t, points] as const)))(
    "%s, t = %d",
    (_, t, at) => {
      const x = at.withGrad();
      const g =
        backward(uniformLoss(normalize(x), { t }))
          .get(x)
          ?.dataSync() ?? [];
      expect(g).toHaveLength(at.size);
      expect(Math.max(...Array.from(g, Math.abs))).toBeLessThanOrEqual(1e-13);
    },
  );

  it("and nowhere near: a point moved by 0.01 feels a pull", () => {
    const values = icosahedron().dataSync();
    values[0] += 0.01;
    const x = tensor(values, { shape: [12, 3], requiresGrad: true });
    const g =
      backward(uniformLoss(normalize(x)))
        .get(x)
        ?.dataSync() ?? [];
    expect(Math.max(...Array.from(g, Math.abs))).toBeGreaterThan(1e-4);
  });
});

describe("gradient descent on at most d + 1 points", () => {
  it.each([
    [9, 8, 2],
    [4, 3, 2],
    [4, 3, 0.5],
    [3, 8, 2],
  ])("%d points in R^%d reach the simplex value, t = %d", (n, d, t) => {
    for (const seed of [1, 2, 3]) {
      const x = new Parameter(generator(seed).normal([n, d]));
      for (let step = 0; step < 700; step++) {
        scope(() => {
          const g = backward(uniformLoss(normalize(x), { t })).get(x);
          if (g) x.value = normalize(sub(x, mul(g, 0.2 / t)));
        });
      }
      const reached = uniformLoss(normalize(x), { t }).itemSync();
      const optimum = (-2 * t * n) / (n - 1);
      expect(Math.abs(reached - optimum)).toBeLessThan(1e-6);
      expect(reached, "the simplex is the minimum").toBeGreaterThan(optimum - 1e-12);
    }
  });
});

describe("random points on the sphere, over 1,000 seeds", () => {
  const seeds = 1000;

  /** Mean and standard deviation of z scores. */
  function spread(z: readonly number[]): { mean: number; deviation: number } {
    const centre = z.reduce((sum, a) => sum + a, 0) / z.length;
    return { mean: centre, deviation: Math.sqrt(z.reduce((sum, a) => sum + (a - centre) ** 2, 0) / (z.length - 1)) };
  }

  function expectStandard(z: readonly number[]): void {
    const { mean: centre, deviation } = spread(z);
    expect(Math.abs(centre)).toBeLessThanOrEqual(0.15);
    expect(deviation).toBeGreaterThan(0.85);
    expect(deviation).toBeLessThan(1.15);
  }

  const uniform = (seed: number, name: string, n: number, d: number): Tensor =>
    normalize(generator(seed).fork(name).normal([n, d]));

  it.each(exact.potentialMoments.values)(
    "the potential has mean and variance as in theory, d = $dim, t = $t",
    (known) => {
      const { dim, t } = known;
      const n = 24;
      const deviation = Math.sqrt((2 * Number(known.pairVariance)) / (n * (n - 1)));
      const z = Array.from({ length: seeds }, (_, seed) => {
        const potential = Math.exp(uniformLoss(uniform(seed, "x", n, dim), { t }).itemSync());
        return (potential - Number(known.mean)) / deviation;
      });
      expectStandard(z);
    },
  );

  /** E|u − v|^8 = 16 E(1 − c)⁴, where the cosine c has E c² = 1/d and E c⁴ = 3/(d(d + 2)). */
  const eighth = (d: number): number => 16 * (1 + 6 / d + 3 / (d * (d + 2)));

  it.each(exact.expectedDistancePower.values)(
    "alignment has its expectation, d = $dim, alpha = $alpha",
    ({ dim, alpha, value }) => {
      const n = 24;
      const twice = exact.expectedDistancePower.values.find((v) => v.dim === dim && v.alpha === 2 * alpha);
      const second = twice ? Number(twice.value) : eighth(dim);
      const deviation = Math.sqrt((second - Number(value) ** 2) / n);
      const z = Array.from({ length: seeds }, (_, seed) => {
        const loss = alignLoss(uniform(seed, "x", n, dim), uniform(seed, "y", n, dim), { alpha }).itemSync();
        return (loss - Number(value)) / deviation;
      });
      expectStandard(z);
    },
  );
});
