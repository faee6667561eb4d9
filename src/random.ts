/** A generator's whole state: four 32-bit words, plain data that survives JSON. */
export interface RandomState {
  readonly algorithm: "xoshiro128**";
  readonly words: readonly [number, number, number, number];
}

/**
 * The only source of randomness: xoshiro128** 1.1 (Blackman & Vigna, "Scrambled linear pseudorandom number generators",
 * 2018), seeded by splitmix32. The stream of every method is pinned by a test: the same seed gives the same numbers in
 * every release.
 */
export class Random {
  #words = new Uint32Array(4);

  /** `seed` is a whole number in 0..2^53-1; throws otherwise. */
  constructor(seed: number) {
    if (!Number.isSafeInteger(seed) || seed < 0) {
      throw new RangeError(`generator: the seed must be a whole number in 0..2^53-1, got ${seed}`);
    }
    this.#fill(seed >>> 0, Math.floor(seed / 2 ** 32));
  }

  /** splitmix32: a Weyl sequence through a 32-bit finaliser; `high` enters every other word, so all 53 bits count. */
  #fill(low: number, high: number): void {
    let state = low;
    for (let i = 0; i < 4; i++) {
      state = (state + 0x9e3779b9) | 0;
      let z = i % 2 === 0 ? state : state ^ Math.imul(high, 0x85ebca6b);
      z = Math.imul(z ^ (z >>> 16), 0x21f0aaad);
      z = Math.imul(z ^ (z >>> 15), 0x735a2d97);
      this.#words[i] = z ^ (z >>> 15);
    }
  }

  /** The next 32 random bits as an unsigned integer. */
  bits(): number {
    const s = this.#words;
    const x = Math.imul(s[1], 5);
    const result = Math.imul((x << 7) | (x >>> 25), 9) >>> 0;
    const t = s[1] << 9;
    s[2] ^= s[0];
    s[3] ^= s[1];
    s[1] ^= s[2];
    s[0] ^= s[3];
    s[2] ^= t;
    s[3] = (s[3] << 11) | (s[3] >>> 21);
    return result;
  }

  /** Uniform in [0, 1) with 53 random bits. */
  float(): number {
    return ((this.bits() >>> 5) * 2 ** 26 + (this.bits() >>> 6)) / 2 ** 53;
  }

  /**
   * Uniform whole number in 0..n-1, without bias: draws past the last whole multiple of n are thrown away.
   * Throws unless n is a whole number in 1..2^32.
   */
  below(n: number): number {
    if (!Number.isInteger(n) || n < 1 || n > 2 ** 32) throw new RangeError(`below: n must be in 1..2^32, got ${n}`);
    const limit = 2 ** 32 - (2 ** 32 % n);
    let x = this.bits();
    while (x >= limit) x = this.bits();
    return x % n;
  }

  /** Fills `out` from U(low, high). */
  fillUniform(out: Float32Array | Float64Array, low: number = 0, high: number = 1): void {
    for (let i = 0; i < out.length; i++) out[i] = low + (high - low) * this.float();
  }

  /** Fills `out` from N(mean, std^2) by Box-Muller, two values a pair of draws; a last odd value drops its partner. */
  fillNormal(out: Float32Array | Float64Array, mean: number = 0, std: number = 1): void {
    for (let i = 0; i < out.length; i += 2) {
      const radius = Math.sqrt(-2 * Math.log(1 - this.float()));
      const angle = 2 * Math.PI * this.float();
      out[i] = mean + std * radius * Math.cos(angle);
      if (i + 1 < out.length) out[i + 1] = mean + std * radius * Math.sin(angle);
    }
  }

  /** A uniformly random order of 0..n-1 (Fisher-Yates). Throws unless n is a whole number >= 0. */
  permutation(n: number): Int32Array {
    if (!Number.isInteger(n) || n < 0) throw new RangeError(`permutation: n must be a whole number >= 0, got ${n}`);
    const order = Int32Array.from({ length: n }, (_, i) => i);
    for (let i = n - 1; i > 0; i--) {
      const j = this.below(i + 1);
      [order[i], order[j]] = [order[j], order[i]];
    }
    return order;
  }

  /** An independent stream that depends on this one's present state and `name` alone; this one does not move. */
  fork(name: string): Random {
    let low = 0x811c9dc5; // FNV-1a over the state's words and the name's code points
    for (const unit of [...this.#words, ...Array.from(name, (c) => c.codePointAt(0) ?? 0)]) {
      low = Math.imul(low ^ unit, 0x01000193);
      low ^= low >>> 15;
    }
    const child = new Random(0);
    child.#fill(low, this.#words[0] ^ this.#words[3]);
    return child;
  }

  getState(): RandomState {
    const [a, b, c, d] = this.#words;
    return { algorithm: "xoshiro128**", words: [a, b, c, d] };
  }

  /** Continues from a state that `getState` gave. Throws if it is not one. */
  setState(state: RandomState): void {
    const { algorithm, words } = state;
    const valid = words.length === 4 && words.every((w) => Number.isInteger(w) && w >= 0 && w < 2 ** 32);
    if (algorithm !== "xoshiro128**" || !valid || words.every((w) => w === 0)) {
      throw new RangeError("generator: setState needs a state from getState: xoshiro128**, four 32-bit words");
    }
    this.#words.set(words);
  }
}
