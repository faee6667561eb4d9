/** ": did you mean ...?" with the one of `names` that `name` is a slip of one or two letters of; "" where it is of none. */
export function meant(name: string, names: readonly string[]): string {
  const slips = names.map((other) => ({ other, letters: editDistance(name, other) }));
  const [nearest] = slips.sort((a, b) => a.letters - b.letters);
  const letters = name.replace(/^-+/, "").length;
  return nearest && nearest.letters <= Math.min(2, letters / 2) ? `: did you mean ${nearest.other}?` : "";
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
