import { columnCount, type Kernels, type WindowSizes } from "../device.ts";
import type { Machine } from "./machine.ts";

/** Windows as columns, the general way to convolve; `conv.ts` does without. */
export function windowKernels(machine: Machine): Pick<Kernels, "unfold" | "fold"> {
  const sizes = ({ batch, channels, height, width, kernel, stride, padding, dilation, ...out }: WindowSizes) =>
    machine.integers(
      [batch * channels, height, width, ...kernel, out.outHeight, out.outWidth],
      [...stride, ...padding, ...dilation],
    );
  return {
    unfold(x, window) {
      const y = machine.make("unfold", columnCount(window));
      machine.run.unfold(y.address, machine.at(x), sizes(window));
      return y;
    },

    fold(x, window) {
      const y = machine.make("fold", window.batch * window.channels * window.height * window.width);
      machine.run.fold(y.address, machine.at(x), sizes(window));
      return y;
    },
  };
}
