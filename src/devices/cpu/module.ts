import { plain, relaxed } from "./kernels.generated.ts";

/** A compiled module, and whether its multiplications and additions go into one instruction. */
export interface Compiled {
  readonly module: WebAssembly.Module;
  readonly relaxed: boolean;
}

/** The kernels for shared memory or memory of its own, with relaxed SIMD where that is wanted and the engine has it. */
export function compiled(shared: boolean, wanted: boolean): Compiled {
  const slow = bytesOf(plain);
  const fast = edited(slow, bytesOf(relaxed));
  for (const bytes of [slow, fast]) takeMemory(bytes, shared);
  const isRelaxed = wanted && WebAssembly.validate(fast);
  return { module: new WebAssembly.Module(isRelaxed ? fast : slow), relaxed: isRelaxed };
}

function bytesOf(text: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
}

/** Says in a module whether its memory is shared: in a flag behind the import's two names and its kind, 2. */
function takeMemory(module: Uint8Array, shared: boolean): void {
  const names = Array.from("\u0003env\u0006memory\u0002", (character) => character.charCodeAt(0));
  const at = module.findIndex((_, i) => names.every((byte, j) => module[i + j] === byte));
  module[at + names.length] = shared ? 3 : 1;
}

/**
 * Bytes made of others by edits: again and again how many bytes of its own come next and these, then from where on and how
 * many are those of `from`. Four bytes a number, little endian. Written by scripts/kernels.mjs.
 */
function edited(from: Uint8Array, edits: Uint8Array): Uint8Array<ArrayBuffer> {
  const numbers = new DataView(edits.buffer, edits.byteOffset, edits.byteLength);
  const made: number[] = [];
  for (let at = 0; at < edits.length; ) {
    const own = numbers.getUint32(at, true);
    at += 4 + own;
    for (const byte of edits.subarray(at - own, at)) made.push(byte);
    const [begin, length] = [numbers.getUint32(at, true), numbers.getUint32(at + 4, true)];
    for (const byte of from.subarray(begin, begin + length)) made.push(byte);
    at += 8;
  }
  return Uint8Array.from(made);
}
