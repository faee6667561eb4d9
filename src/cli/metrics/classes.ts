import { countDistances, joined } from "../../metrics/alignment.ts";
import type { RowSource } from "../../metrics/row-source.ts";
import { chosenRows } from "../../metrics/scaled-rows.ts";
import { uniformities } from "../../metrics/uniformity.ts";
import type { Tell } from "../phases.ts";
import { withStatistics } from "./conclude.ts";
import type { ClassResult } from "./result.ts";
import { rowsByLabel } from "./rows-by-label.ts";

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
    const [own, other] = [x, y].map((rows) => rows && chosenRows(rows, Int32Array.from(chosen)));
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
      uniformity: withStatistics(ts, uniformity),
    });
  }
  return results;
}
