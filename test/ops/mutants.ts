import type { Checkable } from "../../src/autograd/check.ts";
import type { Node, Tensor } from "../../src/autograd/tensor.ts";
import { upload } from "../../src/autograd/tensor.ts";
import type { Floats } from "../../src/devices/device.ts";
import { type Shape, stridesOf } from "../../src/shape.ts";

/** Wrong gradients made from right ones: the mistakes that people make, and two so small that only proof finds them. */
export const mutations: Readonly<Record<string, (g: Floats, shape: Shape) => Floats>> = {
  "scaled by 1.001": (g) => g.map((a) => 1.001 * a),
  "shifted by a thousandth of its largest entry": (g) => {
    const largest = Math.max(...g.map(Math.abs));
    return g.map((a) => a + 1e-3 * largest);
  },
  "with its sign turned": (g) => g.map((a) => -a),
  "with its entries moved on by one": (g) => g.map((_, i) => g[(i + 1) % g.length]),
  "read column by column": (g, shape) => {
    const turned = stridesOf([...shape].reverse()).reverse();
    const strides = stridesOf(shape);
    return g.map((_, i) => g[turned.reduce((at, s, d) => at + s * (Math.floor(i / strides[d]) % shape[d]), 0)]);
  },
  "with its last entry left at 0": (g) => g.with(g.length - 1, 0),
};

/** f with the gradient of input `index` changed at every op called `name`, and whether that changed anything so far. */
export interface Mutant {
  readonly f: Checkable;
  changed(): boolean;
}

export function mutantOf(
  f: Checkable,
  name: string,
  index: number,
  mutate: (g: Floats, shape: Shape) => Floats,
): Mutant {
  let changed = false;
  const spoilt = (g: Tensor): Tensor => {
    const right = g.dataSync();
    const wrong = right.length === 0 ? right : mutate(right, g.shape);
    changed ||= wrong.some((a, i) => a !== right[i]);
    return upload(wrong, g.shape, g.device);
  };
  return {
    changed: () => changed,
    f: withVjps(f, name, (vjp) => (i, g, saved) => (i === index ? spoilt(vjp(i, g, saved)) : vjp(i, g, saved))),
  };
}

/** f with ops called `name` whose gradients are right, but take what they saved for constants. */
export function forgetfulOf(f: Checkable, name: string): Checkable {
  return withVjps(f, name, (vjp) => (i, g, saved) => {
    const constants = Object.fromEntries(Object.entries(saved).map(([key, x]) => [key, x.detach()]));
    return vjp(i, g, constants);
  });
}

type NodeVjp = NonNullable<Node["vjp"]>;

/** f, after which every op called `name` in its graph has another gradient. */
function withVjps(f: Checkable, name: string, change: (vjp: NodeVjp) => NodeVjp): Checkable {
  return (...xs) => {
    const made = f(...xs);
    const ys = Array.isArray(made) ? (made as Tensor[]) : [made as Tensor];
    for (const node of nodesOf(ys)) {
      if (node.name === name && node.vjp) Object.assign(node, { vjp: change(node.vjp) });
    }
    return made;
  };
}

/** Every recorded op that the tensors depend on. */
export function nodesOf(ys: readonly Tensor[]): Set<Node> {
  const seen = new Set(ys.flatMap(({ node }) => (node ? [node] : [])));
  for (const node of seen) for (const input of node.inputs) if (input) seen.add(input);
  return seen;
}
