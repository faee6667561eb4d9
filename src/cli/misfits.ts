/**
 * Where `value` is not made as `like` is: the same keys, numbers for numbers; a list of numbers may have another
 * length, other lists hold what they like.
 */
export function misfits(name: string, value: unknown, like: unknown): string[] {
  if (typeof like !== "object" || like === null) {
    const fits = typeof value === typeof like && (typeof value !== "number" || Number.isFinite(value));
    return fits
      ? []
      : [`${name}: needs a ${typeof like}, ${value === undefined ? "is missing" : `got ${JSON.stringify(value)}`}`];
  }
  if (typeof value !== "object" || value === null || Array.isArray(value) !== Array.isArray(like)) {
    return [
      `${name}: ${value === undefined ? "is missing" : `needs ${JSON.stringify(Object.keys(like))}, got ${JSON.stringify(value)}`}`,
    ];
  }
  if (Array.isArray(like)) {
    const numbers = like.length > 0 && like.every((item) => typeof item === "number");
    return numbers && Array.isArray(value) ? value.flatMap((item, i) => misfits(`${name}.${i}`, item, 0)) : [];
  }
  const given = new Map(Object.entries(value));
  return Object.entries(like).flatMap(([key, part]) => misfits(`${name}.${key}`, given.get(key), part));
}

/** The same for each item of a list of any length. */
export function misfitsOfEach(name: string, value: unknown, like: unknown): string[] {
  if (!Array.isArray(value))
    return [`${name}: needs a list, ${value === undefined ? "is missing" : `got ${JSON.stringify(value)}`}`];
  return value.flatMap((item, i) => misfits(`${name}[${i}]`, item, like));
}
