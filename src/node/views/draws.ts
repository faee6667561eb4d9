import type { Generator } from "../../ops/index.ts";
import type { Random } from "../../random.ts";

/**
 * What transforms draw from, without the tensors that a whole generator can make: these would bring every kernel into
 * every thread that makes views.
 */
export function draws(random: Random): Generator {
  const none = (): never => {
    throw new Error("viewMaker: steps draw single numbers and orders: there are no tensors where views are made");
  };
  return {
    uniform: none,
    normal: none,
    permutation: (n) => random.permutation(n),
    below: (n) => random.below(n),
    float: () => random.float(),
    fork: (name) => draws(random.fork(name)),
    getState: () => random.getState(),
    setState: (state) => random.setState(state),
  };
}
