export const mainHelp = `align-uniform: alignment and uniformity on the hypersphere

Usage: align-uniform COMMAND [options]

Commands
  metrics X [Y]      alignment and uniformity of a file of embeddings, with errors, a report and figures
  merge PART...      what the parts of \`metrics --shard i/n\` come to
  train TASK         train an encoder without labels (mnist, cifar10, stl10, folder, imagenet, text), measure it, write a report
  probe CHECKPOINT   how well classes can be read off a trained encoder's layers: linear classifiers and 5-NN
  embed CHECKPOINT   the sentences of a text as rows of a .npy file, by encoders of \`train text\`
  export CHECKPOINT  the trained encoder as a file for use elsewhere: safetensors, npz, or ONNX for onnxruntime
  figure NAME        a figure of the paper, made anew: circle, scatter, sweep, finetune

Options
  -h, --help         this text; align-uniform COMMAND --help for a command's own
      --version      print the version

Exit codes: 0 done, 1 failed, 2 not understood, 3 a --fail-if held, 130 stopped by Ctrl-C or SIGTERM.
`;

export const metricsHelp = `align-uniform metrics: how evenly embeddings spread, and how close positive pairs lie

Usage: align-uniform metrics X [Y] [options]

X is a file of embeddings, one row a sample, or - for standard input; row i of Y is another view of the sample of row i
of X. Every pair counts, on all cores, in memory that does not grow with the number of pairs; files whose rows can be
read where they lie (.npy, .safetensors, stored .npz, raw floats) are not held in memory either. Prints

  alignment      mean distance of positive pairs, to the power alpha: lower is closer (needs Y)
  uniformity     log of the mean of exp(-t |x - y|^2) over all pairs: lower is more even, 0 is a single point
  optimum, gap   what evenly spread points of as many dimensions have, and how far off X is
  effective rank, mean length, Wasserstein distance: whether dimensions collapsed, or a direction is shared

each with its standard error where it has one, and in words what that means.

Options
      --t LIST           sharpness of uniformity's potential; several with commas cost little more (default: 2)
      --alpha X          exponent of alignment's distances (default: 2)
      --no-normalize     take rows as they are, instead of scaling each to length 1
      --labels L         uniformity within each label, and alignment: a file (.npy, .txt, .json, .csv; one label a row),
                         or a column of X
      --pairs N          look at about N pairs drawn at random, at least one for each row, instead of all
      --no-spectrum      leave out effective rank and Wasserstein distance, whose time grows with dimensions cubed
      --format F         npy, npz, safetensors, parquet, jsonl, json, csv, tsv, f32, f64 (default: by the file's bytes)
      --key NAME         which array, column or field holds the embeddings, if there are several
      --dim D            numbers in a row of a raw file (f32 unless --format f64)
      --json             print the results as JSON (docs/metrics.schema.json)
      --html FILE        write a report with figures, one file that needs nothing beside it
      --figures DIR      write every figure of the report as .svg and .png (npm i @resvg/resvg-js)
      --fail-if EXPR     end with exit code 3 if that holds, such as "uniformity>-2"; may be given several times. Of
                         alignment, uniformity, gap, effectiveRank, wasserstein, meanLength, n; at one t: gap@0.5
      --shard I/N        do the I-th of N parts of the work and write it to --out; \`align-uniform merge\` joins them
      --out FILE         where --shard writes its part
      --seed N           for --pairs and the samples that figures show (default: 0)
      --device NAME      cpu (default), or reference: plain loops, everything in float64, slow
      --threads N        on how many threads to compute: no number changes (default: one a core)
      --quiet            no progress and no notes
      --verbose          at the end: what the device ran, and how much memory was used
  -h, --help             this text

Bits are the same on any number of threads, and for any number of parts. Ctrl-C stops at once and writes no file.
`;

export const mergeHelp = `align-uniform merge: what the parts of \`metrics --shard i/n\` come to

Usage: align-uniform merge PART... [options]

Takes all n parts of one job, in any order, and prints what metrics would have printed without --shard, to the bit.
Parts that are missing, come twice, or are of other data or settings are refused.

Options
      --json             print the results as JSON (docs/metrics.schema.json)
      --fail-if EXPR     end with exit code 3 if that holds, such as "uniformity>-2"; may be given several times
      --quiet            no notes
  -h, --help             this text
`;
