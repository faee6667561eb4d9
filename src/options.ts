/** Throws unless `given` is an object whose keys are all in `known`: a misspelt option must not pass. Returns `given`. */
export function checkOptions<T extends object>(what: string, given: T, known: readonly (keyof T & string)[]): T {
  if (typeof given !== "object" || given === null) {
    throw new TypeError(`${what}: options must be an object { ${known.join(", ")} }, got ${String(given)}`);
  }
  for (const key of Object.keys(given)) {
    if (!(known as readonly string[]).includes(key)) {
      throw new TypeError(`${what}: unknown option "${key}": it takes ${known.join(", ")}`);
    }
  }
  return given;
}

/** Whether a value is an object, not an array or null. */
export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
