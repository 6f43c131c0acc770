/** Sequences that move a terminal's cursor, change its title or clipboard (ECMA-48). */
import { type Detector, matches } from "../detector.ts";

// The first alternatives take the whole sequence; without their first character they would stay behind as text.
const ESCAPE =
  // oxlint-disable-next-line no-control-regex -- these are what has to go
  /\u001b[\]PX^_][^\u0007\u001b\u009c]{0,4096}(?:\u0007|\u001b\\|\u009c)?|(?:\u001b\[|\u009b)[0-?]{0,64}[ -/]{0,16}[@-~]?|\u001b[ -/]{0,16}[0-~]?/g;

export const terminalEscape: Detector = {
  rule: "control.terminal",
  type: "",
  severity: "high",
  reads: "raw",
  readsEncoded: false,
  find: (text) => (text.includes("\u001b") || text.includes("\u009b") ? matches(text, ESCAPE) : []),
};
