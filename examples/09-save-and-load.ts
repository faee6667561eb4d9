// A model's state is a plain object of named tensors; an optimizer has its own beside it.
// You learn: checkpoints, that training goes on bit for bit, loadStateDict, and what it answers to a wrong state.
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Adam, generator, Linear, tensor, trainStep } from "align-uniform";
import { loadCheckpoint, saveCheckpoint } from "align-uniform/node";

const x = generator(1).normal([8, 3]);

/** A model to fit, with its optimizer and one step of training. */
function training(seed: number) {
  const model = new Linear(3, 2, { generator: generator(seed) });
  const optimizer = new Adam(model.parameters(), { lr: 0.1 });
  return { model, optimizer, step: trainStep(optimizer, () => ({ loss: model.forward(x).square().mean() })) };
}

const first = training(0);
for (let i = 0; i < 5; i++) await first.step();
const state = first.model.stateDict();
console.log(
  "state:",
  Object.entries(state).map(([name, t]) => `${name} [${t.shape}]`),
);

// One safetensors file holds the model, the optimizer and any JSON of your own.
const folder = await mkdtemp(join(tmpdir(), "align-uniform-"));
const path = join(folder, "checkpoint.safetensors");
await saveCheckpoint(path, { model: state, optimizer: first.optimizer.stateDict(), metadata: { epoch: 5 } });
const { model, optimizer, metadata } = await loadCheckpoint(path);
await rm(folder, { recursive: true });
console.log("saved at epoch", metadata.epoch);

const second = training(99); // other weights, until they are replaced
second.model.loadStateDict(model);
if (optimizer) second.optimizer.loadStateDict(optimizer);
const [a, b] = [await first.step(), await second.step()];
const [w, v] = [await first.model.weight.data(), await second.model.weight.data()];
const same = (await a.loss.item()) === (await b.loss.item()) && w.every((value, i) => value === v[i]);
console.log("both go on bit for bit alike:", same);

// Everything that does not fit is listed at once, and nothing is loaded.
try {
  first.model.loadStateDict({ weight: tensor([1, 2]), scale: tensor(1) });
} catch (error) {
  console.log("error:", (error as Error).message);
}
