/** Text that would begin an event of its own where answers are streamed as server-sent events. */
import { type Detector, matches } from "../detector.ts";

const FRAME =
  /(?:\r\n|\r|\n)[ \t]{0,8}(?:\r\n|\r|\n)(?:(?:event|id|retry):[^\r\n]{0,256}(?:\r\n|\r|\n)){0,3}data:[ \t]{0,2}(?:\[DONE\]|[{[][^\r\n]{0,4096})|(?:^|\r|\n)event:[^\r\n]{1,256}(?:\r\n|\r|\n)data:[^\r\n]{0,4096}/g;

export const eventFrame: Detector = {
  rule: "control.event-frame",
  type: "EVENT",
  severity: "high",
  reads: "raw",
  readsEncoded: false,
  find: (text) => (text.includes("data:") ? matches(text, FRAME) : []),
};
