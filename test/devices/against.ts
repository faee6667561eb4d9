import { vi } from "vitest";
import type { Machine } from "../../src/devices/cpu/machine.ts";
import type { CpuStorage } from "../../src/devices/cpu/storage.ts";
import type { Device, Floats, Storage } from "../../src/devices/device.ts";
import { numbers } from "./cases/numbers.ts";

/** Fills the memory that the next launches will use with NaN: who reads what nobody wrote shows it. */
export function soil(device: Device): void {
  const storages = [10, 1000, 1e4, 2e5].map((n) => device.upload(new Float32Array(n).fill(Number.NaN)));
  for (const storage of storages) storage.free();
}

/**
 * Where `got` is farther from `wanted` than sums of `terms` numbers of size about 1 may be in float32, or not the same
 * infinity or NaN. Empty if nowhere.
 */
export function firstFault(got: Floats, wanted: Floats, terms: number): string {
  if (got.length !== wanted.length) return `${got.length} numbers instead of ${wanted.length}`;
  const bound = 2e-6 * Math.sqrt(Math.max(1, terms));
  const wrong = wanted.findIndex((w, i) =>
    Number.isFinite(w) ? !(Math.abs(got[i] - w) <= bound * Math.max(1, Math.abs(w))) : !Object.is(got[i], w),
  );
  return wrong < 0 ? "" : `[${wrong}] is ${got[wrong]} instead of ${wanted[wrong]}`;
}

/**
 * Where a launch on inputs of these sizes wrote outside its results, its scratch memory and the integers it was passed:
 * the first address, negative if there is none. Launches twice: the first time for memory to grow. `owned` may say that
 * of the scratch memory asked for, in floats, a launch owns less, as if it had asked for less.
 */
export function strayWrite(
  machine: Machine,
  sizes: readonly number[],
  launch: (machine: Machine, inputs: readonly Storage[]) => Storage | readonly Storage[],
  owned: (count: number) => number = (count) => count,
): number {
  const given = sizes.map((size) => machine.allocate(size));
  const results = (): Storage[] => [launch(machine, given)].flat();
  for (const y of results()) y.free();
  const words = (): Uint32Array => new Uint32Array(machine.floats(0, machine.pool.capacity / 4).buffer);
  words().fill(0x7fc12345, machine.integers([]) / 4 + 1024); // a NaN that no kernel makes of numbers
  // Were they NaN, what kernels make of them would be the same NaN, and its stray writes not seen.
  for (const x of given) machine.floats(machine.at(x), x.size).set(numbers(x.size, 1).map(Math.abs));
  const before = words().slice();

  const own: [address: number, count: number][] = [[machine.integers([]), 1024]];
  const scratch = machine.scratch.bind(machine);
  const spy = vi.spyOn(machine, "scratch").mockImplementation((count, f) =>
    scratch(count, (address) => {
      own.push([address, owned(count)]);
      return f(address);
    }),
  );
  const made = results();
  spy.mockRestore();
  for (const y of made) own.push([machine.at(y), y.size]);
  const after = words().slice();
  for (const [address, count] of own) after.set(before.subarray(address / 4, address / 4 + count), address / 4);
  return 4 * after.findIndex((word, i) => word !== before[i]);
}

/**
 * An input that ends where memory ends, with room before it for what a launch needs: who reads past it traps. Checks with
 * `grown` that the room sufficed. size: a multiple of 16.
 */
export function atTheEnd(machine: Machine, size: number): { x: CpuStorage; grown(): boolean } {
  const room = machine.allocate(4_000_000);
  const next = machine.allocate(100_000); // memory grows for it, by far more
  const { capacity } = machine.pool;
  machine.allocate((capacity - next.address) / 4 - next.size - size);
  let x = machine.allocate(size);
  while (x.address < next.address) x = machine.allocate(size); // what is free before is filled first
  if (x.address + 4 * size !== capacity)
    throw new Error(`the input ends ${capacity - x.address - 4 * size} bytes before memory does`);
  machine.floats(x.address, size).set(numbers(size, 1));
  room.free();
  return { x, grown: () => machine.pool.capacity !== capacity };
}
