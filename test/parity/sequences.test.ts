import { describe, expect, test } from "vitest";
import { backward } from "../../src/autograd/backward.ts";
import { cpu } from "../../src/devices/cpu/cpu.ts";
import type { Device } from "../../src/devices/device.ts";
import { reference } from "../../src/devices/reference/reference.ts";
import { type Gradients, generator, type Tensor, tensor } from "../../src/index.ts";
import { Embedding, GRU, type Module, type SequenceOutputs } from "../../src/nn/index.ts";
import { add, mul, sum } from "../../src/ops/index.ts";
import { mismatch, tolerance } from "./compare.ts";
import { faultyGru, gruFaults } from "./faulty-gru.ts";
import { type EmbeddingCase, fixture, type GruCase, read, type Written, type WrittenTensor } from "./fixture.ts";

const { cases } = fixture<EmbeddingCase | GruCase>("sequences");
const embeddings = cases.filter((one): one is EmbeddingCase => "indices" in one);
const grus = cases.filter((one): one is GruCase => "input" in one);
const exact = reference("float64");

/** Of the largest entry: a float32 has 24 bits, and a state goes through at most six items. */
const roughly = 1e-5;

describe.each([
  [exact, tolerance],
  [reference("float32"), roughly],
  [cpu, roughly],
] as const)("on $name", (device, allowed) => {
  test.each(embeddings)("$name has PyTorch's names, values and gradients", (one) => {
    const [, count, width] = one.layer;
    const layer = new Embedding(count, width, { generator: generator(0), device });
    const found = [namesDiffer(layer, one)];
    load(layer, one, device);
    const y = layer.forward(one.indices);
    found.push(differ("value", y, one.value, allowed));
    const grads = backward(y, { gradient: tensor(read(one.cotangent), { shape: y.shape, device }) });
    found.push(...gradientsDiffer(layer, grads, one, allowed));
    expect(found.filter((message) => message !== undefined)).toEqual([]);
  });

  test.each(grus)("$name has PyTorch's names, outputs, last states and gradients", (one) => {
    expect(disagreements(one, device, allowed, ours)).toEqual([]);
  });
});

describe("of a plain GRU written anew", () => {
  const anew = (fault?: string) => (layer: GRU, x: Tensor, one: GruCase, initial: Tensor | undefined) =>
    faultyGru(layer, x, { lengths: one.lengths, initial, batchFirst: one.layer[3].batchFirst }, fault);

  test("the cases have PyTorch's numbers too, so that what follows is due to the fault", () => {
    for (const one of grus) expect(disagreements(one, exact, tolerance, anew()), one.name).toEqual([]);
  });

  test.each(gruFaults)("some case tells when %s", (fault) => {
    expect(grus.flatMap((one) => disagreements(one, exact, roughly, anew(fault)))).not.toEqual([]);
  });
});

type Reader = (layer: GRU, x: Tensor, one: GruCase, initial: Tensor | undefined) => SequenceOutputs;

function ours(layer: GRU, x: Tensor, { lengths }: GruCase, initial: Tensor | undefined): SequenceOutputs {
  return layer.outputs(x, { lengths, initial });
}

/** All that differs between a GRU and what the case says, as messages. */
function disagreements(one: GruCase, device: Device, allowed: number, reader: Reader): string[] {
  const [, inputs, hidden, options] = one.layer;
  const layer = new GRU(inputs, hidden, { generator: generator(0), device, ...options });
  const found = [namesDiffer(layer, one)];
  load(layer, one, device);
  const x = written(one.input, device).withGrad();
  const initial = one.initial && written(one.initial, device).withGrad();
  const { output, last } = reader(layer, x, one, initial);
  found.push(differ("output", output, one.output, allowed), differ("last state", last, one.last, allowed));
  const weighed = [output, last].map((y, i) =>
    sum(mul(y, tensor(read(one.cotangents[i]), { shape: y.shape, device }))),
  );
  const grads = backward(add(weighed[0], weighed[1]));
  found.push(mismatch("gradient of x", grads.get(x)?.dataSync() ?? [], read(one.inputGrad), allowed));
  if (initial) {
    const gradient = grads.get(initial)?.dataSync() ?? [];
    found.push(mismatch("gradient of initial", gradient, read(one.initialGrad ?? []), allowed));
  }
  found.push(...gradientsDiffer(layer, grads, one, allowed));
  return found.filter((message) => message !== undefined);
}

type Weighed = Pick<GruCase, "state" | "grads">;

function namesDiffer(layer: Module<never>, { state }: Weighed): string | undefined {
  const names = (of: Readonly<Record<string, unknown>>): string => Object.keys(of).join(", ");
  const own = names(layer.stateDict());
  return own === names(state) ? undefined : `names: ${own}, PyTorch has ${names(state)}`;
}

function load(layer: Module<never>, { state }: Weighed, device: Device): void {
  layer.loadStateDict(Object.fromEntries(Object.entries(state).map(([name, x]) => [name, written(x, device)])));
}

function differ(what: string, y: Tensor, { shape, data }: WrittenTensor, allowed: number): string | undefined {
  if (`${y.shape}` !== `${shape}`) return `${what}: shape ${y.shape}, PyTorch has ${shape}`;
  return mismatch(what, y.dataSync(), read(data), allowed);
}

function gradientsDiffer(
  layer: Module<never>,
  grads: Gradients,
  one: Weighed,
  allowed: number,
): (string | undefined)[] {
  const parameters = new Map(layer.namedParameters());
  return Object.entries(one.grads).map(([name, expected]: [string, Written[]]) => {
    const parameter = parameters.get(name);
    return mismatch(
      `gradient of ${name}`,
      (parameter && grads.get(parameter)?.dataSync()) ?? [],
      read(expected),
      allowed,
    );
  });
}

function written({ shape, data }: WrittenTensor, device: Device): Tensor {
  return tensor(read(data), { shape, device });
}
