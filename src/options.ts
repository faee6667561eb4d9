/** Throws if `given` has a key that is not in `known`: a misspelt option must not pass unseen. Returns `given`. */
export function checkOptions<T extends object>(what: string, given: T, known: readonly (keyof T & string)[]): T {
  for (const key of Object.keys(given)) {
    if (!(known as readonly string[]).includes(key)) {
      const list = known.length === 0 ? "it takes none" : `it takes ${known.join(", ")}`;
      throw new TypeError(`${what}: unknown option "${key}": ${list}`);
    }
  }
  return given;
}
