import type { Device } from "../../src/devices/device.ts";
import { reference } from "../../src/devices/reference/reference.ts";
import { batchNormCases, momentCases } from "./cases/batch-norm.ts";
import { batchNormPoolCases } from "./cases/batch-norm-pool.ts";
import type { Case } from "./cases/case.ts";
import { convolveCases } from "./cases/convolve.ts";
import { crossEntropyCases } from "./cases/cross-entropy.ts";
import { distanceCases } from "./cases/distance.ts";
import { gruCases } from "./cases/gru.ts";
import { concatCases, copyCases, placeCases } from "./cases/layout.ts";
import { matmulCases } from "./cases/matmul.ts";
import { optimizerCases } from "./cases/optimizer.ts";
import { mapCases, zipCases } from "./cases/pointwise.ts";
import { pickCases, poolCases } from "./cases/pool.ts";
import { potentialCases } from "./cases/potential.ts";
import { reduceCases } from "./cases/reduce.ts";
import { takeCases } from "./cases/rows.ts";
import { squareCases } from "./cases/squares.ts";
import { windowCases } from "./cases/unfold.ts";
import { unitRowCases } from "./cases/unit-rows.ts";

const cases: readonly Case[] = [
  ...mapCases,
  ...zipCases,
  ...reduceCases,
  ...matmulCases,
  ...copyCases,
  ...placeCases,
  ...concatCases,
  ...takeCases,
  ...windowCases,
  ...distanceCases,
  ...potentialCases,
  ...convolveCases,
  ...poolCases,
  ...pickCases,
  ...momentCases,
  ...batchNormCases,
  ...batchNormPoolCases,
  ...squareCases,
  ...unitRowCases,
  ...crossEntropyCases,
  ...gruCases,
  ...optimizerCases,
];

/** The kernels that the suite checks. */
export const kernelNames: readonly string[] = [...new Set(cases.map(({ kernel }) => kernel))];

/**
 * Runs the kernels whose name matches on `device` and, in float64, on the reference device, and says where they
 * disagree: nothing if the device conforms. Sizes grow from case to case and then shrink; memory that a kernel gets is
 * full of NaN where the device gives out again what was freed. All is launched before anything is waited for.
 * `every` 5 takes every fifth case alone.
 */
export async function conformance(device: Device, only: RegExp = /./, every = 1): Promise<string[]> {
  const chosen = cases.filter(({ kernel }) => only.test(kernel)).filter((_, i) => i % every === 0);
  return (await Promise.all(chosen.map((c) => violationsOf(c, device)))).flat();
}

/** Whether the suite finds anything wrong with one kernel of a device. It stops at the first. */
export async function finds(device: Device, kernel: string): Promise<boolean> {
  for (const c of cases) {
    if (c.kernel === kernel && (await violationsOf(c, device)).length > 0) return true;
  }
  return false;
}

/** What the cases of the kernels whose name matches give on a device, bit by bit, by their names. */
export async function results(device: Device, only: RegExp = /./): Promise<Map<string, Buffer>> {
  const chosen = cases.filter(({ kernel }) => only.test(kernel));
  const all = chosen.map(async ({ kernel, what, inputs, call }): Promise<[string, Buffer]> => {
    const { buffer } = await call(
      device,
      inputs.map((x) => device.upload(x)),
    ).read();
    return [`${kernel} ${what}`, Buffer.from(buffer)];
  });
  return new Map(await Promise.all(all));
}

async function violationsOf({ kernel, what, inputs, call, tolerance, floor }: Case, device: Device): Promise<string[]> {
  const oracle = reference("float64");
  const given = inputs.map((x) => device.upload(x));
  const ours = inputs.map((x) => oracle.upload(x));
  const wanted = call(oracle, ours).readSync();
  device
    .upload(new Float32Array(4 * (wanted.length + sum(inputs.map((x) => x.length))) + 4096).fill(Number.NaN))
    .free();
  const [got, ...after] = await Promise.all([call(device, given), ...given].map((x) => x.read()));
  const name = `${kernel} ${what}`;
  const violations: string[] = [];
  if (got.length !== wanted.length) violations.push(`${name}: ${got.length} numbers instead of ${wanted.length}`);
  const wrong = wanted.findIndex((w, i) => !agrees(got[i], Math.fround(w), tolerance, floor));
  if (wrong >= 0) violations.push(`${name}: [${wrong}] is ${got[wrong]} instead of ${wanted[wrong]}`);
  for (const [i, x] of inputs.entries()) {
    if (!x.every((value, j) => Object.is(value, after[i][j]))) violations.push(`${name}: changed input ${i}`);
  }
  return violations;
}

function sum(values: readonly number[]): number {
  return values.reduce((a, b) => a + b, 0);
}

function agrees(got: number | undefined, wanted: number, tolerance: number, floor: number): boolean {
  if (got === undefined) return false;
  if (Number.isNaN(wanted) || !Number.isFinite(wanted)) return Object.is(got, wanted);
  return Math.abs(got - wanted) <= tolerance * Math.max(floor, Math.abs(wanted));
}
