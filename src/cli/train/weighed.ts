import type { Tensor } from "../../autograd/tensor.ts";
import { add, mul } from "../../ops/index.ts";

/** Scalars with gradients: the loss and, by name, each term whose weight is not 0, unweighted. */
export type Weighed<Name extends string> = { readonly loss: Tensor } & { readonly [name in Name]?: Tensor };

/** The sum of weight · term over the terms whose weight is not 0. Throws for a weight below 0 and where all are 0. */
export function weighed<Name extends string>(
  what: string,
  terms: readonly (readonly [name: Name, weight: number, term: () => Tensor])[],
): Weighed<Name> {
  const wrong = terms.find(([, weight]) => !(weight >= 0 && weight < Number.POSITIVE_INFINITY));
  if (wrong) throw new RangeError(`${what}: ${wrong[0]}Weight must be >= 0 and finite, got ${wrong[1]}`);
  const present = terms
    .filter(([, weight]) => weight > 0)
    .map(([name, weight, term]) => ({ name, weight, value: term() }));
  if (present.length === 0) throw new RangeError(`${what}: all weights are 0: nothing is left to learn from`);
  const loss = present.map(({ weight, value }) => mul(value, weight)).reduce((sum, term) => add(sum, term));
  return { ...Object.fromEntries(present.map(({ name, value }) => [name, value])), loss } as Weighed<Name>;
}
