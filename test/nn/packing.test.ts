import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Packing } from "../../src/index.ts";

/** Up to a dozen sequences of up to nine items. */
const lengths = fc.array(fc.integer({ min: 1, max: 9 }), { maxLength: 12 });

/** Checks for sequences of all sorts of lengths. */
const holds = (check: (packing: Packing, lengths: readonly number[]) => void): void =>
  fc.assert(
    fc.property(lengths, (given) => check(new Packing(given), given)),
    { seed: 1, numRuns: 300 },
  );

describe("Packing", () => {
  it("is PyTorch's PackedSequence, by hand", () => {
    const packing = new Packing([2, 3, 1, 3]);
    expect([...packing.batchSizes]).toEqual([4, 3, 2]);
    expect([...packing.sortedIndices]).toEqual([1, 3, 0, 2]);
    expect([...packing.unsortedIndices]).toEqual([2, 0, 3, 1]);
    expect([...packing.rows((sequence, place) => 10 * sequence + place)]).toEqual([10, 30, 0, 20, 11, 31, 1, 12, 32]);
    expect([...packing.firstRows()]).toEqual([2, 0, 3, 1]);
    expect([...packing.lastRows()]).toEqual([6, 7, 3, 8]);
    expect([packing.sequences, packing.items]).toEqual([4, 9]);
  });

  it("gives every item of every sequence one row, and every row an item", () => {
    holds((packing, given) => {
      const places = [...packing.rows((sequence, place) => 100 * sequence + place)];
      const wanted = given.flatMap((length, sequence) => Array.from({ length }, (_, place) => 100 * sequence + place));
      expect(places.sort((a, b) => a - b)).toEqual(wanted);
    });
  });

  it("has sizes that fall, at least 1, of as many items as there are", () => {
    holds((packing, given) => {
      const sizes = [...packing.batchSizes];
      expect(sizes).toEqual(sizes.toSorted((a, b) => b - a));
      expect(sizes.every((size) => size >= 1)).toBe(true);
      expect(sizes).toHaveLength(Math.max(0, ...given));
      expect(sizes.reduce((sum, size) => sum + size, 0)).toBe(packing.items);
      expect(sizes[0] ?? 0).toBe(packing.sequences);
    });
  });

  it("keeps the i-th sequence in the i-th row of each place", () => {
    holds((packing) => {
      const sequences = packing.rows((sequence) => packing.unsortedIndices[sequence]);
      const ranks = Array.from(packing.batchSizes, (size) => Array.from({ length: size }, (_, rank) => rank));
      expect([...sequences]).toEqual(ranks.flat());
    });
  });

  it("names the first and the last row of each sequence", () => {
    holds((packing, given) => {
      const [sequences, places] = [packing.rows((sequence) => sequence), packing.rows((_, place) => place)];
      const [first, last] = [packing.firstRows(), packing.lastRows()];
      expect(Array.from(first, (row) => [sequences[row], places[row]])).toEqual(given.map((_, i) => [i, 0]));
      expect(Array.from(last, (row) => [sequences[row], places[row]])).toEqual(
        given.map((length, i) => [i, length - 1]),
      );
    });
  });

  it("sorts the longest first, of equal ones the earlier, and knows the way back", () => {
    holds(({ sortedIndices, unsortedIndices }, given) => {
      expect(Array.from(sortedIndices, (sequence) => unsortedIndices[sequence])).toEqual([...sortedIndices.keys()]);
      for (let rank = 1; rank < sortedIndices.length; rank++) {
        const [a, b] = [sortedIndices[rank - 1], sortedIndices[rank]];
        expect(given[a] > given[b] || (given[a] === given[b] && a < b)).toBe(true);
      }
    });
  });

  it("packs nothing", () => {
    const packing = new Packing([]);
    expect([packing.sequences, packing.items, packing.rows(() => 1).length, packing.lastRows().length]).toEqual([
      0, 0, 0, 0,
    ]);
  });

  it("does not change with the lengths that it was given", () => {
    const given = Int32Array.of(2, 1);
    const packing = new Packing(given);
    given.fill(7);
    expect(packing.items).toBe(3);
    packing.firstRows().fill(9);
    expect([...packing.firstRows()]).toEqual([0, 1]);
  });

  it.each([0, -1, 1.5, Number.NaN])("refuses a length of %d, and says which", (wrong) => {
    expect(() => new Packing([3, wrong, 2])).toThrow(
      `Packing: length 1 is ${wrong}, needs a whole number >= 1: leave such a sequence out, or give it an item that says so`,
    );
  });
});
