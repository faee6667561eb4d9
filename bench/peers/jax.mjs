// jax-js on its WebAssembly backend: every job one jitted function, but for convolutions, which are faster without.
// `ref` keeps an array that a call would use up.
import { blockUntilReady, defaultDevice, init, jit, lax, nn, numpy as np, valueAndGrad, vjp } from "@jax-js/jax";
import { serve } from "../lanes/serve.ts";

await init("wasm");
defaultDevice("wasm");

/** Standard normal numbers. */
function drawn(...shape) {
  const data = new Float32Array(shape.reduce((size, width) => size * width, 1));
  for (let i = 0; i < data.length; i++) {
    data[i] = Math.sqrt(-2 * Math.log(1 - Math.random())) * Math.cos(2 * Math.PI * Math.random());
  }
  return np.array(data).reshape(shape);
}

const jitted = (f) => jit((...given) => f(...given));

/** f of the inputs once, until its results are there. */
function once(f, inputs, compiled = jitted) {
  const run = compiled(f);
  return async () => {
    const results = [run(...inputs.map((input) => input.ref))].flat(2);
    await blockUntilReady(results);
    for (const result of results) result.dispose();
  };
}

/** f of the inputs; with `backward`, their gradients, given that of the result. */
function maybeBackward(backward, f, inputs, gradient, compiled = jitted) {
  if (!backward) return once(f, inputs, compiled);
  const gradients = (dy, ...given) => {
    const [y, back] = vjp(f, given);
    y.dispose();
    return back(dy);
  };
  return once(gradients, [gradient(), ...inputs], compiled);
}

const pointwise = {
  add: (x) => np.add(x.ref, x),
  relu: (x) => nn.relu(x),
  exp: (x) => np.exp(x),
  log: (x) => np.log(x),
  sigmoid: (x) => nn.sigmoid(x),
  tanh: (x) => np.tanh(x),
  pow: (x) => np.pow(x, 1.5),
};

/** 4 x·y − 4 is −2 ‖x − y‖² of unit vectors; of all n² pairs the n with themselves are taken off. */
function uniform(x) {
  const n = x.shape[0];
  const sum = np.sum(np.exp(np.matmul(x.ref, np.transpose(x)).mul(4).sub(4)));
  return np.log(sum.sub(n).div(n * (n - 1)));
}

const ways = {
  matmul: ({ m, k, n }) => once((a, b) => np.matmul(a, b), [drawn(m, k), drawn(k, n)]),
  linear({ rows, inputs, outputs }) {
    const f = (x, w) => np.matmul(x, np.transpose(w));
    return maybeBackward(true, f, [drawn(rows, inputs), drawn(outputs, inputs)], () => drawn(rows, outputs));
  },
  conv({ batch, inputs, outputs, size, backward }) {
    const f = (x, w) => lax.convGeneralDilated(x, w, [1, 1], "SAME");
    const given = [drawn(batch, inputs, size, size), drawn(outputs, inputs, 3, 3)];
    return maybeBackward(
      backward,
      f,
      given,
      () => drawn(batch, outputs, size, size),
      (f) => f,
    );
  },
  uniformLoss({ n, d, backward }) {
    const rows = drawn(n, d);
    const x = rows.ref.div(np.sqrt(np.sum(np.square(rows), 1, { keepdims: true })));
    return once(backward ? valueAndGrad(uniform) : uniform, [x]);
  },
  step() {
    throw new Error("not tried: see the gradients of conv");
  },
  uniformity() {
    throw new Error("n × n numbers do not fit");
  },
  pointwise({ op, count }) {
    const x = op === "log" || op === "pow" ? np.abs(drawn(count)) : drawn(count);
    return once(pointwise[op], [x]);
  },
  reduce: ({ op, count }) => once((x) => np[op](x), [drawn(count)]),
  batchNorm({ shape, backward }) {
    const perChannel = (x) => x.reshape([1, shape[1], 1, 1]);
    const f = (x, weight, bias) => {
      const centred = x.ref.sub(np.mean(x, [0, 2, 3], { keepdims: true }));
      const variance = np.mean(np.square(centred.ref), [0, 2, 3], { keepdims: true });
      return centred
        .div(np.sqrt(variance.add(1e-5)))
        .mul(perChannel(weight))
        .add(perChannel(bias));
    };
    return maybeBackward(backward, f, [drawn(...shape), drawn(shape[1]), drawn(shape[1])], () => drawn(...shape));
  },
  maxPool({ shape: [n, c, h, w], backward }) {
    const f = (x) => lax.reduceWindow(x, np.max, [2, 2], [2, 2]);
    return maybeBackward(backward, f, [drawn(n, c, h, w)], () => drawn(n, c, h >> 1, w >> 1));
  },
};

await serve(ways);
