import type { Generator } from "../ops/index.ts";
import type { ByteImage, Image, Picture, PixelData } from "./image.ts";

/** A change that keeps the kind of a picture: floats stay floats, bytes stay bytes. Both kinds draw the same numbers. */
export type PictureTransform = <Data extends PixelData>(picture: Picture<Data>, generator: Generator) => Picture<Data>;

/** A change that keeps the kind of a picture and in which nothing is random. */
export type PictureChange = <Data extends PixelData>(picture: Picture<Data>) => Picture<Data>;

/** Whether the pixels of a picture are bytes. */
export function isBytes(picture: Picture): picture is ByteImage {
  return picture.data instanceof Uint8Array;
}

/** One change from its two definitions: the kind of picture chooses which. */
export function either<Rest extends readonly unknown[]>(
  floats: (image: Image, ...rest: Rest) => Image,
  bytes: (image: ByteImage, ...rest: Rest) => ByteImage,
): <Data extends PixelData>(picture: Picture<Data>, ...rest: Rest) => Picture<Data> {
  return <Data extends PixelData>(picture: Picture<Data>, ...rest: Rest): Picture<Data> => {
    const changed = isBytes(picture) ? bytes(picture, ...rest) : floats(picture as Picture as Image, ...rest);
    return changed as Picture as Picture<Data>; // the kind that came in, which the compiler cannot see
  };
}

/** `length` zeros in an array of the kind of `data`. Not `data.slice()`: of Node's Buffer that is no copy but a view. */
export function emptyLike<Data extends PixelData>(data: Data, length: number): Data {
  return (data instanceof Uint8Array ? new Uint8Array(length) : new Float32Array(length)) as Data;
}
