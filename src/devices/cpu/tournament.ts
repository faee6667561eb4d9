/** Meetings in each round of a tournament of blocks (assembly/tournament.ts). */
export function tournament(blocks: number): number[] {
  const ring = (blocks - 1) | 1;
  return [...Array<number>(ring).fill((ring + 1) / 2), blocks];
}
