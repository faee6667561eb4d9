/** A function of each number that another op may apply to its result in the same pass over memory, by the name of its op. */
export type Activation = "relu";

/** Whether it is max(x, 0), or none. Throws for any other. */
export function isRelu(what: string, activation: Activation | undefined): boolean {
  if (activation === undefined || activation === "relu") return activation === "relu";
  throw new TypeError(`${what}: activation must be "relu" or left out, got ${String(activation satisfies never)}`);
}
