/** The smallest module with a vector in it: (func (drop (v128.const 0))) */
const probe = new Uint8Array([
  ...[0, 97, 115, 109, 1, 0, 0, 0], // magic, version
  ...[1, 4, 1, 96, 0, 0], // types: () -> ()
  ...[3, 2, 1, 0], // functions: one of that type
  ...[10, 23, 1, 21, 0, 253, 12, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 26, 11], // code
]);

/** Why WebAssembly with SIMD cannot be had here; undefined where it can. */
export function simdMissing(): string | undefined {
  if (typeof WebAssembly !== "object") return "this JavaScript engine has no WebAssembly";
  if (!WebAssembly.validate(probe)) return "this JavaScript engine has no WebAssembly SIMD";
  return undefined;
}
