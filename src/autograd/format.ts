import { type Shape, sizeOf } from "../shape.ts";

/** Above this many elements only the first and last three of each dimension are shown, as NumPy does. */
const summarise = 1000;
const edge = 3;

/** Numbers in row-major order as NumPy would print an array of that shape. */
export function format(values: ArrayLike<number>, shape: Shape): string {
  const every = sizeOf(shape) <= summarise;
  const cells = shape.reduce<number[]>(
    (starts, n) => starts.flatMap((s) => along(n, every).map((i) => s * n + i)),
    [0],
  );
  const width = Math.max(0, ...cells.map((i) => numeral(values[i]).length));

  const walk = (dim: number, cell: number): string => {
    if (dim === shape.length) return numeral(values[cell]).padStart(width);
    const rows = along(shape[dim], every).map((i) => walk(dim + 1, cell * shape[dim] + i));
    if (rows.length < shape[dim]) rows.splice(edge, 0, "...");
    const last = dim === shape.length - 1;
    return `[${rows.join(last ? ", " : `,${"\n".repeat(shape.length - 1 - dim)}${" ".repeat(dim + 1)}`)}]`;
  };
  return walk(0, 0);
}

/** The indices shown along a dimension of size n. */
function along(n: number, every: boolean): number[] {
  const all = Array.from({ length: n }, (_, i) => i);
  return every || n <= 2 * edge ? all : [...all.slice(0, edge), ...all.slice(-edge)];
}

/** At most five significant digits: enough to read, short enough to line up. */
function numeral(x: number): string {
  return Number.isInteger(x) && Math.abs(x) < 1e6 ? String(x) : String(Number(x.toPrecision(5)));
}
