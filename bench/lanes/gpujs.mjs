// gpu.js as its readme has it, a kernel of one sum a thread, in its WebAssembly mode. It has no operations of its own.
import { GPU } from "gpu.js";
import { serve } from "./serve.ts";

const drawn = (rows, columns) =>
  Array.from({ length: rows }, () => Float32Array.from({ length: columns }, () => Math.random() - 0.5));

await serve({
  matmul({ m, k, n }) {
    const [a, b] = [drawn(m, k), drawn(k, n)];
    const settings = { output: [n, m], constants: { k } };
    const product = new GPU({ mode: "webasm" }).createKernel(function (a, b) {
      let sum = 0;
      for (let p = 0; p < this.constants.k; p++) sum += a[this.thread.y][p] * b[p][this.thread.x];
      return sum;
    }, settings);
    return () => product(a, b);
  },
});
