import { apart, panelsOf, points } from "./winograd-products";
import { three } from "./winograd-transforms";

/** Floats from one point's weights to the next point's. */
export function weightStep(outs: i32, channels: i32): i32 {
  return apart(4 * panelsOf(outs, 4) * channels);
}

/** Floats that the transformed weights of `outs` channels of results take. */
export function winogradWeightsRoom(outs: i32, channels: i32): i32 {
  return points * weightStep(outs, channels);
}

/**
 * The transform of 3 x 3 weights, u[point][panel][c][4], for panels from .. to of four of `outs` channels of results.
 * Those of o and c are nine floats at o `outStep` + c `channelStep`, in turned order if `turned`. scratch: 72 floats.
 */
export function winogradWeights(
  u: usize,
  w: usize,
  outs: i32,
  channels: i32,
  outStep: i32,
  channelStep: i32,
  turned: bool,
  scratch: usize,
  from: i32,
  to: i32,
): void {
  const step = (<usize>weightStep(outs, channels)) << 2;
  const column = <usize>(turned ? -4 : 4);
  const row = 3 * column;
  for (let panel = from; panel < to; panel++) {
    for (let c = 0; c < channels; c++) {
      const first = w + ((<usize>(c * channelStep)) << 2) + (turned ? 32 : 0);
      const w0 = lane(first, 4 * panel, outs, outStep);
      const w1 = lane(first, 4 * panel + 1, outs, outStep);
      const w2 = lane(first, 4 * panel + 2, outs, outStep);
      const w3 = lane(first, 4 * panel + 3, outs, outStep);
      for (let v: usize = 0; v < 3; v++) {
        const at = v * column;
        three(
          scratch + 16 * v,
          48,
          gathered(w0 + at, w1 + at, w2 + at, w3 + at),
          gathered(w0 + at + row, w1 + at + row, w2 + at + row, w3 + at + row),
          gathered(w0 + at + 2 * row, w1 + at + 2 * row, w2 + at + 2 * row, w3 + at + 2 * row),
        );
      }
      let place = u + ((<usize>(panel * channels + c)) << 4);
      for (let r: usize = 0; r < 6; r++) {
        const from = scratch + 48 * r;
        three(place, step, v128.load(from, 0), v128.load(from, 16), v128.load(from, 32));
        place += 6 * step;
      }
    }
  }
}

/** Where a channel's weights begin; lanes past the last channel repeat it. */
function lane(first: usize, o: i32, outs: i32, step: i32): usize {
  return first + ((<usize>(min(o, outs - 1) * step)) << 2);
}

/** Four floats, each by its address. */
function gathered(a: usize, b: usize, c: usize, d: usize): v128 {
  const two = v128.load_lane<f32>(b, v128.load32_zero(a), 1);
  return v128.load_lane<f32>(d, v128.load_lane<f32>(c, two, 2), 3);
}
