import { show } from "../../shape.ts";
import type { Pool } from "./pool.ts";

/**
 * What to say when memory is full: how much is alive, its largest shapes, and the two ways not to get here. Sizes in
 * bytes.
 */
export function fullError(device: string, pool: Pool, wanted: number, limit: number): Error {
  const groups = new Map<string, { count: number; size: number }>();
  for (const { shape, size } of pool.blocks()) {
    const label = shape ? show(shape) : "scratch";
    const group = groups.get(label) ?? { count: 0, size: 0 };
    groups.set(label, { count: group.count + 1, size: group.size + size });
  }
  const largest = [...groups]
    .sort(([, a], [, b]) => b.size - a.size)
    .slice(0, 5)
    .map(([what, { count, size }]) => `${count} x ${what} (${megabytes(size)})`);
  return new Error(
    `${device}: out of memory: ${megabytes(wanted)} more do not fit beside the ${megabytes(pool.used)} in use ` +
      `(of ${megabytes(limit)}). Largest: ${largest.join(", ")}. A loop frees what it makes if it runs in ` +
      "scope(() => ...) or uses trainStep; a loop without them must await data() or item() now and then",
  );
}

function megabytes(bytes: number): string {
  return `${(bytes / 2 ** 20).toFixed(1)} MiB`;
}
