import type { Generator } from "../ops/index.ts";
import type { Dataset } from "./dataset.ts";

/** A change of one item; what is random in it is drawn from `generator`. The input is left as it is. */
export type Transform<In, Out = In> = (item: In, generator: Generator) => Out;

/** Two independent draws of `transform`: a positive pair. */
export function twoViews<In, Out>(transform: Transform<In, Out>): Transform<In, [Out, Out]> {
  return (item, generator) => [transform(item, generator), transform(item, generator)];
}

/**
 * One transform after the other, drawing in that order. The kind of item may change on the way: bytes come out of
 * `normalizeChannels` as floats, for one.
 */
export function compose<A, B>(first: Transform<A, B>): Transform<A, B>;
export function compose<A, B, C>(first: Transform<A, B>, second: Transform<B, C>): Transform<A, C>;
export function compose<A, B, C, D>(
  first: Transform<A, B>,
  second: Transform<B, C>,
  third: Transform<C, D>,
): Transform<A, D>;
export function compose<A, B, C, D, E>(
  first: Transform<A, B>,
  second: Transform<B, C>,
  third: Transform<C, D>,
  fourth: Transform<D, E>,
): Transform<A, E>;
export function compose<A, B, C, D, E, F>(
  first: Transform<A, B>,
  second: Transform<B, C>,
  third: Transform<C, D>,
  fourth: Transform<D, E>,
  fifth: Transform<E, F>,
): Transform<A, F>;
export function compose<A, B, C, D, E, F, G>(
  first: Transform<A, B>,
  second: Transform<B, C>,
  third: Transform<C, D>,
  fourth: Transform<D, E>,
  fifth: Transform<E, F>,
  sixth: Transform<F, G>,
): Transform<A, G>;
export function compose<In, Out>(first: Transform<In, Out>, ...others: Transform<Out>[]): Transform<In, Out>;
export function compose(...steps: Transform<unknown>[]): Transform<unknown> {
  return (item, generator) => steps.reduce((changed, next) => next(changed, generator), item);
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
