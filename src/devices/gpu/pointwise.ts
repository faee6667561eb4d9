import { type Shape, sizeOf } from "../../shape.ts";
import type { MapFunction, ZipFunction } from "../device.ts";
import { type Dimension, merged } from "../dimensions.ts";
import type { KernelFunction } from "./integers.ts";
import { offsetAt, sizesAndStrides } from "./layout.ts";
import type { Launch } from "./program.ts";

/** Text that gives NaN for NaN: on graphics cards `x !== x` can be false for it, and built-in functions can lose it. */
const unlessNaN = (body: string): string => `(x) => { if (Math.abs(x) >= 0) { ${body} } return x; }`;

/** The largest finite float32: only infinity is beyond. */
const largest = "3.4028234663852886e38";

/**
 * The functions of the built-in ops, as source text. They spell out what the JavaScript functions do with NaN, infinity
 * and numbers outside their domain, because those of a graphics card do not.
 */
const elementSources: Readonly<Record<string, string>> = {
  neg: "(x) => -x",
  exp: unlessNaN("return Math.exp(x);"),
  // −1/|0| is −∞, and the root of a negative number NaN.
  log: "(x) => { if (x > 0) { return Math.log(x); } if (x < 0) { return Math.sqrt(x); } if (x === 0) { return -1 / Math.abs(x); } return x; }",
  sqrt: "(x) => Math.sqrt(x)",
  abs: "(x) => Math.abs(x)",
  square: "(x) => x * x",
  relu: unlessNaN("if (x > 0) { return x; } return 0;"),
  sigmoid: unlessNaN("return 1 / (1 + Math.exp(-x));"),
  // Near 0 the series, where 1 − 2/(exp(2x) + 1) would cancel.
  tanh: unlessNaN(`
    let size = Math.abs(x);
    let squared = x * x;
    let result = 1 - 2 / (Math.exp(2 * size) + 1);
    if (size < 0.25) { result = size * (1 - squared * (1 / 3 - squared * (2 / 15 - squared * (17 / 315)))); }
    if (x < 0) { return -result; }
    return result;`),
  sign: "(x) => { if (x > 0) { return 1; } if (x < 0) { return -1; } return x; }",
  // Below 1.25 the series of Abramowitz & Stegun 7.1.6, whose terms have one sign: nothing cancels. Above it 1 − erfc
  // by the continued fraction 7.1.14, whose error counts for little there. Both to the rounding of float32.
  erf: unlessNaN(`
    let size = Math.abs(x);
    let result = 1;
    if (size < 1.25) {
      let term = size;
      let sum = size;
      for (let n = 1; n < 18; n++) {
        term = term * 2 * size * size / (2 * n + 1);
        sum = sum + term;
      }
      result = 1.1283791670955126 * Math.exp(-size * size) * sum;
    } else {
      if (size < 6) {
        let fraction = size;
        for (let n = 0; n < 32; n++) { fraction = size + (32 - n) * 0.5 / fraction; }
        result = 1 - 0.5641895835477563 * Math.exp(-size * size) / fraction;
      }
    }
    if (x < 0) { return -result; }
    return result;`),

  add: "(a, b) => a + b",
  addRelu: `(a, b) => {
    let sum = a + b;
    if (Math.abs(sum) >= 0) { if (sum > 0) { return sum; } return 0; }
    return sum;
  }`,
  sub: "(a, b) => a - b",
  mul: "(a, b) => a * b",
  div: "(a, b) => a / b",
  // The built-in pow sees finite numbers above 0 alone, and no whole exponent below 128: its error grows with the
  // logarithm of the result, where squaring keeps it small. −1 to an infinite power is NaN, as in JavaScript.
  pow: `(a, b) => {
    if (a === 1 || b === 0) { return 1; }
    if (!(Math.abs(a) >= 0)) { return a; }
    if (!(Math.abs(b) >= 0)) { return b; }
    let size = Math.abs(a);
    let power = 0;
    if (size === 0) {
      if (b < 0) { power = 1 / size; }
    } else if (size > ${largest}) {
      if (b > 0) { power = size; }
    } else if (Math.abs(b) > ${largest}) {
      if (a === -1) { return Math.sqrt(a); }
      if ((size > 1 && b > 0) || (size < 1 && b < 0)) { power = Math.abs(b); }
    } else {
      if (a < 0 && Math.floor(b) !== b) { return Math.sqrt(a); }
      power = Math.pow(size, b);
      let left = Math.abs(b);
      if (left < 128 && Math.floor(left) === left) {
        let square = size;
        let half = 0;
        power = 1;
        for (let bit = 0; bit < 7; bit++) {
          half = Math.floor(left * 0.5);
          if (left > 2 * half) { power = power * square; }
          square = square * square;
          left = half;
        }
        if (b < 0) { power = 1 / power; }
      }
    }
    let odd = Math.floor(b) - 2 * Math.floor(b * 0.5);
    if (odd === 1 && Math.floor(b) === b && (a < 0 || 1 / a < 0)) { return -power; }
    return power;
  }`,
  maximum: "(a, b) => { if (a <= b) { return b; } if (Math.abs(b) >= 0) { return a; } return b; }",
  minimum: "(a, b) => { if (a >= b) { return b; } if (Math.abs(b) >= 0) { return a; } return b; }",
  greater: "(a, b) => { if (a > b) { return 1; } return 0; }",
  equal: "(a, b) => { if (a === b) { return 1; } return 0; }",
  keepWhere: "(c, a) => { if (c === 0) { return 0; } return a; }",
};

/** The text of a function: its own, or a built-in op's by its name; undefined where it cannot run here. */
export function sourceOf({ name, source, custom = false }: MapFunction | ZipFunction): string | undefined {
  return source ?? (!custom && Object.hasOwn(elementSources, name) ? elementSources[name] : undefined);
}

/** y[i] = f(x[i]) */
export function map<Input>(fn: MapFunction, x: Input, size: number): Launch<Input> {
  const program = {
    name: `map:${fn.name}`,
    inputs: ["x"],
    integers: [],
    functions: [element(fn, 1)],
    body: "return element(x[this.thread.x]);",
  };
  return { program, inputs: [x], integers: [], size };
}

/** y[i] = f(a[view of i], b[view of i]) */
export function zip<Input>(
  fn: ZipFunction,
  a: Input,
  aStrides: readonly number[],
  b: Input,
  bStrides: readonly number[],
  shape: Shape,
): Launch<Input> {
  const dimensions: readonly Dimension[] = merged(shape, [aStrides, bStrides]);
  const { names, integers } = sizesAndStrides(dimensions, ["a", "b"]);
  const program = {
    name: `zip:${fn.name}`,
    variant: dimensions.length,
    inputs: ["a", "b"],
    integers: names,
    functions: [element(fn, 2)],
    body: `${offsetAt(dimensions.length, ["a", "b"])} return element(a[atA], b[atB]);`,
  };
  return { program, inputs: [a, b], integers, size: sizeOf(shape) };
}

function element(fn: MapFunction | ZipFunction, operands: number): KernelFunction {
  return {
    name: "element",
    source: asFunction(sourceOf(fn) ?? ""),
    argumentTypes: Array.from({ length: operands }, () => "Number" as const),
    returnType: "Number",
  };
}

/** gpu.js takes `function` text only; an arrow function means the same. */
export function asFunction(source: string): string {
  const arrow = /^\s*(?:\(([^)]*)\)|(\w+))\s*=>\s*([\s\S]*)$/.exec(source);
  if (!arrow) return source;
  const [, list, single, body] = arrow;
  return `function element(${list ?? single}) ${body.startsWith("{") ? body : `{ return ${body}; }`}`;
}
