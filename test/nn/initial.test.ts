import { describe, expect, it } from "vitest";
import { Conv2d, generator, Linear, type Parameter, reference } from "../../src/index.ts";

const device = reference("float64");

const layers = {
  Linear: (seed: number, std?: number) => new Linear(100, 40, { generator: generator(seed), std, device }),
  Conv2d: (seed: number, std?: number) => new Conv2d(4, 40, 5, { generator: generator(seed), std, device }),
};

describe.each(Object.entries(layers))("%s", (name, make) => {
  it("starts from U(±1/√fan), in weight and bias, the same for the same seed", () => {
    const { weight, bias } = make(3); // 100 inputs to each output
    const expected = generator(3);
    for (const t of [weight, bias as Parameter]) {
      const drawn = expected.uniform(t.shape, { low: -0.1, high: 0.1, device });
      expect(t.dataSync()).toEqual(drawn.dataSync());
    }
  });

  it("starts from N(0, std²) and a bias of 0 where std is given, and draws nothing for the bias", () => {
    const g = generator(3);
    const { weight, bias } = make(3, 0.02);
    expect(weight.dataSync()).toEqual(g.normal(weight.shape, { std: 0.02, device }).dataSync());
    expect((bias as Parameter).dataSync()).toEqual(new Float64Array(40));
    const values = weight.dataSync();
    const spread = Math.hypot(...values) / Math.sqrt(values.length);
    expect(Math.abs(spread / 0.02 - 1)).toBeLessThan(5 / Math.sqrt(2 * values.length)); // five standard errors
  });

  it("refuses an std that is none", () => {
    expect(() => make(0, -1)).toThrow(`${name}: std must be a number >= 0, got -1`);
    expect(() => make(0, Number.NaN)).toThrow(`${name}: std must be a number >= 0, got NaN`);
  });
});
