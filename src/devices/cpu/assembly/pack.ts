import { transpose4 } from "./lanes";

/**
 * to[panel][d][l] = the entry of lane panel * width + l at depth d; zeros past the last lane. Panels of `width` lanes, 4
 * or 16, are what a product reads in order. Lanes are rows or columns, whichever the product does not sum over. From one
 * to the next there are `laneStep` floats, from one depth to the next `depthStep`; one of both is 1.
 */
export function pack(to: usize, width: i32, from: usize, laneStep: i32, n: i32, depthStep: i32, depth: i32): void {
  const step = (<usize>width) << 2;
  const next = (<usize>depthStep) << 2;
  // Sixteen lanes are one panel or four, which take as much room.
  const sixteen = (<usize>depth) << 6;
  const apart = width === 16 ? 16 : sixteen >> 2;
  const quads = ((n + width - 1) / width) * (width / 4);
  for (let q = 0; q < quads; ) {
    const start = to + (<usize>q >> 2) * sixteen + (<usize>q & 3) * apart;
    const at = from + ((<usize>(4 * q * laneStep)) << 2);
    const left = n - 4 * q;
    const sixteens = laneStep > 1 ? 0 : width === 16 ? left / 16 : min(1, left / 16);
    if (sixteens > 0) {
      wide(start, step, apart, at, sixteens, next, depth);
    } else if (left < 4) {
      ragged(start, step, at, (<usize>laneStep) << 2, left, next, depth);
    } else if (laneStep === 1) {
      narrow(start, step, at, next, depth);
    } else {
      transposed(start, step, at, (<usize>laneStep) << 2, depth);
    }
    q += max(1, 4 * sixteens);
  }
}

/** Sixteens of lanes in a row: depth by depth, so that memory is read in long pieces. */
function wide(to: usize, step: usize, apart: usize, from: usize, sixteens: i32, depthStep: usize, depth: i32): void {
  const next = (<usize>depth) << 6;
  for (let d = 0; d < depth; d++) {
    let at = from;
    let y = to;
    for (let i = 0; i < sixteens; i++) {
      v128.store(y, v128.load(at, 0));
      v128.store(y + apart, v128.load(at, 16));
      v128.store(y + 2 * apart, v128.load(at, 32));
      v128.store(y + 3 * apart, v128.load(at, 48));
      at += 64;
      y += next;
    }
    from += depthStep;
    to += step;
  }
}

/** Four lanes in a row. */
function narrow(to: usize, step: usize, from: usize, depthStep: usize, depth: i32): void {
  for (let d = 0; d < depth; d++) {
    v128.store(to, v128.load(from));
    from += depthStep;
    to += step;
  }
}

/** Four lanes apart, depths in a row: four by four, the last float by float. */
function transposed(to: usize, step: usize, a: usize, laneStep: usize, depth: i32): void {
  const b = a + laneStep;
  const c = b + laneStep;
  const d = c + laneStep;
  const end = (<usize>depth) << 2;
  let at: usize = 0;
  for (; at + 16 <= end; at += 16) {
    transpose4(to, step, a + at, b + at, c + at, d + at);
    to += 4 * step;
  }
  for (; at < end; at += 4) {
    store<f32>(to, load<f32>(a + at), 0);
    store<f32>(to, load<f32>(b + at), 4);
    store<f32>(to, load<f32>(c + at), 8);
    store<f32>(to, load<f32>(d + at), 12);
    to += step;
  }
}

/** Fewer than four lanes, or none: zeros for the rest. */
function ragged(to: usize, step: usize, from: usize, laneStep: usize, n: i32, depthStep: usize, depth: i32): void {
  for (let d = 0; d < depth; d++) {
    v128.store(to, f32x4.splat(0));
    for (let l = 0; l < n; l++) store<f32>(to + ((<usize>l) << 2), load<f32>(from + <usize>l * laneStep));
    from += depthStep;
    to += step;
  }
}
