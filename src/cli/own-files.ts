import { existsSync, realpathSync } from "node:fs";
import { resolve } from "node:path";
import { UsageError } from "./io.ts";

/** A file that is to be written, and the flag that names it. */
export type Written = readonly [flag: string, path: string];

/**
 * Throws a UsageError for a file to be written that is one of those that are `read`, by any of its names, or that is to be written
 * twice.
 */
export function refuseOverwriting(command: string, written: readonly Written[], read: readonly string[]): void {
  const taken = new Map(read.map((path) => [placeOf(path), path]));
  for (const [flag, path] of written) {
    const place = placeOf(path);
    const other = taken.get(place);
    if (other !== undefined) {
      throw new UsageError(`${command}: --${flag} ${path} would be written over ${other}: name another file`);
    }
    taken.set(place, path);
  }
}

/** Where a path leads, through links. */
function placeOf(path: string): string {
  return existsSync(path) ? realpathSync(path) : resolve(path);
}
