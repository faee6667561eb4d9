import type { Io } from "../io.ts";
import { Phases } from "../phases.ts";

/** What `measure` finds in its phases, under one progress bar that ends with it. `costs` as for `Phases`. */
export async function measuring<Part extends string, T>(
  io: Io,
  quiet: boolean,
  costs: Readonly<Record<Part, number>>,
  measure: (phases: Phases<Part>) => Promise<T>,
): Promise<T> {
  const phases = new Phases(io, quiet, costs, "stopped while measuring; the trained weights are saved");
  return measure(phases).finally(() => phases.end());
}
