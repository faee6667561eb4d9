import { countDistances, joined } from "../../metrics/alignment.ts";
import type { RowSource } from "../../metrics/row-source.ts";
import { chosenRows } from "../../metrics/scaled-rows.ts";
import { uniformities } from "../../metrics/uniformity.ts";
import type { Tell } from "../phases.ts";
import { withStatistic } from "./conclude.ts";
import type { ClassResult } from "./result.ts";

/** The numbers of the rows with each label, in the order in which labels first come. */
export function rowsByLabel(labels: readonly string[]): Map<string, Int32Array> {
  const found = new Map<string, number[]>();
  for (const [i, label] of labels.entries()) {
    const rows = found.get(label);
    if (rows) rows.push(i);
    else found.set(label, [i]);
  }
  return new Map([...found].map(([label, rows]) => [label, Int32Array.from(rows)]));
}

export interface ClassSettings {
  readonly ts: readonly number[];
  readonly alpha: number;
  readonly normalize: boolean;
  /** Whether all is computed by plain loops in float64. */
  readonly plain: boolean;
}

/** Uniformity within each class, and, with a y, alignment of its pairs. x, y: scaled rows. */
export async function measureClasses(
  [x, y]: readonly [RowSource, RowSource | undefined],
  labels: readonly string[],
  { ts, alpha, normalize, plain }: ClassSettings,
  tell: Tell,
): Promise<ClassResult[]> {
  const classes = [...rowsByLabel(labels)];
  const total = classes.reduce((sum, [, { length }]) => sum + length ** 2, 0);
  const results: ClassResult[] = [];
  let done = 0;
  for (const [label, chosen] of classes) {
    const [own, other] = [x, y].map((rows) => rows && chosenRows(rows, chosen));
    const n = chosen.length;
    let counted = 0;
    const uniformity =
      own && n > 1
        ? await uniformities(own, ts, {
            normalized: normalize,
            plain,
            tell(pairs) {
              counted += 2 * pairs;
              tell((done + Math.min(counted, n * n)) / total);
            },
          })
        : [];
    done += n * n;
    tell(done / total);
    results.push({
      label,
      n,
      ...(own && other && { alignment: joined(await countDistances([own, other], alpha)) }),
      uniformity: uniformity.map((one, k) => withStatistic(ts[k], one)),
    });
  }
  return results;
}
