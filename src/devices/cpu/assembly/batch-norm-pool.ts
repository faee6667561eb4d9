import { floorOf, inputRow } from "./batch-norm";
import { unpickPlane } from "./max-pool";
import { Window } from "./window";

/**
 * `batchNormalizeInput` with g: [planes, windows] put back at its places in x, for planes from .. to. A plane is still near
 * when it is gone over again. At `window` lies a `Window`.
 */
export function batchNormalizePoolInput(
  y: usize,
  g: usize,
  places: usize,
  x: usize,
  bias: usize,
  moments: usize,
  factors: usize,
  slopes: usize,
  window: usize,
  relu: bool,
  from: i32,
  to: i32,
): void {
  const sizes = Window.at(window);
  const floor = f32x4.splat(floorOf(relu));
  const n = sizes.channels;
  const offsets = slopes + ((<usize>n) << 2);
  const inner = sizes.height * sizes.width;
  const part = (<usize>sizes.pixels) << 2;
  for (let p = from; p < to; p++) {
    const at = (<usize>(p % n)) << 2;
    const before = (<usize>p * inner) << 2;
    unpickPlane(y + before, g + <usize>p * part, places + <usize>p * part, sizes);
    inputRow(
      y + before,
      y + before,
      x + before,
      bias + at,
      moments + at,
      factors + at,
      slopes + at,
      offsets + at,
      floor,
      inner,
    );
  }
}
