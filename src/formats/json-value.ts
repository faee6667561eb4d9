/** A value out of JSON as errors show it, however long and deep it is. */
export function described(value: unknown): string {
  if (value === undefined) return "none";
  if (typeof value === "string") return JSON.stringify(value.slice(0, 40));
  if (Array.isArray(value)) return value.length > 0 ? `an array of ${value.length}` : "[]";
  return typeof value === "object" && value !== null ? "an object" : String(value);
}

/** A label out of JSON as a text. Throws, after `where`, for what is no text or number and for the empty text. */
export function jsonLabel(value: unknown, where: string): string {
  if (["string", "number", "boolean"].includes(typeof value) && value !== "") return String(value);
  throw new Error(`${where}: needs a text or a number for a label, got ${described(value)}`);
}
