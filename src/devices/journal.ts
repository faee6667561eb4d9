import type { DeviceReport } from "./device.ts";

/** The book behind `ranOn()` and `report()`. */
export class Journal {
  readonly #counts = new Map<string, number>();
  readonly #refused = new Map<string, string>();

  /** Counts a kernel that ran. */
  ran(kernel: string): void {
    this.#counts.set(kernel, (this.#counts.get(kernel) ?? 0) + 1);
  }

  refuse(what: string, why: string): void {
    this.#refused.set(what, why);
  }

  counts(): DeviceReport["ran"] {
    return Object.fromEntries([...this.#counts].sort(([a], [b]) => (a < b ? -1 : 1)));
  }

  refusals(): DeviceReport["refused"] {
    return [...this.#refused].map(([what, why]) => ({ what, why }));
  }
}
