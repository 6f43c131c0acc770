/**
 * The header block of a record in JSON exactly as our publisher writes it: with or without a fence and a trace, then the one header of ours.
 * Read line by line at fixed places: one comes with every hop, and a pattern over the whole block costs several times as much.
 */

/** What such a block carries. */
export interface OwnHeaders {
  readonly troupe: string;
  readonly traceparent: string | undefined;
}

const LINE_END = "\r\n";
const START = `NATS/1.0${LINE_END}`;
const SEQUENCE = "Nats-Expected-Last-Subject-Sequence: ";
const FILTER = "Nats-Expected-Last-Subject-Sequence-Subject: ";
const TRACE = "traceparent: ";
const TROUPE = "Troupe: ";

/** Reads a block; `undefined` for every other one, which may be a record's all the same: the library's parser has to look. */
export function ownHeaders(text: string | undefined): OwnHeaders | undefined {
  if (text?.startsWith(START) !== true) return undefined;
  let at = START.length;
  if (text.startsWith(SEQUENCE, at)) {
    at = nextLine(text, at);
    if (!text.startsWith(FILTER, at)) return undefined;
    at = nextLine(text, at);
  }
  let traceparent: string | undefined;
  if (text.startsWith(TRACE, at)) {
    const from = at + TRACE.length;
    at = nextLine(text, at);
    traceparent = text.slice(from, at - LINE_END.length);
  }
  if (!text.startsWith(TROUPE, at)) return undefined;
  const end = nextLine(text, at);
  // One empty line, and nothing behind it.
  const isLast = text.startsWith(LINE_END, end) && text.length === end + LINE_END.length;
  return isLast ? { troupe: text.slice(at + TROUPE.length, end - LINE_END.length), traceparent } : undefined;
}

/** Where the line behind this one begins; at the end of the text where there is none. */
function nextLine(text: string, at: number): number {
  const end = text.indexOf(LINE_END, at);
  return end < 0 ? text.length : end + LINE_END.length;
}
