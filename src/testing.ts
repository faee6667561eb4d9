export {
  broadcastableShapes,
  type ShapeOptions,
  shapes,
  type TensorsOptions,
  tensors,
  type UnitRowsOptions,
  unitRows,
} from "./testing/arbitraries.ts";
export { type Closeness, type Comparable, type MatcherResult, matchers } from "./testing/matchers.ts";
