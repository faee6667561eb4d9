/**
 * Rows of numbers, [n, d], that can be read again and again and in any order: a file that stays where it is, or memory.
 * What a metric holds of it is then bounded, whatever n is.
 */
export interface RowSource {
  /** What errors call it. */
  readonly name: string;
  readonly n: number;
  readonly d: number;
  /**
   * Writes rows start .. start + count − 1 to the front of `out`, row-major, as they are: neither scaled nor checked to be
   * finite. Rejects naming the file where it cannot be read or was cut since.
   */
  read(start: number, count: number, out: Float64Array): Promise<void>;
}
