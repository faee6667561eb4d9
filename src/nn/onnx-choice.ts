/** What of a module goes into a graph of its own. */
export interface OnnxChoice {
  /** Sizes of one sample, without those of the batch; a name in place of a number leaves a size open. */
  readonly input?: readonly (number | string)[];
  /** Which blocks' outputs, by number; negative ones count from the end. */
  readonly layers?: readonly number[];
}

/** Throws where something is chosen of a model that `takes` one thing, and has one way to give what it makes of it. */
export function noChoice(model: object, takes: string, { input, layers }: OnnxChoice): void {
  if (input === undefined && layers === undefined) return;
  throw new TypeError(`exportOnnx: ${model.constructor.name} takes ${takes}: leave out input and layers`);
}
