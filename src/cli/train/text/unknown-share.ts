/** Share of the words that are not known, 0 in sentences as numbers of words, in 0..1. */
export function unknownShare(sentences: readonly Int32Array[]): number {
  const words = sentences.flatMap((sentence) => [...sentence]);
  return words.filter((word) => word === 0).length / words.length;
}
