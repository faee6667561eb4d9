/** A share in 0..1 as percent, and nothing for what was not measured. */
export function percent(share: number | undefined, decimals: number = 2): string {
  return share === undefined ? "" : `${(100 * share).toFixed(decimals)}%`;
}

/** A mean and its standard error in columns that are compared: three decimals of both, where `withError` has as many as count. */
export function plusMinus({
  value,
  standardError,
}: {
  readonly value: number;
  readonly standardError: number;
}): string {
  return `${value.toFixed(3)} ±${standardError.toFixed(3)}`;
}

/** A number and its standard error, which is "" where it has none: as many decimals of both as tell two digits of the error. */
export function withError(
  value: number | undefined,
  standardError: number | undefined,
): [value: string, error: string] {
  if (value === undefined || standardError === undefined) return [short(value), ""];
  const decimals = Math.max(3, 1 - Math.floor(Math.log10(standardError)));
  if (!(decimals <= 8 && Math.abs(value) < 1e5)) return [short(value), short(standardError)]; // no error, or none to speak of
  return [value.toFixed(decimals), standardError.toFixed(decimals)];
}

/** A number in at most nine letters: three decimals, of small ones two digits; a dash where there is none. */
export function short(value: number | undefined): string {
  if (value === undefined || Number.isNaN(value)) return "–";
  const size = Math.abs(value);
  if (Number.isInteger(value) && size < 1e5) return String(value);
  if (size < 0.01) return String(Number(value.toPrecision(2)));
  return size < 1e5 ? value.toFixed(3) : value.toPrecision(3);
}

/** A whole number with commas, without the half a megabyte of rules that `toLocaleString` would load. */
export function counted(n: number): string {
  return String(n).replace(/\B(?=(\d{3})+$)/g, ",");
}
