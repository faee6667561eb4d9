export {
  broadcastableShapes,
  type ShapeOptions,
  shapes,
  type TensorsOptions,
  tensors,
  type UnitRowsOptions,
  unitRows,
} from "./testing/arbitraries.ts";
export type { MatcherResult } from "./testing/matcher-result.ts";
export { type Closeness, type Comparable, matchers } from "./testing/matchers.ts";
export type { AlignedBounds, UniformBounds } from "./testing/metric-matchers.ts";
