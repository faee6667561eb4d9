import { columnCount, pixelsIn } from "../../../src/devices/sizes.ts";
import { type Case, exact, sumBound } from "./case.ts";
import { numbers, withSpecial } from "./numbers.ts";
import { named, windows } from "./windows.ts";

export const windowCases: Case[] = windows.flatMap((window): Case[] => {
  const { kernel } = window;
  const what = named(window);
  return [
    {
      kernel: "unfold",
      what,
      inputs: [withSpecial(pixelsIn(window), 1)],
      call: ({ kernels }, [x]) => kernels.unfold(x, window),
      ...exact,
    },
    {
      kernel: "fold",
      what,
      inputs: [numbers(columnCount(window), 1)],
      call: ({ kernels }, [x]) => kernels.fold(x, window),
      ...sumBound(kernel[0] * kernel[1]),
    },
  ];
});
