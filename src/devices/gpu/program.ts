import type { Storage } from "../device.ts";
import type { KernelFunction } from "./integers.ts";

/**
 * What one thread does, as the text of a function with the arguments `inputs` (flat arrays), then `integers`. Text, not
 * a closure: gpu.js reads the source, and minifiers rewrite functions but leave strings alone.
 */
export interface Program {
  /** The name under which a run is counted, `reduce:sum`. */
  readonly name: string;
  /** Tells programs of one name apart, such as the number of dimensions that the text spells out. */
  readonly variant?: number | string;
  readonly inputs: readonly string[];
  readonly integers: readonly string[];
  readonly functions?: readonly KernelFunction[];
  readonly body: string;
}

/** A program and what it runs on: output element i is what thread i returns. */
export interface Launch<Input> {
  readonly program: Program;
  readonly inputs: readonly Input[];
  readonly integers: readonly number[];
  /** Number of output elements. */
  readonly size: number;
  /** The longest loop in the program, in iterations. */
  readonly longestLoop?: number;
}

/** Issues one launch of a kernel that is made of several. */
export type Run = (launch: Launch<Storage>) => Storage;
