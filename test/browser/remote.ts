import type { Page } from "playwright-core";

/** What a module exports, its functions. */
type Functions<M> = { [K in keyof M as M[K] extends (...args: never[]) => unknown ? K : never]: M[K] };

/** Calls a function by its name, in the page; arguments are JSON, what it gives comes back as a copy. */
export type Ask<M> = <K extends string & keyof Functions<M>>(
  name: K,
  ...args: M[K] extends (...args: infer A) => unknown ? A : never
) => Promise<M[K] extends (...args: never[]) => infer R ? Awaited<R> : never>;

/** What the module at `path` exports, called from here. As text: functions that vitest has rewritten do not travel. */
export function remote<M>(page: Page, path: string): Ask<M> {
  return (name, ...args) => page.evaluate(`import("${path}").then((m) => m.${name}(...${JSON.stringify(args)}))`);
}
