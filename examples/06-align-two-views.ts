// Two terms pull against each other: alignment brings the two views of a sample together, uniformity spreads samples.
// You learn: alignUniformLoss, what each term does alone, and the guard against features that are not normalised.
import {
  alignLoss,
  alignUniformLoss,
  generator,
  noGrad,
  normalize,
  Parameter,
  SGD,
  trainStep,
  uniformLoss,
} from "align-uniform";

const n = 32;

/** Moves both views of n free points on the sphere in R³ and tells where alignment and uniformity end. */
async function run(title: string, alignWeight: number, uniformWeight: number): Promise<void> {
  const g = generator(5);
  const [first, second] = [new Parameter(g.normal([n, 3])), new Parameter(g.normal([n, 3]))];
  const optimizer = new SGD([first, second], { lr: 0.5, momentum: 0.9 });
  const step = trainStep(optimizer, () =>
    alignUniformLoss(normalize(first), normalize(second), { alignWeight, uniformWeight }),
  );
  for (let i = 0; i < 200; i++) await step();
  const [x, y] = noGrad(() => [normalize(first), normalize(second)]);
  const align = await alignLoss(x, y).item();
  const uniform = await uniformLoss(x).item();
  console.log(`${title.padEnd(16)} align ${align.toFixed(3)}  uniform ${uniform.toFixed(3)}`);
}

// align: 0 is perfect, 2 is what unrelated views have. uniform: 0 is one single point, lower is more spread.
await run("untrained", 0, 0);
await run("alignment alone", 1, 0); // pairs meet, but nothing keeps different samples apart
await run("uniformity alone", 0, 1); // spread out, but the two views of a sample do not meet
await run("both", 1, 1);

try {
  alignLoss(generator(5).normal([n, 3]), generator(6).normal([n, 3]));
} catch (error) {
  console.log("error:", (error as Error).message);
}
