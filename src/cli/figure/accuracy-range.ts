/** From where to where colours go: the accuracies' range, widened to whole twentieths. */
export function accuracyRange(accuracies: readonly number[]): [least: number, most: number] {
  const [low, high] = [Math.min(...accuracies), Math.max(...accuracies)];
  const least = Math.floor(20 * low) / 20;
  return [least, Math.max(least + 0.05, Math.ceil(20 * high) / 20)];
}
