import type { KernelFunction } from "./program.ts";

/**
 * Whole-number arithmetic in kernels. gpu.js divides in float32, which is exact up to 2^24 only, so the quotient is
 * refined twice from its remainder: exact for all places below 2^31.
 */
export const integerFunctions: readonly KernelFunction[] = [
  integer("roughQuotient", ["i", "n"], "Math.floor(i / n)"),
  integer("refinedQuotient", ["i", "n", "q"], "q + roughQuotient(i - q * n, n)"),
  integer("quotient", ["i", "n"], "refinedQuotient(i, n, refinedQuotient(i, n, roughQuotient(i, n)))"),
];

/** A function of integers that returns one. */
export function integer(name: string, names: readonly string[], expression: string): KernelFunction {
  return {
    name,
    source: `function ${name}(${names.join(", ")}) { return ${expression}; }`,
    argumentTypes: names.map(() => "Integer" as const),
    returnType: "Integer",
  };
}

/**
 * Text that declares an integer local. gpu.js makes a local a float32 unless it starts as a member of `this.thread`:
 * hence the two steps.
 */
export function declare(name: string, expression: string): string {
  return `let ${name} = this.thread.x; ${name} = ${expression};`;
}

/**
 * Text that splits the thread's number into row-major indices `names` of a shape whose sizes, after the first, are
 * `sizes`: `unravel(["o", "i"], ["inner"])` is o = thread / inner, i = thread % inner.
 */
export function unravel(names: readonly string[], sizes: readonly string[]): string {
  const lines = ["let rest = this.thread.x; let above = this.thread.x;"];
  for (let d = names.length - 1; d > 0; d--) {
    const size = sizes[d - 1];
    lines.push(`above = quotient(rest, ${size}); ${declare(names[d], `rest - above * ${size}`)} rest = above;`);
  }
  lines.push(declare(names[0], "rest"));
  return lines.join("\n");
}
