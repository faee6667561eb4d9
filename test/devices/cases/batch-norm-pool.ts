import { pixelsIn, pixelsOut } from "../../../src/devices/sizes.ts";
import { type Case, exact, present, sumBound } from "./case.ts";
import { numbers, steps } from "./numbers.ts";
import { pools } from "./pool.ts";
import { named, placesUnder } from "./windows.ts";

/** Weights of either sign, and both zeros, which count as positive. */
const weights = (channels: number, from: number): Float32Array =>
  Float32Array.from({ length: channels }, (_, c) => [-0.5, 1, -2, 0, -0][(c + from) % 5]);

export const batchNormPoolCases: Case[] = pools.flatMap((window): Case[] => {
  const [count, n, what] = [pixelsIn(window), window.channels, named(window)];
  const values = { plain: steps(count, "plain"), holes: steps(count, "holes"), poles: steps(count, "poles") };
  const ties = numbers(count, 8).map(Math.sign);
  const extremes = Object.entries({ ...values, ties }).flatMap(([kind, x]) =>
    [0, 1].flatMap((from): Case[] => {
      const given = { kernel: "extremePool2d", inputs: [x, weights(n, from)], ...exact };
      const of = `${what} of ${kind} by ${weights(n, from)}`;
      return [
        { ...given, what: of, call: ({ fused }, [a, w]) => present(fused.extremePool2d)(a, w, window).y },
        {
          ...{ ...given, what: `${of}: places` },
          call: ({ fused }, [a, w]) => present(fused.extremePool2d)(a, w, window).places,
        },
      ];
    }),
  );
  const moments = Float32Array.of(...numbers(n, 6), ...numbers(n, 5).map((x) => 0.5 + 0.4 * x));
  const totals = numbers(2 * n, 7).map((total) => total * (count / n));
  const g = numbers(pixelsOut(window), 4);
  const [x, weight, bias, places] = [numbers(count, 1), numbers(n, 2), numbers(n, 3), placesUnder(window)];
  const gradients = [false, true].flatMap((relu) =>
    Object.entries({ numbers: x, holes: values.holes }).map(
      ([kind, image]): Case => ({
        kernel: "batchNormalizePoolInput",
        what: `${what} of ${kind}${relu ? ", with relu" : ""}`,
        inputs: [g, image, weight, bias, moments, totals, places],
        call: ({ fused }, [dy, a, w, b, m, t, at]) =>
          present(fused.batchNormalizePoolInput)(dy, a, w, b, m, t, at, window, { eps: 1e-5, relu }),
        ...sumBound(window.kernel[0] * window.kernel[1]),
      }),
    ),
  );
  return [...extremes, ...gradients];
});
