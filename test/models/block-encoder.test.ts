import { describe, expect, it } from "vitest";
import { BlockEncoder, generator, Linear, reference, Sequential, tensor, zeros } from "../../src/index.ts";

const device = reference("float64");
const drawn = (seed: number) => ({ generator: generator(seed), device });

describe("BlockEncoder", () => {
  const blocks = new Sequential(new Linear(2, 3, drawn(0)), new Linear(3, 4, drawn(1)));
  const encoder = new BlockEncoder(blocks, { name: "mine", image: [3, 5, 2] });
  const x = generator(2).normal([1, 3, 5, 2], { device });

  it("gives what its blocks give, one after another, up to the one that is asked for", () => {
    const first = blocks[0].forward(x).dataSync();
    expect([0, -2].map((layerIndex) => encoder.forward(x, { layerIndex }).dataSync())).toEqual([first, first]);
    const last = blocks.forward(x).dataSync();
    for (const options of [{}, { layerIndex: 1 }, { layerIndex: -1 }]) {
      expect(encoder.forward(x, options).dataSync()).toEqual(last);
    }
    expect(last).not.toEqual(first);
    expect(encoder.blockCount).toBe(2);
    expect(Object.keys(encoder.stateDict())[0]).toBe("blocks.0.weight");
  });

  it.each([2, -3, 0.5, Number.NaN])("has no block %d", (layerIndex) => {
    expect(() => encoder.forward(x, { layerIndex })).toThrow(
      `mine: layerIndex must be a whole number in -2..1, got ${layerIndex}`,
    );
  });

  it("takes images of its shape alone, and no option but layerIndex", () => {
    const needed = "mine: needs images [n, 3, 5, 2], got";
    for (const shape of [
      [1, 3, 2, 5],
      [3, 5, 2],
      [1, 2, 5, 2],
    ]) {
      expect(() => encoder.forward(zeros(shape, { device }))).toThrow(`${needed} [${shape.join(", ")}]`);
    }
    expect(() => encoder.forward(tensor([[1, 2]], { device }))).toThrow("inChannels and imageSize choose others");
    expect(() => encoder.forward(x, { layer: 1 } as never)).toThrow('mine: unknown option "layer"');
  });
});
