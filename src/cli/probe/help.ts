import { commonFlags, optionsHelp } from "../flag-help.ts";
import { flagsHelp } from "../train/config-flags.ts";
import { defaultAbout, probeDefaults, probeFlags } from "./config.ts";

const { device, threads, json, quiet, verbose } = commonFlags;

/** What `probe --help` says. */
export const probeHelp: string = `align-uniform probe: how well classes can be read off an encoder's layers

Usage: align-uniform probe CHECKPOINT [options]

CHECKPOINT is what align-uniform train left, checkpoint.safetensors or its run folder. The encoder in it stays as it is;
on its output, and on a layer before it, one linear classifier each learns the classes of the training pictures, side by
side, and names the test pictures; then the 5 nearest training pictures by cosine do. That is the linear evaluation of
Wang & Isola (2020) and the four columns of their Table 1. With 100 passes over pictures that are cropped and flipped
anew each time it takes as long as 100 passes of training without the way back; with --no-augment, as long as one.

${optionsHelp([
  [
    "--data DIR",
    "folder of the task's data (default: as in align-uniform train); other pictures than the encoder learnt from are " +
      "probed with a warning",
  ],
  ...flagsHelp(probeFlags, probeDefaults, defaultAbout),
  ["--untrained", "probe the encoder of that run as it was before training, to compare with"],
  [
    "--num-workers N",
    "threads that make views of pictures on disk ahead: no number changes (default: as many as suit the machine)",
  ],
  ...[device, threads, json, quiet, verbose],
])}
Bits are the same for the same seed, on any number of threads and workers. After each pass the progress tells how many
test pictures were named rightly. Ctrl-C ends at once; nothing is kept.
`;
