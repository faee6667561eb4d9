const bits = 2n ** 64n - 1n;
const weyl = 0x9e3779b97f4a7c15n;

/** Output `index` of splitmix64 seeded with 0 (Steele, Lea & Flood 2014); `counter.py` has the same. */
export function splitmix64(index: number): bigint {
  let z = ((BigInt(index) + 1n) * weyl) & bits;
  z = ((z ^ (z >> 30n)) * 0xbf58476d1ce4e5b9n) & bits;
  z = ((z ^ (z >> 27n)) * 0x94d049bb133111ebn) & bits;
  return z ^ (z >> 31n);
}

/**
 * U(-a, a) from counters start, start + 1, ...: the top 53 bits of `splitmix64`, mapped from [0, 1). In halves of 32 bits,
 * some 20 times as quick as whole numbers of any size: an encoder may have 58 million weights.
 */
export function uniform(start: number, count: number, a: number): Float64Array {
  const out = new Float64Array(count);
  const first = ((BigInt(start) + 1n) * weyl) & bits;
  let [high, low] = [Number(first >> 32n), Number(first & 0xffffffffn)]; // of the Weyl sequence
  for (let i = 0; i < count; i++) {
    let [h, l] = [high, low];
    l ^= (h << 2) | (l >>> 30); // z ^= z >> 30
    h ^= h >>> 30;
    h = productHigh(h, l, 0xbf58476d, 0x1ce4e5b9);
    l = Math.imul(l, 0x1ce4e5b9);
    l ^= (h << 5) | (l >>> 27); // z ^= z >> 27
    h ^= h >>> 27;
    h = productHigh(h, l, 0x94d049bb, 0x133111eb);
    l = Math.imul(l, 0x133111eb);
    l ^= (h << 1) | (l >>> 31); // z ^= z >> 31
    h ^= h >>> 31;
    out[i] = ((((h >>> 0) * 2 ** 21 + (l >>> 11)) / 2 ** 53) * 2 - 1) * a;
    low += 0x7f4a7c15;
    high = (high + 0x9e3779b9 + (low >= 2 ** 32 ? 1 : 0)) >>> 0;
    low >>>= 0;
  }
  return out;
}

/** Upper half of the lower 64 bits of (h, l) times (ch, cl). */
function productHigh(h: number, l: number, ch: number, cl: number): number {
  const [l0, l1, c0, c1] = [l & 0xffff, l >>> 16, cl & 0xffff, cl >>> 16];
  const t = l1 * c0 + ((l0 * c0) >>> 16);
  const u = l0 * c1 + (t & 0xffff);
  const carried = l1 * c1 + (t >>> 16) + (u >>> 16); // the upper half of l times cl
  return (carried + Math.imul(h, cl) + Math.imul(l, ch)) | 0;
}
