export { type Alignment, type AlignmentOptions, alignment } from "./alignment.ts";
export { type KnnOptions, type KnnProbe, knnProbe } from "./knn-probe.ts";
export { type LinearProbe, type LinearProbeOptions, linearProbe } from "./linear-probe.ts";
export type { PointsInput, PointsOptions } from "./points.ts";
export type { Probe } from "./probe.ts";
export type { Uniformity } from "./u-statistic.ts";
export { type UniformityOptions, uniformity } from "./uniformity.ts";
export { uniformityOptimum } from "./uniformity-optimum.ts";
