// TensorFlow.js on its WebAssembly backend, which has no threads in Node. Images are [n, h, w, channels], as it wants them.
import * as tf from "@tensorflow/tfjs-core";
import "@tensorflow/tfjs-core/dist/register_all_gradients";
import { setWasmPaths } from "@tensorflow/tfjs-backend-wasm";
import { serve } from "../lanes/serve.ts";

setWasmPaths(process.argv[2]);
await tf.setBackend("wasm");

const drawn = (...shape) => tf.randomNormal(shape);

/** f once, until a number of each result is read. */
const once = (f) => async () => {
  const results = tf.tidy(f);
  for (const result of results) {
    const first = tf.tidy(() => tf.slice(tf.reshape(result, [-1]), 0, 1));
    await first.data();
    tf.dispose([first, result]);
  }
};

/** f of the inputs; with `gradient`, their gradients. */
const maybeBackward = (backward, f, inputs, gradient) => {
  if (!backward) return once(() => [f(...inputs)]);
  const dy = gradient();
  return once(() => tf.grads(f)(inputs, dy));
};

const pointwise = {
  add: (x) => tf.add(x, x),
  ...{ relu: tf.relu, exp: tf.exp, log: tf.log, sigmoid: tf.sigmoid, tanh: tf.tanh },
  pow: (x) => tf.pow(x, 1.5),
};

/** 4 x·y − 4 is −2 ‖x − y‖² of unit vectors; of all n² pairs the n with themselves are taken off. */
const uniform = (x) => {
  const n = x.shape[0];
  const sum = tf.sum(tf.exp(tf.sub(tf.mul(tf.matMul(x, x, false, true), 4), 4)));
  return tf.log(tf.div(tf.sub(sum, n), n * (n - 1)));
};

const ways = {
  matmul({ m, k, n }) {
    const [a, b] = [drawn(m, k), drawn(k, n)];
    return once(() => [tf.matMul(a, b)]);
  },
  linear({ rows, inputs, outputs }) {
    const given = [drawn(rows, inputs), drawn(outputs, inputs)];
    return maybeBackward(
      true,
      (x, w) => tf.matMul(x, w, false, true),
      given,
      () => drawn(rows, outputs),
    );
  },
  conv({ batch, inputs, outputs, size, backward }) {
    const given = [drawn(batch, size, size, inputs), drawn(3, 3, inputs, outputs)];
    return maybeBackward(
      backward,
      (x, w) => tf.conv2d(x, w, 1, "same"),
      given,
      () => drawn(batch, size, size, outputs),
    );
  },
  uniformLoss({ n, d, backward }) {
    const x = tf.tidy(() => {
      const rows = drawn(n, d);
      return tf.div(rows, tf.norm(rows, 2, 1, true));
    });
    if (!backward) return once(() => [uniform(x)]);
    return once(() => {
      const { value, grad } = tf.valueAndGrad(uniform)(x);
      return [value, grad];
    });
  },
  step() {
    throw new Error("no Conv2DBackpropFilter kernel");
  },
  uniformity() {
    throw new Error("n × n numbers do not fit");
  },
  pointwise({ op, count }) {
    const x = tf.tidy(() => (op === "log" || op === "pow" ? tf.abs(drawn(count)) : drawn(count)));
    return once(() => [pointwise[op](x)]);
  },
  reduce({ op, count }) {
    const x = drawn(count);
    return once(() => [op === "sum" ? tf.sum(x) : tf.max(x)]);
  },
  batchNorm({ shape: [n, c, h, w], backward }) {
    const given = [drawn(n, h, w, c), drawn(c), drawn(c)];
    const f = (x, weight, bias) => {
      const { mean, variance } = tf.moments(x, [0, 1, 2]);
      return tf.batchNorm(x, mean, variance, bias, weight, 1e-5);
    };
    return maybeBackward(backward, f, given, () => drawn(n, h, w, c));
  },
  maxPool({ shape: [n, c, h, w], backward }) {
    const given = [drawn(n, h, w, c)];
    const f = (x) => tf.maxPool(x, 2, 2, "valid");
    return maybeBackward(backward, f, given, () => drawn(n, h >> 1, w >> 1, c));
  },
};

await serve(ways, { explain: (message) => message.replace(/^Kernel '(\w+)' not registered.*/, "no $1 kernel") });
