// A gradient that is wrong by a little trains anyway, only worse. Finite differences in float64 find it.
// You learn: checkGradients, reading its report, second order, kinks.
import { checkGradients, generator, tanh, unary } from "align-uniform";

const x = generator(1).normal([3, 4]);
const right = unary("ownTanh", { f: Math.tanh, vjp: (g, { y }) => g.mul(y.square().neg().add(1)), saves: ["y"] });
const wrong = unary("badTanh", { f: Math.tanh, vjp: (g, { y }) => g.mul(y.square().neg().add(1.001)), saves: ["y"] });

const good = await checkGradients(right, [x]);
console.log("right:", good.ok, "- error below 1e-8 of the terms:", good.maxError < 1e-8);

const bad = await checkGradients(wrong, [x]);
console.log("one part in a thousand off:", bad.ok, "- furthest at", bad.worst?.index);
console.log("  backward says", bad.worst?.analytic.toFixed(6), "differences say", bad.worst?.numeric.toFixed(6));

// Written with ops, a gradient has a gradient itself.
console.log("second order:", (await checkGradients(right, [x], { order: 2 })).ok);

// Any function of tensors can be checked, with any number of inputs.
const w = generator(2).normal([4, 2]);
const layer = await checkGradients((a, b) => tanh(a.matmul(b)).mean(), [x, w]);
console.log("a layer and its mean:", layer.ok);

// At a kink the two sides differ, and the check says so: move the point.
const kink = await checkGradients((a) => a.relu(), [x.mul(0)]);
console.log("relu at 0:", kink.ok, "- away from 0:", (await checkGradients((a) => a.relu(), [x])).ok);
