import { describe, expect, it } from "vitest";
import { reference } from "../../src/devices/reference/reference.ts";
import { generator, Linear, tensor } from "../../src/index.ts";
import { named } from "../../src/metrics/named.ts";

const device = reference("float64");

describe("named", () => {
  it("gives each row the label of its largest logit, and the place and the loss of its own label", async () => {
    const layer = new Linear(1, 4, { generator: generator(0), device });
    layer.loadStateDict({
      weight: tensor([[1], [2], [2], [-1]], { device }),
      bias: tensor([0, 0, 0, 0.5], { device }),
    });
    // Logits of 1: 1, 2, 2, -0.5; of -1: -1, -2, -2, 1.5.
    const rows = { n: 5, d: 1, data: Float32Array.of(1, 1, 1, -1, -1) };
    const { predictions, places, loss } = await named(layer, rows, [1, 2, 3, 3, 2]);
    expect(predictions).toEqual([1, 1, 1, 3, 3]);
    expect([...places]).toEqual([0, 1, 3, 0, 3]);
    const sums = [1, -1].map((x) => Math.log(Math.exp(x) + 2 * Math.exp(2 * x) + Math.exp(0.5 - x)));
    expect(loss).toBeCloseTo((3 * sums[0] - 2 - 2 + 0.5 + 2 * sums[1] - 1.5 + 2) / 5, 12);
  });
});
