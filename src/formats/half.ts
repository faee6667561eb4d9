/** The number that 16 bits hold as an IEEE 754 half: sign, 5 bits of exponent, 10 of fraction. A float32 holds it too. */
export function halfPrecision(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 31;
  const fraction = bits & 1023;
  if (exponent === 31) return fraction === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN;
  return sign * (exponent === 0 ? fraction * 2 ** -24 : (1024 + fraction) * 2 ** (exponent - 25));
}

/** All the halves that fill `body`, as floats of 32 bits. */
export function halves(body: ArrayBuffer): Float32Array {
  const halves = new Uint16Array(body);
  const bits = new Uint32Array(halves.length);
  const out = new Float32Array(bits.buffer);
  for (let i = 0; i < halves.length; i++) {
    const size = halves[i] & 0x7fff;
    // Nearly all are neither below 2^-14 nor infinite nor NaN: only the exponent starts from another number.
    if (size >= 0x0400 && size < 0x7c00) bits[i] = ((halves[i] & 0x8000) << 16) | ((size << 13) + 0x38000000);
    else out[i] = halfPrecision(halves[i]);
  }
  return out;
}
