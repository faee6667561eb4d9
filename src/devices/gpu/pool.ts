import { pixelsIn, pixelsOut, type WindowSizes } from "../sizes.ts";
import { unravel } from "./integers.ts";
import type { Launch, Program } from "./program.ts";
import { replaces } from "./reduce.ts";
import { tapsInside, windowIntegers, windowNames, windowsCovering } from "./window.ts";

/**
 * Text that runs `first` and then, at each pixel of the image under this thread's window, `each`, row by row: it is
 * x[start + place].
 */
function underWindow(first: string, each: string, afterRow = ""): string {
  return `
    ${unravel(["plane", "i", "j"], ["outHeight", "outWidth"])}
    ${tapsInside}
    let start = plane * height * width;
    let corner = (startY + firstY * dilationY) * width + startX + firstX * dilationX;
    let place = corner;
    ${first}
    for (let s = 0; s < manyY; s++) {
      place = corner + s * dilationY * width;
      for (let t = 0; t < manyX; t++) {
        ${each}
        place = place + dilationX;
      }
      ${afterRow}
    }`;
}

/**
 * Text that adds up `term` over the windows that cover this thread's pixel, `own` in its plane; `at` is the window's
 * number.
 */
function overWindows(term: string): string {
  return `
    ${unravel(["plane", "row", "column"], ["height", "width"])}
    ${windowsCovering}
    let own = row * width + column;
    let at = 0;
    let sum = 0;
    for (let s = 0; s < manyY; s++) {
      at = (plane * outHeight + outY - s * outStepY) * outWidth + outX;
      for (let t = 0; t < manyX; t++) {
        ${term}
        at = at - outStepX;
      }
    }`;
}

function program(name: string, inputs: readonly string[], body: string, variant?: string): Program {
  return { name, inputs, integers: windowNames, body, ...(variant === undefined ? {} : { variant }) };
}

function launch<Input>(what: Program, inputs: readonly Input[], window: WindowSizes, size: number): Launch<Input> {
  return { program: what, inputs, integers: windowIntegers(window), size, longestLoop: Math.max(...window.kernel) };
}

/** The first largest pixel, `best`, and its place in the plane, `bestPlace`; once a NaN was met nothing replaces it. */
const largest = underWindow(
  "let best = x[start + corner]; let bestPlace = corner; let candidate = best;",
  `candidate = x[start + place];
   if (${replaces("<=")}) { best = candidate; bestPlace = place; }`,
);
const maxPoolProgram = program("maxPool2d", ["x"], `${largest} return best;`);
const placesProgram = program("maxPool2d", ["x"], `${largest} return bestPlace;`, "places");

/** The largest pixel under each window: [b, c, h, w] -> [b, c, oh, ow]. A kernel has one output: `maxPlaces` looks again. */
export function maxPool2d<Input>(x: Input, window: WindowSizes): Launch<Input> {
  return launch(maxPoolProgram, [x], window, pixelsOut(window));
}

/** Where in its plane that pixel lies. */
export function maxPlaces<Input>(x: Input, window: WindowSizes): Launch<Input> {
  return launch(placesProgram, [x], window, pixelsOut(window));
}

const pickProgram = program(
  "pick",
  ["x", "places"],
  `${unravel(["plane", "j"], ["(outHeight * outWidth)"])}
  let place = places[this.thread.x];
  return x[plane * height * width + place];`,
);

/** y[r, j] = x[r, places[r, j]] */
export function pick<Input>(x: Input, places: Input, window: WindowSizes): Launch<Input> {
  return launch(pickProgram, [x, places], window, pixelsOut(window));
}

/** Every pixel asks the windows that cover it whether theirs is its place: scattering would make threads collide. */
const unpickProgram = program(
  "unpick",
  ["g", "places"],
  `${overWindows("if (places[at] === own) { sum += g[at]; }")} return sum;`,
);

/** y[r, places[r, j]] += g[r, j] */
export function unpick<Input>(g: Input, places: Input, window: WindowSizes): Launch<Input> {
  return launch(unpickProgram, [g, places], window, pixelsIn(window));
}

const avgPoolProgram = program(
  "avgPool2d",
  ["x"],
  `${underWindow("let sum = 0; let line = 0;", "line += x[start + place];", "sum += line; line = 0;")}
  return sum / (kernelY * kernelX);`,
);

/** The mean of each window, padding counted as zeros. */
export function avgPool2d<Input>(x: Input, window: WindowSizes): Launch<Input> {
  return launch(avgPoolProgram, [x], window, pixelsOut(window));
}

const avgSpreadProgram = program(
  "avgSpread",
  ["g"],
  `${overWindows("sum += g[at];")} return sum / (kernelY * kernelX);`,
);

/** Each pixel of g spread evenly over its window. */
export function avgSpread<Input>(g: Input, window: WindowSizes): Launch<Input> {
  return launch(avgSpreadProgram, [g], window, pixelsIn(window));
}
