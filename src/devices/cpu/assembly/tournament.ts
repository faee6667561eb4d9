/**
 * A tournament of blocks, in which each meets each other one once, and none meets two in a round: what the meetings of
 * a round write lies apart. The blocks sit in a ring of odd length, and beside it the last of an even number. In round
 * r, of as many as the ring is long, block r meets the one beside the ring, and those k places after and before r meet.
 * Then there is a round in which each block meets itself. The rounds and their meetings are counted in
 * src/devices/cpu/tournament.ts.
 */

/** The first block of meeting k. */
export function guest(blocks: i32, round: i32, k: i32): i32 {
  const ring = (blocks - 1) | 1;
  return round === ring ? k : (round + k) % ring;
}

/** The second; one without points, past the last, where nobody sits beside the ring. */
export function host(blocks: i32, round: i32, k: i32): i32 {
  const ring = (blocks - 1) | 1;
  if (round === ring) return k;
  return k === 0 ? ring : (round + ring - k) % ring;
}
