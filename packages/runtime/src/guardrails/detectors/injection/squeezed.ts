/** Orders written without any space, as they come out of letters that were parted by one sign each. */
import { matches } from "../../detector.ts";
import type { Span } from "../../view.ts";

const SQUEEZED =
  /(?:ignore|disregard|forget|override|bypass)(?:all|any|the|your|my|of|every){0,3}(?:previous|prior|above|earlier|preceding|system|safety|original)(?:system)?(?:instructions?|prompts?|rules|directions|directives|guidelines|orders|commands)|(?:reveal|show|print|repeat|output|display|giveme|tellme)(?:me|us)?(?:all|the|your){0,2}(?:hidden|secret|initial|full)?(?:system)?(?:prompt|instructions)|doanythingnow/g;

/** The shortest of them is `showprompt`. */
const SHORTEST = 10;

/** Found in one long word only. */
export const squeezedOrders = (text: string): readonly Span[] =>
  text.length < SHORTEST ? [] : matches(text, SQUEEZED);
