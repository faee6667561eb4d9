const bits = 2n ** 64n - 1n;

/** Output `index` of splitmix64 seeded with 0 (Steele, Lea & Flood 2014); `counter.py` has the same. */
export function splitmix64(index: number): bigint {
  let z = ((BigInt(index) + 1n) * 0x9e3779b97f4a7c15n) & bits;
  z = ((z ^ (z >> 30n)) * 0xbf58476d1ce4e5b9n) & bits;
  z = ((z ^ (z >> 27n)) * 0x94d049bb133111ebn) & bits;
  return z ^ (z >> 31n);
}

/** U(-a, a) from counters start, start + 1, ...: the top 53 bits, mapped from [0, 1). */
export function uniform(start: number, count: number, a: number): Float64Array {
  return Float64Array.from({ length: count }, (_, i) => ((Number(splitmix64(start + i) >> 11n) / 2 ** 53) * 2 - 1) * a);
}
