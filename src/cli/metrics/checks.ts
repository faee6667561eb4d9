import { existsSync, realpathSync, statSync } from "node:fs";
import { access, constants } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
import type { Embeddings } from "../../node/embeddings.ts";
import { UsageError } from "../io.ts";
import type { MetricsFlags } from "./flags.ts";
import { mostRows } from "./part.ts";

/** Rejects before any work where what it makes could not be written, or would take the place of what it reads. */
export async function checkTargets({ html, shard, figures, x, y, labels }: MetricsFlags): Promise<void> {
  const inputs = [x, y, labels].flatMap((path) => (path !== undefined && existsSync(path) ? itself(path) : []));
  for (const path of [html, shard?.out]) {
    if (path === undefined) continue;
    const refuse = (why: string): never => {
      throw new UsageError(`metrics: cannot write ${path}: ${why}`);
    };
    if (!existsSync(dirname(path))) refuse(`there is no folder ${dirname(path)}`);
    if (existsSync(path) && statSync(path).isDirectory()) refuse("it is a folder, name a file in it");
    if (inputs.includes(itself(path))) refuse("it is one of the files that are read, name another");
    await access(dirname(path), constants.W_OK).catch(() => refuse(`the folder ${dirname(path)} takes no new file`));
  }
  if (figures === undefined) return;
  if (existsSync(figures) && !statSync(figures).isDirectory()) {
    throw new UsageError(`metrics: --figures ${figures} is a file: name a folder`);
  }
  const { loadResvg } = await import("../report/png.ts");
  await loadResvg(); // rejects where it is not installed
}

/** By whatever name a file is called, and whether or not it is there. */
function itself(path: string): string {
  return existsSync(path)
    ? realpathSync(path)
    : join(existsSync(dirname(path)) ? realpathSync(dirname(path)) : resolve(dirname(path)), basename(path));
}

/** Throws where what was read does not go together. */
export function checkInputs(
  { x: name, y: other, pairs }: MetricsFlags,
  { n, d }: Embeddings,
  y: Embeddings | undefined,
  labels: readonly string[] | undefined,
): void {
  if (n < 2) throw new Error(`${name}: holds ${n === 1 ? "one row" : "no rows"}: needs two at least, for a pair`);
  if (n > mostRows)
    throw new Error(`${name}: has ${n} rows, ${mostRows} at most can be counted exactly: take a sample`);
  if (y && (y.n !== n || y.d !== d)) {
    throw new Error(
      `${name} has ${n} rows of ${d} numbers, ${other} ${y.n} of ${y.d}: row i of both must be views of one sample, of one size`,
    );
  }
  if (labels && labels.length !== n) {
    const header = labels.length === n + 1 ? `; is "${labels[0]}", the first, a header?` : "";
    throw new Error(`${name} has ${n} rows, but there are ${labels.length} labels: give one for each row${header}`);
  }
  if (labels?.every((label) => /[\t,;]/.test(label))) {
    throw new Error(
      `labels such as "${labels[0]}" seem to be of several columns: give a file of labels alone, one a line`,
    );
  }
  if (pairs !== undefined && pairs < n) {
    throw new UsageError(`metrics: --pairs must be at least ${n}, one for each row, got ${pairs}`);
  }
}
