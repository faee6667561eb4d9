import type { Life, Storage } from "../devices/device.ts";

/** Whatever holds storages (Tensor, Gradients), so that `scope` finds them in what it returns. */
export abstract class Holder {
  /** @internal */
  abstract storages(): Iterable<Storage>;
}

/** An open scope: what it will free, and how many it lies in, itself included. */
interface Scope {
  readonly made: Set<Storage>;
  readonly depth: number;
  readonly outer: Scope | undefined;
}

let current: Scope | undefined;

function lifeOf(storage: Storage): Life {
  storage.life ??= { holds: 0, depth: Number.POSITIVE_INFINITY };
  return storage.life;
}

/** Tells the open scope of a new storage. */
export function track(storage: Storage): void {
  current?.made.add(storage);
}

/** Notes that a tensor of this storage was made here. */
export function share(storage: Storage): void {
  const life = lifeOf(storage);
  life.depth = Math.min(life.depth, current?.depth ?? 0);
}

/** Notes that a Parameter or Buffer took the storage as its value. */
export function hold(storage: Storage): void {
  lifeOf(storage).holds++;
}

/**
 * Notes that it took another. When no variable has the storage any more, it goes to the scope in which the outermost
 * tensor of it was made, and so back to the device; if that was outside every scope, to the garbage collector.
 */
export function release(storage: Storage): void {
  const life = lifeOf(storage);
  life.holds--;
  if (life.holds > 0 || life.depth === 0) return;
  let home = current;
  while (home && home.depth > life.depth) home = home.outer;
  if (home) home.made.add(storage);
  else storage.free(); // every scope in which there was a tensor of it has ended
}

/**
 * Whether one Parameter or Buffer alone has the storage: no tensor of it was made outside of every scope or in one that is
 * still open. When that variable takes another, nobody can read this one again.
 */
export function heldAlone(storage: Storage): boolean {
  const { holds, depth } = lifeOf(storage);
  return holds === 1 && depth > (current?.depth ?? 0);
}

/** Takes what `value` holds out of every scope: it stays until nothing refers to it. Returns `value`. */
export function keep<T>(value: T): T {
  for (const storage of storagesIn(value)) {
    lifeOf(storage).depth = 0;
    hold(storage);
  }
  return value;
}

/**
 * Runs `f` and frees every tensor made inside that is not returned (looked for in arrays, plain objects, Maps and
 * Gradients) and was not kept by `keep` or as the value of a Parameter or Buffer. What is returned passes to the
 * surrounding scope, if there is one. An async function is refused: its tensors would be made after the scope closed.
 */
export function scope<T>(f: () => T): T {
  const outer = current;
  const inner: Scope = { made: new Set(), depth: (outer?.depth ?? 0) + 1, outer };
  current = inner;
  let result: T | undefined;
  try {
    result = refusePromise("scope", f());
  } finally {
    current = outer;
    for (const storage of storagesIn(result)) {
      share(storage);
      if (!inner.made.delete(storage)) continue;
      if (outer) track(storage);
      else storage.park?.();
    }
    for (const storage of inner.made) if (lifeOf(storage).holds === 0) storage.free();
  }
  return result;
}

/** Frees a storage before its scope ends, if the innermost scope made it and nothing holds it. */
export function letGo(storage: Storage): void {
  if (current?.made.has(storage) && lifeOf(storage).holds === 0) {
    current.made.delete(storage);
    storage.free();
  }
}

/** The same for all that the innermost scope has made so far, but for what is needed. */
export function sweep(needed: { has(storage: Storage): boolean }): void {
  for (const storage of current?.made ?? []) if (!needed.has(storage)) letGo(storage);
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
