/** Height and width in pixels, or one number for both. */
export type Size = number | readonly [height: number, width: number];

/** Both numbers of a size. Throws naming `what` unless they are whole and >= 1. */
export function heightAndWidth(what: string, size: Size): readonly [height: number, width: number] {
  const both = typeof size === "number" ? ([size, size] as const) : size;
  const numbers = Array.isArray(both); // from JSON it may be anything
  if (numbers && both.length === 2 && both.every((n) => Number.isInteger(n) && n >= 1)) return both;
  const found = numbers ? `[${both.join(", ")}]` : String(both);
  throw new RangeError(`${what}: size must be one or two whole numbers >= 1, got ${found}`);
}

/** The nearest whole number, of two the even one: how Python rounds, and so torchvision. */
export function roundToEven(x: number): number {
  const down = Math.floor(x);
  return x - down === 0.5 ? down + (down % 2) : Math.round(x);
}
