import type { Generator } from "../ops/index.ts";
import type { Dataset } from "./dataset.ts";

/** A change of one item; what is random in it is drawn from `generator`. The input is left as it is. */
export type Transform<In, Out = In> = (item: In, generator: Generator) => Out;

/** Two independent draws of `transform`: a positive pair. */
export function twoViews<In, Out>(transform: Transform<In, Out>): Transform<In, [Out, Out]> {
  return (item, generator) => [transform(item, generator), transform(item, generator)];
}

/** `dataset` with `transform` applied to each item as it is fetched, anew each time. */
export function transformed<In, Out>(
  dataset: Dataset<In>,
  transform: Transform<In, Out>,
  generator: Generator,
): Dataset<Out> {
  return {
    length: dataset.length,
    get(i) {
      const item = dataset.get(i);
      return item instanceof Promise ? item.then((ready) => transform(ready, generator)) : transform(item, generator);
    },
  };
}
