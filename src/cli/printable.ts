/** A line without what would steer a terminal: names in a file may hold anything. */
export function printable(text: string): string {
  return text.replace(/\p{C}/gu, "?");
}
