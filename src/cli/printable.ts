/** Text without what would steer a terminal, but for line breaks: names in a file may hold anything. */
export function printable(text: string): string {
  return text.replace(/[^\P{C}\n]/gu, "?");
}
