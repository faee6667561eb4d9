import type { Remedies } from "../train/saved.ts";

/** What a person can do who wants to export a checkpoint that is not as it should be. */
export const remedies: Remedies = {
  foreign: "name one that align-uniform train wrote",
  version: "export it with its own version",
  damaged: "so it cannot be exported: train anew",
};
