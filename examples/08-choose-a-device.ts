// A device decides where kernels run and in which precision; everything else stays the same.
// You learn: reference in float32 and float64, gpu.js in its WebAssembly mode, moving tensors, what really ran.
import { generator, reference, uniformLoss } from "align-uniform";
import { gpu } from "align-uniform/gpu";

const float64 = reference("float64");
const webasm = await gpu({ mode: "webasm" }); // gpu.js without a graphics card; needs `npm i gpu.js`

const x = generator(0).normal([64, 8], { device: float64 }).normalize();
const truth = await uniformLoss(x).item();
console.log(`${float64.name}: ${truth.toFixed(6)}`);

for (const device of [reference("float32"), webasm]) {
  const moved = await x.to(device);
  const value = await uniformLoss(moved).item();
  const error = Math.abs(value - truth) / Math.abs(truth);
  console.log(`${device.name}: ${value.toFixed(6)}, ${error < 1e-5 ? "within" : "NOT within"} 1e-5 of float64`);
}

// No fallback is silent: a device counts what ran on it, by the name under which it ran.
console.log("kernels that ran on gpu.js:", Object.keys(webasm.ranOn()).join(", "));

// On a device that works on its own, reading waits; reading at once is refused, with the remedy.
console.log("asynchronous:", webasm.asynchronous);
try {
  (await x.to(webasm)).dataSync();
} catch (error) {
  console.log("error:", (error as Error).message);
}

// Tensors never move by themselves.
try {
  x.add(await x.to(webasm));
} catch (error) {
  console.log("error:", (error as Error).message);
}
