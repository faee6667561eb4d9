import * as au from "align-uniform";
import { readPictures } from "./src/cli/figure/pictures.ts";
import { freshEncoder, type Studio } from "./src/cli/figure/studio.ts";
import { trainerOf } from "./src/cli/figure/trainer.ts";
import { measure } from "./src/cli/figure/measure.ts";
const pictures = await readPictures(undefined);
const base = { seed: 0, epochs: 2, batchSize: 256, lr: 0.12, images: 60000, testImages: 5000, encoders: 0, network: { channels: [8, 16, 32], hidden: 64, featDim: 2 } };
const tell = () => {};
async function one(name: string, objective: any, over: any = {}, seed = 0) {
  const config = { ...base, ...over, network: { ...base.network, ...over.network } };
  const studio: Studio = { pictures, config, device: au.cpu };
  const random = au.generator(seed);
  const enc = freshEncoder(studio, random);
  const t0 = performance.now();
  const t = trainerOf(enc, studio, { objective, epochs: config.epochs, lr: config.lr, random, decays: true }); await t.upTo(t.steps, tell);
  const t1 = performance.now();
  const { measured: m } = await measure(enc, studio, tell);
  console.log(name.padEnd(28), "A", m.alignment.value.toFixed(3), "U", m.uniformity.value.toFixed(3), "probe", m.accuracy.probe.toFixed(4), "knn", m.accuracy.knn.toFixed(4), "train s", ((t1 - t0) / 1000).toFixed(1), "measure s", ((performance.now() - t1) / 1000).toFixed(1));
}
const A = (w: number, u = 1, alpha = 2, t = 2) => ({ ...(w ? { align: { weight: w, alpha } } : {}), ...(u ? { uniform: { weight: u, t } } : {}) });
for (const s of [0, 1]) for (const [w, lr, h] of [[1, .03, 64], [.5, .03, 64], [1, .06, 64], [1, .03, 256]]) await one(`seed ${s} w ${w} lr ${lr} hidden ${h}`, A(w, 1, 2, 2), { lr, network: { hidden: h } }, s);
for (const s of [0,1]) await one(`contr .5 lr .03 ${s}`, { contrastive: { weight: 1, tau: 0.5 } }, { lr: .03 }, s);
for (const s of [0]) await one(`b1024 w1 lr .12 ${s}`, A(1), { batchSize: 1024, lr: .12, epochs: 4 }, s);
