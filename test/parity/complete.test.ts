import { expect, test } from "vitest";
import * as nn from "../../src/nn/index.ts";
import * as ops from "../../src/ops/index.ts";
import {
  type Case,
  type EmbeddingCase,
  fixture,
  type GruCase,
  type LayerCase,
  type LayerDescription,
  type ScheduleCase,
  type ScheduleDescription,
  type TrainingCase,
} from "./fixture.ts";
import * as losses from "./losses.ts";

/** Exports with nothing to compare, and why. */
const without: Readonly<Record<string, string>> = {
  unary: "the constructor of ops",
  binary: "the constructor of ops",
  generator: "random streams are our own, pinned by a snapshot",
  Module: "the base of all layers",
  Optimizer: "the base of all optimizers",
  Schedule: "the base of all schedules",
  trainStep: "the training runs go through it",
  cachedTrainStep: "its numbers are those of trainStep, which its own spec holds",
  Packing: "the lengths of the GRU's cases go through it",
  OnnxGraph: "writes layers down, computes nothing; its specs run what it writes",
  inChunks: "cuts tensors and arrays, computes nothing",
};

const cases = [...fixture<Case>("ops").cases, ...fixture<Case>("losses").cases];

test("every op and loss has parity cases, or a reason", () => {
  const called = new Set(cases.flatMap((one) => one.steps.map(([op]) => op)));
  const missing = Object.keys({ ...ops, ...losses }).filter((name) => !called.has(name) && !(name in without));
  expect(missing).toEqual([]);
});

test("every op and loss with a gradient has a case in which it is not 0", () => {
  const moved = new Set(
    cases.flatMap((one) => (one.grads.flatMap((g) => g ?? []).some((a) => Number(a) !== 0) ? [one.steps[0][0]] : [])),
  );
  const still = cases.map((one) => one.steps[0][0]).filter((op) => !moved.has(op));
  expect([...new Set(still)].sort()).toEqual(["argmax", "equal", "greater", "oneHot", "sign"]);
});

test("every layer, optimizer, schedule, average and way of clipping has parity cases, or a reason", () => {
  const built = fixture<LayerCase>("layers").cases.flatMap(({ layer }) => namesIn(layer));
  const runs = fixture<TrainingCase>("training").cases;
  const read = fixture<EmbeddingCase | GruCase>("sequences").cases.map(({ layer: [name] }) => name);
  const covered = new Set<string>([...built, ...read, ...runs.map((run) => run.optimizer)]);
  if (runs.some((run) => run.clipNorm !== undefined)) covered.add("clipGradNorm");
  if (runs.some((run) => run.ema !== undefined)) covered.add("ema");
  const rates = fixture<ScheduleCase>("schedules").cases.flatMap((one) => schedulesIn(one.schedule));
  for (const name of rates) covered.add(name);
  expect(new Set(runs.flatMap((run) => (run.schedule ? schedulesIn(run.schedule) : [])))).toEqual(new Set(rates));
  expect(Object.keys(nn).filter((name) => !covered.has(name) && !(name in without))).toEqual([]);
});

test("no reason is given for what is compared or does not exist", () => {
  const exported = Object.keys({ ...ops, ...losses, ...nn });
  expect(Object.keys(without).filter((name) => !exported.includes(name))).toEqual([]);
});

test("fixtures say which PyTorch made them, and how", () => {
  for (const name of [
    "ops",
    "losses",
    "programs",
    "layers",
    "sequences",
    "training",
    "schedules",
    "encoder",
    "resnet",
    "momentum",
    "quick-thought",
  ]) {
    const { pytorch, madeBy } = fixture(name);
    expect(pytorch, name).toMatch(/^1\.13\./);
    expect(madeBy, name).toContain("test/parity/make_fixtures.py");
  }
});

function namesIn([name, ...args]: LayerDescription): string[] {
  const inner = args.filter((arg): arg is LayerDescription => Array.isArray(arg) && typeof arg[0] === "string");
  return [name, ...inner.flatMap(namesIn)];
}

function schedulesIn([name, { after }]: ScheduleDescription): string[] {
  return [name, ...(after ? schedulesIn(after as ScheduleDescription) : [])];
}
