import type { ReportInput } from "../../src/cli/report/report.ts";
import type { Layout } from "../../src/cli/train/layout.ts";
import { mnistConfig } from "../../src/cli/train/mnist/config.ts";
import { mnist } from "../../src/cli/train/mnist/recipe.ts";
import { alignment, uniformity } from "../../src/metrics/index.ts";
import { Random } from "../../src/random.ts";

/**
 * A run made up: `n` digits in ten groups on a sphere of `d` dimensions, spread out as if trained and close together as
 * if not, and `steps` steps of training.
 */
export async function sampleReport(n: number, d: number, steps: number): Promise<ReportInput> {
  const labels = Uint8Array.from({ length: n }, (_, i) => (i * 7) % 10);
  const config = { ...mnistConfig, featDim: d };
  const spread = await layout(labels, d, { together: 0, group: 0.75, own: 0.5, view: 0.25 });
  const close = await layout(labels, d, { together: 1, group: 0.15, own: 0.2, view: 0.12 });
  const { features: _, distances: __, ...trained } = spread;
  const { features: ___, distances: ____, ...untrained } = close;
  const falling = (from: number, to: number, step: number): number => to + (from - to) * Math.exp(-step / 25);
  const g = new Random(9);
  return {
    result: {
      schemaVersion: 3,
      task: "mnist",
      version: "0.0.0",
      device: "reference:float32",
      config,
      pictures: { train: 60_000, known: 60_000, test: n },
      trained: {
        ...trained,
        probes: { fc7: 0.9866, output: 0.9785 },
        knn: { fc7: 0.9844, output: 0.9843 },
        few: { knn: 0.9731, probe: 0.98 },
      },
      untrained: { ...untrained, few: { knn: 0.85, probe: 0.9 } },
      rawPixels: { knn: 0.945, probe: 0.91 },
      yardstick: 10_000,
      trainingSeconds: 240,
      measuringSeconds: 80,
    },
    steps: Array.from({ length: steps }, (_, i) => ({
      epoch: 1,
      step: i + 1,
      align: 0.28 + 0.4 * Math.exp(-(((i - 8) / 20) ** 2)) + g.float() * 0.02,
      uniform: falling(-0.4, -3.6, i) + g.float() * 0.05,
    })),
    trained: spread,
    untrained: close,
    words: mnist.words,
    labels,
    classes: Array.from({ length: 10 }, (_, digit) => String(digit)),
  };
}

interface Shares {
  readonly together: number;
  readonly group: number;
  readonly own: number;
  readonly view: number;
}

async function layout(labels: Uint8Array, d: number, { together, group, own, view }: Shares): Promise<Layout> {
  const draw = (name: string, count: number): Float64Array => {
    const values = new Float64Array(count * d);
    new Random(5).fork(name).fillNormal(values);
    return values;
  };
  const [n, size] = [labels.length, Math.sqrt(d)];
  const [all, groups, owns] = [draw("all", 1), draw("groups", 10), draw("own", n)];
  const rows = (name?: string): Float32Array => {
    const views = name === undefined ? undefined : draw(name, n);
    const data = new Float32Array(n * d);
    for (let i = 0; i < n; i++) {
      const row = data.subarray(i * d, (i + 1) * d);
      for (let c = 0; c < d; c++) {
        row[c] = together * all[c] + group * groups[labels[i] * d + c] + own * owns[i * d + c];
        row[c] = (row[c] + (views ? view * views[i * d + c] : 0)) / size;
      }
      const length = Math.hypot(...row);
      for (let c = 0; c < d; c++) row[c] /= length;
    }
    return data;
  };
  const [x, y, data] = [rows("one view"), rows("other view"), rows()];
  const distances = Float64Array.from({ length: n }, (_, i) =>
    Math.hypot(...x.subarray(i * d, (i + 1) * d).map((value, c) => value - y[i * d + c])),
  );
  const some = data.subarray(0, Math.min(n, 1000) * d);
  return {
    alignment: await alignment(x, y, { dim: d }),
    uniformity: await uniformity(some, { dim: d }),
    viewUniformity: await uniformity(x.subarray(0, some.length), { dim: d }),
    distances,
    features: { data, shape: [n, d] },
  };
}
