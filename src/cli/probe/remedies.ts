import type { Remedies } from "../train/saved.ts";

/** What a person can do who wants to probe a checkpoint that is not as it should be. */
export const remedies: Remedies = {
  foreign: "name one that align-uniform train wrote",
  version: "probe it with its own version",
  damaged: "so it cannot be probed: train anew",
};
