import { describe, expect, it } from "vitest";
import type { Storage } from "../../src/devices/device.ts";
import { logPotential, potentialGradient } from "../../src/devices/gpu/potential.ts";
import type { Run } from "../../src/devices/gpu/program.ts";
import { reference } from "../../src/devices/reference/reference.ts";

/** Issues nothing and keeps count of the numbers that are held. */
class Ledger {
  held = 0;
  most = 0;

  readonly run: Run = ({ size, inputs }) => {
    if (inputs.some((x) => x.freed)) throw new Error("a launch reads what was freed");
    return this.storage(size);
  };

  storage(size: number): Storage {
    this.held += size;
    this.most = Math.max(this.most, this.held);
    let freed = false;
    const device = reference("float32");
    return {
      ...{ device, size },
      get freed() {
        return freed;
      },
      free: () => {
        if (!freed) this.held -= size;
        freed = true;
      },
      read: () => Promise.reject(new Error("nothing is there to read")),
      readSync: () => new Float32Array(size),
    };
  }
}

/** Points x, others or none, and the numbers that may be under way: a stretch of pairs, and what is left of a few. */
const sets: [n: number, m: number | undefined, d: number][] = [
  [2, undefined, 1],
  [1024, undefined, 8],
  [4096, undefined, 128],
  [9000, undefined, 2],
  [64, 100_000, 16],
  [100_000, 64, 16],
];

describe.each(sets)("%d points, %s others, d = %d", (n, m, d) => {
  const stretch = Math.min(2 ** 20, n * (m ?? n));

  it("logPotential holds a stretch of the pairs at a time and leaves nothing but its result", () => {
    const ledger = new Ledger();
    const [x, y] = [n * d, (m ?? 0) * d].map((size) => ledger.storage(size));
    const given = ledger.held;
    const total = logPotential(ledger.run, x, m ? y : undefined, ledger.storage(1), n, m ?? n, d);
    expect(total.size).toBe(1);
    expect(ledger.held).toBe(given + 1);
    expect(ledger.most).toBeLessThanOrEqual(given + stretch + 2 * 1024 + 1);
  });

  it("potentialGradient too, beside its sums so far and the next ones", () => {
    const ledger = new Ledger();
    const [x, y] = [n * d, (m ?? 0) * d].map((size) => ledger.storage(size));
    const total = ledger.storage(1);
    const given = ledger.held;
    const gradient = potentialGradient(ledger.run, x, total, m ? y : undefined, ledger.storage(1), n, m ?? n, d);
    expect(gradient.size).toBe(n * d);
    expect(ledger.held).toBe(given + n * d);
    expect(ledger.most).toBeLessThanOrEqual(given + stretch + 2 * n * d + 1);
    expect([x, y, total].some((input) => input.freed)).toBe(false);
  });
});
