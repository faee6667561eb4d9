import type { AdamRates, Device, SgdRates, Storage, Update } from "../../../src/devices/device.ts";
import { type Case, present, sizes, upAndDown } from "./case.ts";
import { numbers } from "./numbers.ts";

const bound: Pick<Case, "tolerance" | "floor"> = { tolerance: 2e-6, floor: 1 };

const rates: SgdRates[] = [
  { lr: 0.1, momentum: 0, weightDecay: 0, nesterov: false },
  { lr: 0.1, momentum: 0, weightDecay: 0.03, nesterov: false },
  { lr: 0.1, momentum: 0.9, weightDecay: 0.03, nesterov: false },
  { lr: 0.1, momentum: 0.7, weightDecay: 0, nesterov: true },
];
const adamRates: AdamRates[] = [
  { lr: 0.1, betas: [0.9, 0.999], eps: 1e-3, weightDecay: 0, shrink: 1 },
  { lr: 0.1, betas: [0.6, 0.8], eps: 1e-8, weightDecay: 0.03, shrink: 1 },
  { lr: 0.1, betas: [0.9, 0.999], eps: 1e-8, weightDecay: 0, shrink: 0.97 },
];

/** A gradient with a hole and a pole in it, and with zeros. */
const gradient = (n: number): Float32Array =>
  numbers(n, 2).map((g, i) => (i % 11 === 7 ? 0 : i === 60 ? Number.NaN : i === 61 ? Infinity : g));

/** One case a result: `count` of them. Two parameters at once, one of another size. */
function casesOf(
  kernel: string,
  what: string,
  n: number,
  count: number,
  step: number,
  run: (device: Device, updates: readonly Update[]) => readonly (readonly Storage[])[],
): Case[] {
  const m = sizes[(n + 4) % sizes.length];
  const state = step === 1 ? 0 : count - 1;
  const one = (size: number, seed: number): Float32Array[] => [
    numbers(size, seed),
    gradient(size),
    ...Array.from({ length: state }, (_, k) => numbers(size, seed + 3 + k).map((x) => (k === 1 ? x * x : x))),
  ];
  return [0, 1].flatMap((which) =>
    Array.from(
      { length: count },
      (_, k): Case => ({
        kernel,
        what: `${what}, ${which === 0 ? n : m} numbers at step ${step}: result ${k}`,
        inputs: [...one(n, 1), ...one(m, 20)],
        call(device, given) {
          const updates = [given.slice(0, 2 + state), given.slice(2 + state)].map(([p, g, ...rest]) => ({
            ...{ p, g, state: rest, step },
          }));
          return run(device, updates)[which][k];
        },
        ...bound,
      }),
    ),
  );
}

/** The last is more than the cpu device leaves to one thread. */
export const optimizerCases: Case[] = [...upAndDown, 40_003].flatMap((n) =>
  [1, 3].flatMap((step) => [
    ...rates.flatMap((rate) =>
      casesOf("sgd", JSON.stringify(rate), n, rate.momentum === 0 ? 1 : 2, step, ({ fused }, updates) =>
        present(fused.sgd)(updates, rate, []),
      ),
    ),
    ...adamRates.flatMap((rate) =>
      casesOf("adam", JSON.stringify(rate), n, 3, step, ({ fused }, updates) => present(fused.adam)(updates, rate, [])),
    ),
  ]),
);
