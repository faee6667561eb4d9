import {
  CosineAnnealingLR,
  LinearWarmup,
  type LinearWarmupOptions,
  MultiStepLR,
  type Optimizer,
  type Schedule,
  StepLR,
} from "../../src/nn/index.ts";
import type { ScheduleDescription } from "./fixture.ts";

/** The schedule that a fixture describes. */
export function schedule([name, options]: ScheduleDescription, optimizer: Optimizer): Schedule {
  switch (name) {
    case "MultiStepLR":
      return new MultiStepLR(optimizer, options as { milestones: number[] });
    case "StepLR":
      return new StepLR(optimizer, options as { stepSize: number });
    case "CosineAnnealingLR":
      return new CosineAnnealingLR(optimizer, options as { tMax: number });
    case "LinearWarmup": {
      const { after, ...rest } = options as { steps: number; after?: ScheduleDescription };
      const all: LinearWarmupOptions = after ? { ...rest, after: schedule(after, optimizer) } : rest;
      return new LinearWarmup(optimizer, all);
    }
    default:
      throw new Error(`${name}: a fixture describes a schedule that this spec cannot make`);
  }
}
