/** Texts over the limit: what is beyond it is what is found. */
import type { Detector } from "../detector.ts";

export const textLength: Detector = {
  rule: "length.limit",
  type: "REST",
  severity: "low",
  reads: "raw",
  readsEncoded: false,
  find: (text, { maxLength }) => (text.length > maxLength ? [{ start: maxLength, end: text.length }] : []),
};
