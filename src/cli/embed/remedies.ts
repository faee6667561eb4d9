import type { Remedies } from "../train/saved.ts";

/** What a person can do who wants to embed with a checkpoint that is not as it should be. */
export const remedies: Remedies = {
  foreign: "name one that align-uniform train text wrote",
  version: "embed with its own version",
  damaged: "so nothing can be embedded with it: train anew",
};
