/** The numbers of the rows with each label, in the order in which labels first come. */
export function rowsByLabel(labels: readonly string[]): Map<string, readonly number[]> {
  const found = new Map<string, number[]>();
  for (const [i, label] of labels.entries()) {
    const rows = found.get(label);
    if (rows) rows.push(i);
    else found.set(label, [i]);
  }
  return found;
}
