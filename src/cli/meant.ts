/**
 * ": did you mean ...?" with the one of `names` that `name` is a slip of: one or two letters wrong, and no more than half of
 * them. Neither the dashes of a flag nor its `no-` count. "" where there is none.
 */
export function meant(name: string, names: readonly string[]): string {
  const bare = (text: string): string => text.replace(/^-+(no-)?/, "");
  const slips = names.map((other) => ({ other, letters: editDistance(bare(name), bare(other)) }));
  const [nearest] = slips.sort((a, b) => a.letters - b.letters);
  return nearest && nearest.letters <= Math.min(2, bare(name).length / 2) ? `: did you mean ${nearest.other}?` : "";
}

/** Letters to insert, delete or replace to make `b` of `a` (Levenshtein). */
function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (const [i, letter] of [...a].entries()) {
    const next = [i + 1];
    for (let j = 0; j < b.length; j++) {
      next.push(Math.min(row[j] + (letter === b[j] ? 0 : 1), row[j + 1] + 1, next[j] + 1));
    }
    row = next;
  }
  return row[b.length];
}
