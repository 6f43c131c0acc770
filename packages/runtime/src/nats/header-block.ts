import type { MsgHdrs } from "@nats-io/transport-node";
import { TroupeError } from "../errors.ts";

const BREAKS_A_LINE = /[\r\n]/;
const START = "NATS/1.0\r\n";

/** Headers of one message, by name, in the order in which they are written. */
export type HeaderFields = Readonly<Record<string, string>>;

/** What a write relies on: the last sequence under `filter` (a literal subject or a wildcard). 0 = none yet. */
export interface Expectation {
  readonly filter: string;
  readonly sequence: number;
}

/**
 * The headers of one publish, written as text at once: the expectation first, then the fields. The library's own object costs several
 * times as much per message, which is the hot path of every hop. Throws `invariant_violated` for a value that would break its line.
 */
export function headerBlock(fields: HeaderFields | undefined, expected?: Expectation): MsgHdrs {
  let text = START;
  if (expected !== undefined) {
    const { filter, sequence } = expected;
    text += `Nats-Expected-Last-Subject-Sequence: ${sequence}\r\nNats-Expected-Last-Subject-Sequence-Subject: ${checked("filter", filter)}\r\n`;
  }
  for (const name in fields) text += `${name}: ${checked(name, fields[name] ?? "")}\r\n`;
  const bytes = Buffer.from(`${text}\r\n`);
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- a publish of the pinned library calls `encode` and nothing else
  return { encode: () => bytes } as Pick<EncodedHeaders, "encode"> as MsgHdrs & EncodedHeaders;
}

interface EncodedHeaders {
  encode(): Uint8Array;
}

function checked(name: string, value: string): string {
  if (BREAKS_A_LINE.test(value)) throw new TroupeError("invariant_violated", `header ${name} holds a line break`);
  return value;
}
