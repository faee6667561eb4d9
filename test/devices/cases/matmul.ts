import { type Case, sumBound, upAndDown } from "./case.ts";
import { numbers } from "./numbers.ts";

const onOff = [false, true];
const products = [
  ...upAndDown.flatMap((s) => [
    [1, s, 3, 5],
    [1, 3, s, 5],
    [1, 5, 3, s],
    [s, 2, 3, 2],
  ]),
  [1, 1, 1031, 7],
  [1, 7, 1031, 1],
  [1, 65, 64, 63],
  [2, 3, 5, 17],
];
/** Vectors; and more rows, terms and columns than are packed at once, none of them a multiple of anything. In every form. */
const blocked = [
  [1, 531, 70, 23],
  [1, 37, 521, 85],
  [2, 99, 17, 293],
  [1, 7, 4099, 19],
  [3, 1, 37, 21],
  [3, 21, 37, 1],
];

export const matmulCases: Case[] = [...products, ...blocked].flatMap(([batch, m, k, n]) =>
  (m === 3 || k > 16 ? onOff : [false]).flatMap((batchedA) =>
    onOff.flatMap((batchedB) =>
      onOff.flatMap((transposeA) =>
        onOff.map((transposeB): Case => {
          const flags = `${transposeA ? "T" : "N"}${transposeB ? "T" : "N"}, batched ${batchedA} ${batchedB}`;
          return {
            kernel: "matmul",
            what: `${batch} of [${m}, ${k}] [${k}, ${n}] ${flags}`,
            inputs: [numbers((batchedA ? batch : 1) * m * k, 1), numbers((batchedB ? batch : 1) * k * n, 2)],
            call: ({ kernels }, [a, b]) =>
              kernels.matmul(a, b, { batch, m, k, n, transposeA, transposeB, batchedA, batchedB }),
            ...sumBound(k),
          };
        }),
      ),
    ),
  ),
);
