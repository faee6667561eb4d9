/** Powers of ten that a double holds exactly. */
const exact = Array.from({ length: 23 }, (_, k) => 10 ** k);

/**
 * The double nearest to the decimal number in ASCII that `bytes` from .. to − 1 are; NaN where they are anything else,
 * infinite beyond the doubles. Digits below 2^53 times or over a power of ten up to 10^22 take one rounding, so it is right (Clinger 1990, "How to read floating point numbers accurately"); all others go by `Number`.
 */
export function parseDecimal(bytes: Uint8Array, from: number, to: number): number {
  let at = from;
  const negative = bytes[at] === 45;
  if (at < to && (negative || bytes[at] === 43)) at++;
  let [mantissa, digits, scale] = [0, 0, 0];
  for (let digit = 0; at < to; at++, digits++) {
    digit = bytes[at] - 48;
    if (digit < 0 || digit > 9) break;
    mantissa = mantissa * 10 + digit;
  }
  if (at < to && bytes[at] === 46) {
    const point = ++at;
    for (let digit = 0; at < to; at++, digits++) {
      digit = bytes[at] - 48;
      if (digit < 0 || digit > 9) break;
      mantissa = mantissa * 10 + digit;
    }
    scale = point - at;
  }
  if (digits === 0) return Number.NaN;
  if (at < to && (bytes[at] | 32) === 101) {
    at++;
    const below = bytes[at] === 45;
    if (at < to && (below || bytes[at] === 43)) at++;
    if (at === to) return Number.NaN;
    let exponent = 0;
    for (; at < to; at++) {
      const digit = bytes[at] - 48;
      if (digit < 0 || digit > 9) return Number.NaN;
      exponent = exponent * 10 + digit;
    }
    scale += below ? -exponent : exponent;
  }
  if (at !== to) return Number.NaN;
  if (mantissa <= Number.MAX_SAFE_INTEGER && scale >= -22 && scale <= 22) {
    const size = scale < 0 ? mantissa / exact[-scale] : mantissa * exact[scale];
    return negative ? -size : size;
  }
  return Number(latin1(bytes, from, to));
}

function latin1(bytes: Uint8Array, from: number, to: number): string {
  let text = "";
  for (let at = from; at < to; at++) text += String.fromCharCode(bytes[at]);
  return text;
}
