import type { Storage } from "../devices/device.ts";

/** Whatever holds storages (Tensor, Gradients), so that `scope` finds them in what it returns. */
export abstract class Holder {
  /** @internal */
  abstract storages(): Iterable<Storage>;
}

/** What the innermost open scope has made so far; undefined outside every scope. */
let current: Set<Storage> | undefined;

/** What no scope frees. */
const kept = new WeakSet<Storage>();

/** Tells the open scope of a new storage. */
export function track(storage: Storage): void {
  current?.add(storage);
}

/** Takes what `value` holds out of every scope: it stays until nothing refers to it. Returns `value`. */
export function keep<T>(value: T): T {
  for (const storage of storagesIn(value)) kept.add(storage);
  return value;
}

/**
 * Runs `f` and frees every tensor made inside that is not returned (looked for in arrays, plain objects, Maps and
 * Gradients) and was not kept by `keep` or as the value of a Parameter or Buffer. What is returned passes to the
 * surrounding scope, if there is one. An async function is refused: its tensors would be made after the scope closed.
 */
export function scope<T>(f: () => T): T {
  const outer = current;
  const made = new Set<Storage>();
  current = made;
  let result: T | undefined;
  try {
    result = refusePromise("scope", f());
  } finally {
    current = outer;
    for (const storage of storagesIn(result)) {
      if (made.delete(storage)) track(storage);
    }
    for (const storage of made) if (!kept.has(storage)) storage.free();
  }
  return result;
}

export function refusePromise<T>(what: string, result: T): T {
  if (typeof (result as { then?: unknown } | undefined)?.then === "function") {
    (result as { then(done: () => void, failed: () => void): void }).then(
      () => {},
      () => {},
    );
    throw new TypeError(`${what}: the function must be synchronous, not return a promise; await outside of it`);
  }
  return result;
}

function* storagesIn(value: unknown, seen: Set<unknown> = new Set()): Generator<Storage> {
  if (typeof value !== "object" || value === null || seen.has(value)) return;
  seen.add(value);
  if (value instanceof Holder) yield* value.storages();
  else if (Array.isArray(value) || value instanceof Map || value instanceof Set) {
    for (const item of value.values()) yield* storagesIn(item, seen);
  } else if (Object.getPrototypeOf(value) === Object.prototype) {
    for (const item of Object.values(value)) yield* storagesIn(item, seen);
  }
}
