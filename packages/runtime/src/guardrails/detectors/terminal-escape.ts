/** What steers a terminal has no place in text: it is left out. */
import type { Detector } from "../detector.ts";
import { terminalSequences } from "../terminal-sequences.ts";

export const terminalEscape: Detector = {
  rule: "control.terminal",
  type: "",
  severity: "high",
  reads: "raw",
  readsEncoded: false,
  find: terminalSequences,
};
