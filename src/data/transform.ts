import type { Generator } from "../ops/index.ts";
import type { Dataset } from "./dataset.ts";

/** A change of one item; what is random in it is drawn from `generator`. The input is left as it is. */
export type Transform<In, Out = In> = (item: In, generator: Generator) => Out;

/** Two independent draws of `transform`: a positive pair. */
export function twoViews<In, Out>(transform: Transform<In, Out>): Transform<In, [Out, Out]> {
  return (item, generator) => [transform(item, generator), transform(item, generator)];
}

/** One transform after the other, drawing in that order. The first may change the kind of item, the others keep it. */
export function compose<In, Out>(first: Transform<In, Out>, ...others: Transform<Out>[]): Transform<In, Out> {
  return (item, generator) => others.reduce((changed, next) => next(changed, generator), first(item, generator));
}

/**
 * `dataset` with `transform` applied to each item as it is fetched, anew each time. The draws follow the order in which
 * items are asked for; those that have to be waited for draw from forks of `generator`, as they may arrive in any order.
 */
export function transformed<In, Out>(
  dataset: Dataset<In>,
  transform: Transform<In, Out>,
  generator: Generator,
): Dataset<Out> {
  if (typeof generator?.fork !== "function") {
    throw new TypeError(
      `transformed: needs a generator for what is random, such as generator(0), got ${String(generator)}`,
    );
  }
  return {
    length: dataset.length,
    get(i) {
      const item = dataset.get(i);
      if (!(item instanceof Promise)) return transform(item, generator);
      const own = generator.fork("item");
      generator.float(); // moves on, so that the next fork is another one
      return item.then((ready) => transform(ready, own));
    },
  };
}
