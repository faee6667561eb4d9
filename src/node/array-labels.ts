import type { ByteSource } from "../formats/byte-source.ts";
import { checkNpyLength, readNpyHeader } from "../formats/npy-header.ts";
import { type Shape, show } from "../shape.ts";
import { type FoundArray, npyArray, npyHead } from "./found-array.ts";

/** The integers of an array of one dimension, as texts. Rejects for others, and for numbers that are not whole. */
export async function arrayLabels({ name, source, array: { shape, type, start } }: FoundArray): Promise<string[]> {
  const count = lengthOf(shape, name);
  const values = type.read((await source.read(start, count * type.bytes)).buffer);
  return Array.from({ length: count }, (_, row) => {
    const value = values[row];
    if (typeof value === "bigint" || Number.isInteger(value)) return String(value);
    throw new Error(`${name}: row ${row} holds ${value}: labels must be whole numbers or text`);
  });
}

/** The integers or texts of an `.npy` file. */
export async function npyLabels(source: ByteSource, name: string): Promise<string[]> {
  const header = readNpyHeader(await npyHead(source), name, source.size);
  const [, order, letters] = /^([<>=])U(\d+)$/.exec(header.descr) ?? [];
  if (letters === undefined) return arrayLabels(await npyArray(source, name));
  const width = 4 * Number(letters); // NumPy's text: UTF-32, filled up with zeros
  checkNpyLength(header, width, source.size, name);
  const count = lengthOf(header.shape, name);
  if (width === 0) throw new Error(`${name}: all ${count} labels are empty: save texts or whole numbers`);
  const view = new DataView((await source.read(header.start, count * width)).buffer);
  return Array.from({ length: count }, (_, row) =>
    textAt(view, row * width, width, order !== ">", `${name}: row ${row}`),
  );
}

function textAt(view: DataView, start: number, width: number, littleEndian: boolean, where: string): string {
  let text = "";
  for (let at = start; at < start + width; at += 4) {
    const code = view.getUint32(at, littleEndian);
    if (code > 0x10ffff) throw new Error(`${where} holds a character ${code}, which does not exist: it is damaged`);
    if (code !== 0) text += String.fromCodePoint(code);
  }
  if (text === "") throw new Error(`${where} is empty, a label is needed`);
  return text;
}

function lengthOf(shape: Shape, name: string): number {
  if (shape.length === 1 || (shape.length === 2 && shape[1] === 1)) return shape[0];
  throw new Error(`${name}: labels must be an array [n], got ${show(shape)}: save labels.ravel() or labels.argmax(1)`);
}
