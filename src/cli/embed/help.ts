import { commonFlags, optionsHelp } from "../flag-help.ts";

const { device, threads, json, quiet, verbose } = commonFlags;

/** What `embed --help` says. */
export const embedHelp: string = `align-uniform embed: the sentences of a text as rows of a .npy file

Usage: align-uniform embed CHECKPOINT --text FILE [options]

CHECKPOINT is what align-uniform train text left, checkpoint.safetensors or its run folder. The file is cut into
sentences as in training, and each becomes a row of length 1, in their order: what align-uniform metrics reads, and
NumPy, and any index for nearest neighbours. Headings are left out. With --next a second file holds what follows, row
by row:

  align-uniform embed runs/text --text book.txt
  align-uniform embed runs/text --text book.txt --encoder f --out x.npy --next y.npy
  align-uniform metrics x.npy y.npy --t 5 --html report.html

${optionsHelp([
  ["--text FILE", "the text, UTF-8, UTF-16 with its mark, or else Windows-1252; - is standard input"],
  ["--lines", "every line that is not empty is a sentence, whatever is in it, and all are one chapter"],
  ["--encoder NAME", "both: the points of the two encoders side by side; f or g: of one (default: both)"],
  ["--out FILE", "where the rows go (default: beside the text, its name with .npy; of standard input embeddings.npy)"],
  [
    "--next FILE",
    "write for each row the sentence that follows it too, as the positive of alignment: with --encoder f by g, as they " +
      "were trained, with g by f, with both by both; the last sentence of a chapter has no row then",
  ],
  ["--sentences FILE", "write the sentences of the rows, a line each"],
  ["--untrained", "the encoders of that run as they were before training, to compare with"],
  ...[device, threads, json, quiet, verbose],
])}
Files are written whole, and all of them or none; earlier ones of their names are replaced. Ctrl-C ends at once;
nothing is written then.
`;
