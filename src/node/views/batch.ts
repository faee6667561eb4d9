import type { ByteImage, Image, Transform } from "../../data/index.ts";
import { Random, type RandomState } from "../../random.ts";
import { sameShape, show } from "../../shape.ts";
import type { PictureReader } from "../pictures/reader.ts";
import { draws } from "./draws.ts";

/** Which pictures, and what the random in their views begins from. */
export interface Order {
  readonly indices: Int32Array;
  readonly state: RandomState;
}

/** Floats [views · n, channels, height, width]: all first views, then all second ones. */
export interface Made {
  readonly data: Float32Array<ArrayBuffer>;
  readonly shape: [number, channels: number, height: number, width: number];
}

/**
 * The views of a batch. Those of picture k are drawn, one after the other, from the state's `fork(String(k))`, so that it
 * does not matter who makes them. The next picture is read while one is worked on.
 * Rejects, naming the picture, if one cannot be read, a step refuses it, or views are of two sizes.
 */
export async function makeBatch(
  reader: PictureReader,
  view: Transform<ByteImage, Image>,
  views: number,
  { indices, state }: Order,
): Promise<Made> {
  const n = indices.length;
  const random = new Random(0);
  random.setState(state);
  const read = (k: number): Promise<ByteImage> | undefined => {
    const picture = k < n ? reader.get(indices[k]) : undefined;
    picture?.catch(() => {}); // told when it is waited for, if it ever is
    return picture;
  };
  let made: Made | undefined;
  let next = read(0);
  for (let k = 0; k < n; k++) {
    const picture = (await next) as ByteImage;
    next = read(k + 1);
    const generator = draws(random.fork(String(k)));
    for (let v = 0; v < views; v++) {
      const { data, shape } = viewed(reader.nameOf(indices[k]), () => view(picture, generator));
      made ??= { data: new Float32Array(views * n * data.length), shape: [views * n, ...shape] };
      const wanted = made.shape.slice(1);
      if (!sameShape(shape, wanted)) {
        throw new RangeError(
          `${reader.nameOf(indices[k])}: is ${show(shape)} after the steps, views before it ${show(wanted)}: ` +
            'let a step bring all to one size, such as ["centerCrop", 224]',
        );
      }
      made.data.set(data, (v * n + k) * data.length);
    }
  }
  if (made) return made;
  throw new RangeError("viewMaker: a batch needs at least one picture, got none");
}

/** What `make` returns; what it throws says of which picture. */
function viewed(name: string, make: () => Image): Image {
  try {
    return make();
  } catch (cause) {
    throw new Error(`${name}: ${cause instanceof Error ? cause.message : String(cause)}`, { cause });
  }
}
