/** Looks for what detectors find in a text, however it is written, and says where in the original it stands. Pure. */
import { type Detector, type Scene, Shared } from "./detector.ts";
import { decodings } from "./encoded-text.ts";
import { latinised, lowered, plainReadings } from "./normalise.ts";
import { type Span, View } from "./view.ts";

/** One thing that was found; its range is one of the original text. */
export interface Finding extends Span {
  readonly detector: Detector;
  /** Whether it had to be decoded first. */
  readonly isEncoded: boolean;
}

/** All findings of the detectors, in their order. */
export function find(text: string, detectors: readonly Detector[], scene: Scene): readonly Finding[] {
  const raw = new View(text);
  const found: Finding[] = [];
  const readings = new Readings(raw);
  for (const detector of detectors) findIn(readings, detector, { scene, isEncoded: false, found });
  const encoded = detectors.filter(({ readsEncoded }) => readsEncoded);
  if (encoded.length === 0) return found;
  for (const decoded of decodings(raw, readings.sharedOf(raw))) {
    const inside = new Readings(decoded);
    for (const detector of encoded) findIn(inside, detector, { scene, isEncoded: true, found });
  }
  return found;
}

/** A text as it came, and as detectors read it; each reading is made when it is first asked for. */
class Readings {
  readonly raw: readonly View[];
  readonly #raw: View;
  #plain: readonly View[] | undefined;
  #folded: readonly View[] | undefined;
  readonly #shared = new Map<View, Shared>();

  constructor(raw: View) {
    this.#raw = raw;
    this.raw = [raw];
  }

  get plain(): readonly View[] {
    return (this.#plain ??= plainReadings(this.#raw));
  }

  /** A text in another script stays what it is; one in disguise has both readings. */
  get folded(): readonly View[] {
    return (this.#folded ??= this.plain.flatMap((plain) => {
      const lower = lowered(plain);
      const latin = latinised(lower);
      return latin === lower ? [lower] : [lower, latin];
    }));
  }

  /** What rules share of one of the views. */
  sharedOf(view: View): Shared {
    const known = this.#shared.get(view) ?? new Shared(view.text);
    this.#shared.set(view, known);
    return known;
  }
}

interface Search {
  readonly scene: Scene;
  readonly isEncoded: boolean;
  readonly found: Finding[];
}

function findIn(readings: Readings, detector: Detector, { scene, isEncoded, found }: Search): void {
  for (const view of readings[detector.reads]) {
    for (const span of detector.find(view.text, scene, readings.sharedOf(view)))
      found.push({ ...view.original(span), detector, isEncoded });
  }
}
