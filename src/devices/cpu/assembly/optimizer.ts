import { loadFirst, storeFirst } from "./lanes";

// Each operation is rounded by itself, in PyTorch's order: the results have the bits of the composition, with relaxed
// SIMD too.

/**
 * Elements from .. to of a step of stochastic gradient descent: d = g + decay p; buffer' = momentum buffer + d, at the first
 * step (buffer at 0) d; p' = p - rate buffer', with nesterov p - rate (d + momentum buffer'), without a buffer (nextBuffer
 * at 0) p - rate d. The results may lie where p and the buffer do.
 */
export function sgd(
  nextP: usize,
  nextBuffer: usize,
  p: usize,
  g: usize,
  buffer: usize,
  rate: f32,
  momentum: f32,
  decay: f32,
  nesterov: bool,
  from: i32,
  to: i32,
): void {
  const whole = to - ((to - from) & 3);
  sgdOf<Four>(nextP, nextBuffer, p, g, buffer, rate, momentum, decay, nesterov, from, whole);
  sgdOf<One>(nextP, nextBuffer, p, g, buffer, rate, momentum, decay, nesterov, whole, to);
}

/**
 * What the loop takes at once: to ask how many are left, as Adam does, costs half as much time again without divisions
 * to hide it.
 */
class Four {
  count(): i32 {
    return 4;
  }
  load(at: usize): v128 {
    return v128.load(at);
  }
  store(at: usize, x: v128): void {
    v128.store(at, x);
  }
}

/** One float, with zeros beside it. */
class One {
  count(): i32 {
    return 1;
  }
  load(at: usize): v128 {
    return v128.load32_zero(at);
  }
  store(at: usize, x: v128): void {
    v128.store_lane<f32>(at, x, 0);
  }
}

function sgdOf<Lanes>(
  nextP: usize,
  nextBuffer: usize,
  p: usize,
  g: usize,
  buffer: usize,
  rate: f32,
  momentum: f32,
  decay: f32,
  nesterov: bool,
  from: i32,
  to: i32,
): void {
  const lanes = changetype<Lanes>(0); // has no fields: a name for its methods
  for (let i = from; i < to; i += lanes.count()) {
    const at = (<usize>i) << 2;
    const kept = f32x4.splat(momentum);
    const before = lanes.load(p + at);
    let d = lanes.load(g + at);
    if (decay !== 0) d = f32x4.add(d, f32x4.mul(before, f32x4.splat(decay)));
    if (nextBuffer !== 0) {
      const own = buffer === 0 ? d : f32x4.add(f32x4.mul(lanes.load(buffer + at), kept), d);
      lanes.store(nextBuffer + at, own);
      d = nesterov ? f32x4.add(d, f32x4.mul(own, kept)) : own;
    }
    lanes.store(nextP + at, f32x4.sub(before, f32x4.mul(d, f32x4.splat(rate))));
  }
}

/**
 * Elements from .. to of a step of Adam: d = g + decay p; m' = keep1 m + take1 d; v' = keep2 v + take2 d², both from 0
 * at the first step (m and v at 0); p' = shrink p - rate m' / (sqrt(v' / correction) + eps). The results may lie where
 * p, m and v do.
 */
export function adam(
  nextP: usize,
  nextM: usize,
  nextV: usize,
  p: usize,
  g: usize,
  m: usize,
  v: usize,
  rate: f32,
  keep1: f32,
  take1: f32,
  keep2: f32,
  take2: f32,
  correction: f32,
  eps: f32,
  decay: f32,
  shrink: f32,
  from: i32,
  to: i32,
): void {
  for (let i = from; i < to; i += 4) {
    const at = (<usize>i) << 2;
    const left = to - i;
    let before = loadFirst(p + at, left);
    let d = loadFirst(g + at, left);
    if (decay !== 0) d = f32x4.add(d, f32x4.mul(before, f32x4.splat(decay)));
    if (shrink !== 1) before = f32x4.mul(before, f32x4.splat(shrink));
    let mean = f32x4.mul(d, f32x4.splat(take1));
    let square = f32x4.mul(f32x4.mul(d, d), f32x4.splat(take2));
    if (m !== 0) {
      mean = f32x4.add(f32x4.mul(loadFirst(m + at, left), f32x4.splat(keep1)), mean);
      square = f32x4.add(f32x4.mul(loadFirst(v + at, left), f32x4.splat(keep2)), square);
    }
    storeFirst(nextM + at, mean, left);
    storeFirst(nextV + at, square, left);
    const scale = f32x4.add(f32x4.sqrt(f32x4.div(square, f32x4.splat(correction))), f32x4.splat(eps));
    const step = f32x4.mul(f32x4.div(mean, scale), f32x4.splat(rate));
    storeFirst(nextP + at, f32x4.sub(before, step), left);
  }
}
