import { escaped } from "./page.ts";

/** What a colour stands for; a dashed line where there is none. */
export interface Entry {
  readonly name: string;
  readonly colour?: string;
}

/** Entries side by side, as HTML. */
export function legend(label: string, entries: readonly Entry[]): string {
  const items = entries.map(({ name, colour }) => {
    const mark = colour === undefined ? "<b></b>" : `<i style="background:${colour}"></i>`;
    return `<span>${mark}${escaped(name)}</span>`;
  });
  return `<p class="legend" aria-label="${escaped(label)}">${items.join("")}</p>`;
}
