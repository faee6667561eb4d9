/** A function that a kernel calls, as gpu.js takes it. */
export interface KernelFunction {
  readonly name: string;
  readonly source: string;
  readonly argumentTypes: readonly ("Integer" | "Number")[];
  readonly returnType: "Integer" | "Number";
}

/**
 * The most elements an array of a kernel can have. gpu.js keeps every local variable in float32, integers too (only
 * arguments and loop counters are integers), and whole numbers are exact up to here: past it kernels read the wrong place.
 */
export const mostElements: number = 2 ** 24;

/**
 * Whole-number division in kernels. gpu.js divides in float32, and graphics cards do not even round that correctly, so
 * the quotient is refined twice from its remainder.
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
 * Text that splits the thread's number into row-major indices `names` of a shape whose sizes, after the first, are
 * `sizes`: `unravel(["o", "i"], ["inner"])` is o = thread / inner, i = thread % inner.
 */
export function unravel(names: readonly string[], sizes: readonly string[]): string {
  const lines = ["let rest = this.thread.x; let above = 0;"];
  for (let d = names.length - 1; d > 0; d--) {
    const size = sizes[d - 1];
    lines.push(`above = quotient(rest, ${size}); let ${names[d]} = rest - above * ${size}; rest = above;`);
  }
  lines.push(`let ${names[0]} = rest;`);
  return lines.join("\n");
}
