/** Sequences that move a terminal's cursor, change its colours, title or clipboard (ECMA-48). Pure. */
import { matches } from "./detector.ts";
import type { Span } from "./view.ts";

// The first alternatives take the whole sequence; without their first character they would stay behind as text.
const SEQUENCE =
  // oxlint-disable-next-line no-control-regex -- these are what has to go
  /\u001b[\]PX^_][^\u0007\u001b\u009c]{0,4096}(?:\u0007|\u001b\\|\u009c)?|(?:\u001b\[|\u009b)[0-?]{0,64}[ -/]{0,16}[@-~]?|\u001b[ -/]{0,16}[0-~]?/g;

/** Where they stand in a text; one that is not complete goes as far as it may. */
export const terminalSequences = (text: string): readonly Span[] =>
  text.includes("\u001b") || text.includes("\u009b") ? matches(text, SEQUENCE) : [];
