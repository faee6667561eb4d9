import { conv2d, cpu, generator, Parameter, SGD, setThreads, trainStep } from "./browser.js";

/** Trains a little, on two threads where there can be two, and tells what computed and the losses. */
export async function trained() {
  setThreads(2);
  const g = generator(5);
  const [x, w] = [g.normal([32, 8, 32, 32]), new Parameter(g.normal([16, 8, 3, 3]))];
  const step = trainStep(new SGD([w], { lr: 1e-4 }), () => ({
    loss: conv2d(x, w, { padding: 1 }).square().sum({ dim: 3 }).mean(),
  }));
  const losses = [];
  for (let i = 0; i < 20; i++) {
    losses.push(await (await step()).loss.item());
    await new Promise((resolve) => setTimeout(resolve, 20)); // workers of a worker come up while it does nothing
  }
  const { threads, build, refused } = cpu.report();
  return { threads, build, refused, losses };
}

if (globalThis.document === undefined) {
  addEventListener("message", async () => postMessage(await trained()), { once: true });
}
