import type { Features } from "../encode.ts";

/** Characters that are counted: the most frequent ones. */
const most = 64;

/** How often each of the most frequent characters of `known` occurs in a sentence, less its mean and by its deviation there. */
export function characterCounts(
  known: readonly string[],
  asked: readonly string[],
): [known: Features, asked: Features] {
  const totals = new Map<string, number>();
  for (const sentence of known) for (const sign of sentence) totals.set(sign, (totals.get(sign) ?? 0) + 1);
  const signs = [...totals]
    .sort(([a, n], [b, m]) => m - n || (a < b ? -1 : 1))
    .slice(0, most)
    .map(([sign]) => sign);
  const places = new Map(signs.map((sign, c) => [sign, c]));
  const d = signs.length;
  const counted = (sentences: readonly string[]): Float32Array => {
    const counts = new Float32Array(sentences.length * d);
    sentences.forEach((sentence, i) => {
      for (const sign of sentence) {
        const c = places.get(sign);
        if (c !== undefined) counts[i * d + c]++;
      }
    });
    return counts;
  };
  const [learnt, met] = [counted(known), counted(asked)];
  for (let c = 0; c < d; c++) {
    let [sum, squares] = [0, 0];
    for (let i = c; i < learnt.length; i += d) {
      sum += learnt[i];
      squares += learnt[i] ** 2;
    }
    const mean = sum / known.length;
    const deviation = Math.sqrt(Math.max(0, squares / known.length - mean ** 2)) || 1;
    for (const counts of [learnt, met])
      for (let i = c; i < counts.length; i += d) counts[i] = (counts[i] - mean) / deviation;
  }
  return [
    { data: learnt, shape: [known.length, d] },
    { data: met, shape: [asked.length, d] },
  ];
}
