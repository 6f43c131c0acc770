/** Looks for what detectors find in a text, however it is written, and says where in the original it stands. Pure. */
import type { Detector, Scene } from "./detector.ts";
import { decodings } from "./encoded-text.ts";
import { cleaned, latinised, lowered } from "./normalise.ts";
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
  const readings = readingsOf(raw);
  const found = detectors.flatMap((detector) => findIn(readings, detector, scene, false));
  const encoded = detectors.filter(({ readsEncoded }) => readsEncoded);
  if (encoded.length === 0) return found;
  for (const decoded of decodings(raw)) {
    const inside = readingsOf(decoded);
    for (const detector of encoded) found.push(...findIn(inside, detector, scene, true));
  }
  return found;
}

/** A text as it came, and as detectors read it. */
interface Readings {
  readonly raw: View;
  readonly plain: View;
  readonly folded: readonly View[];
}

function readingsOf(raw: View): Readings {
  const plain = cleaned(raw);
  const lower = lowered(plain);
  const latin = latinised(lower);
  // A text in another script stays what it is; one in disguise has both readings.
  return { raw, plain, folded: latin === lower ? [lower] : [lower, latin] };
}

function findIn({ raw, plain, folded }: Readings, detector: Detector, scene: Scene, isEncoded: boolean): Finding[] {
  const views = detector.reads === "raw" ? [raw] : detector.reads === "plain" ? [plain] : folded;
  return views.flatMap((view) =>
    detector.find(view.text, scene).map((span) => ({ ...view.original(span), detector, isEncoded })),
  );
}
