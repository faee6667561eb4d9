import type { Device } from "../../../devices/device.ts";
import { type Alignment, alignment, type Uniformity, uniformity } from "../../../metrics/index.ts";
import type { QuickThought, Sentences } from "../../../models/index.ts";
import { generator } from "../../../ops/index.ts";
import type { Phases } from "../../phases.ts";
import type { Features } from "../encode.ts";
import { evenly } from "../gallery.ts";
import { distancesOf, rowsAt } from "../layout.ts";
import { type Labelled, probeAccuracy } from "../probes.ts";
import { characterCounts } from "./characters.ts";
import type { TextConfig } from "./config.ts";
import { type EncodedText, encodeSentences, joined } from "./encode.ts";
import { behind, followed, type Library } from "./library.ts";
import { type Retrieval, retrieval } from "./retrieval.ts";

/** Next sentences among which the right one is to be found, at most. */
const mostCandidates = 1000;

/** Training sentences from which probes learn, at most. */
const mostKnown = 20_000;

/** Learning rate of the probes. */
const probeRate = 1e-2;

/** What is measured of two encoders on sentences they have not seen. */
export interface TextMeasured {
  /** The next sentence found as the encoders are trained, by f of the one with g of the other and g of the one with f of the other. */
  readonly retrieval: Retrieval;
  /** The same by f with f and g with g: so that encoders which never met have a chance. */
  readonly joinedRetrieval: Retrieval;
  /** Share of the sentences whose book a linear probe names, of both points side by side; absent where there is one book. */
  readonly bookProbe: number | undefined;
  /** Of f of a sentence and g of the next one. */
  readonly alignment: Alignment;
  /** Of each encoder. */
  readonly uniformity: { readonly f: Uniformity; readonly g: Uniformity };
}

/** What a report draws of them. */
export interface TextDrawn {
  /** Both points side by side, of all test sentences. */
  readonly features: Features;
  /** Between f of a sentence and g of the next one; and g of another one at random. */
  readonly distances: Float64Array;
  readonly others: Float64Array;
}

export interface TextMeasurement {
  readonly trained: TextMeasured & TextDrawn;
  readonly untrained: TextMeasured & TextDrawn;
  /** Share of the sentences whose book a linear probe names by counts of characters alone. */
  readonly characterProbe: number | undefined;
  /** Next sentences among which the right one is sought. */
  readonly candidates: number;
  /** Training sentences from which probes learnt. */
  readonly known: number;
}

/** What is done with the trained encoders, and with the untrained ones. */
type OfEach = "encoding test sentences" | "encoding training sentences" | "retrieval and metrics" | "book probe";

/** The parts of measuring. */
type Part = `${"" | "untrained: "}${OfEach}` | "characters: book probe";

/** What each part costs, in sentences that are encoded. */
export function textCosts({ train, test }: Library): Record<Part, number> {
  const known = Math.min(mostKnown, train.sentences.length);
  const n = test.sentences.length;
  const each: Record<OfEach, number> = {
    "encoding test sentences": n,
    "encoding training sentences": known,
    "retrieval and metrics": n / 4,
    "book probe": known,
  };
  const untrained = Object.entries(each).map(([part, cost]) => [`untrained: ${part}`, cost]);
  return {
    ...each,
    ...(Object.fromEntries(untrained) as Record<`untrained: ${OfEach}`, number>),
    "characters: book probe": known / 8,
  };
}

/** Measures trained encoders and untrained ones in like manner. `read`: a sentence as the numbers of its words. */
export async function measureText(
  [model, fresh]: readonly [trained: QuickThought, untrained: QuickThought],
  { names, train, test }: Library,
  read: (sentence: string) => Int32Array,
  config: TextConfig,
  device: Device,
  phases: Phases<Part>,
): Promise<TextMeasurement> {
  const { seed } = config;
  const chosen = evenly(train.sentences.length, Math.min(mostKnown, train.sentences.length));
  const known = Array.from(chosen, (i) => train.sentences[i]);
  const books = chosen.map((i) => train.books[i]);
  const [learnt, met]: Sentences[] = [known, test.sentences].map((sentences) => sentences.map(read));
  const pairs = followed(test);
  const draw = generator(seed).fork("retrieval");
  const asked = draw.permutation(pairs.length).map((k) => pairs[k]);
  const candidates = Math.min(mostCandidates, pairs.length);
  const probe = (part: Part, from: Features, to: Features): Promise<number | undefined> =>
    phases.run(part, async (tell) => {
      if (names.length < 2) return undefined;
      const labelled = (features: Features, labels: Int32Array): Labelled => ({ features, labels });
      const options = { classes: names.length, lr: probeRate, generator: generator(seed).fork("book probe"), device };
      return probeAccuracy(labelled(from, books), labelled(to, test.books), options, tell);
    });

  const judged = async (when: "" | "untrained: ", judge: QuickThought): Promise<TextMeasured & TextDrawn> => {
    const points = await phases.run(`${when}encoding test sentences`, (tell) => encodeSentences(judge, met, tell));
    const features = joined(points);
    const layout = await phases.run(`${when}retrieval and metrics`, async () => ({
      retrieval: await retrieval(features, joined({ f: points.g, g: points.f }), asked, candidates, device),
      joinedRetrieval: await retrieval(features, features, asked, candidates, device),
      ...(await metricsOf(points, pairs, config)),
      ...distances(points, pairs, seed),
    }));
    const from = await phases.run(`${when}encoding training sentences`, (tell) =>
      names.length < 2 ? Promise.resolve(points) : encodeSentences(judge, learnt, tell),
    );
    const bookProbe = await probe(`${when}book probe`, joined(from), features);
    return { ...layout, bookProbe, features };
  };

  const trained = await judged("", model);
  const untrained = await judged("untrained: ", fresh);
  const characterProbe = await probe("characters: book probe", ...characterCounts(known, test.sentences));
  return { trained, untrained, characterProbe, candidates, known: known.length };
}

async function metricsOf(
  { f, g }: EncodedText,
  pairs: Int32Array,
  { alpha, t }: TextConfig,
): Promise<Pick<TextMeasured, "alignment" | "uniformity">> {
  const [x, y] = [rowsAt(f, pairs), rowsAt(g, behind(pairs))];
  return {
    alignment: await alignment(x.data, y.data, { dim: x.shape[1], alpha }),
    uniformity: { f: await uniformity(f, { t }), g: await uniformity(g, { t }) },
  };
}

/** How far each sentence's f is from the next one's g, and from that of a sentence at random. */
function distances({ f, g }: EncodedText, pairs: Int32Array, seed: number): Pick<TextDrawn, "distances" | "others"> {
  const x = rowsAt(f, pairs);
  const order = generator(seed).fork("others").permutation(pairs.length);
  const to = (rows: Int32Array): Float64Array => distancesOf(x, rowsAt(g, behind(rows)).data);
  return { distances: to(pairs), others: to(order.map((k) => pairs[k])) };
}
