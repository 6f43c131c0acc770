import { z } from "zod";

/**
 * What became of one publish into a stream. It never throws: `unknown` is an outcome like any other (it may have been stored, or may be
 * stored later), and whoever published sends the same again.
 */
export type PublishOutcome =
  | { readonly kind: "stored"; readonly sequence: number }
  /** 10071: the expected sequence is not the present one. */
  | { readonly kind: "fence_moved" }
  /** 10164 (R3): a rival write is not committed yet; no verdict. */
  | { readonly kind: "undecided" }
  /** 10077 "per subject": the write-once subject has its message. */
  | { readonly kind: "exists" }
  /** 10077 "maximum …": the stream is full, nothing was stored. */
  | { readonly kind: "full"; readonly text: string }
  /** Time-out, disconnect, nobody listening, server overloaded. */
  | { readonly kind: "unknown"; readonly text: string }
  /** Anything else: a bug or a wrong configuration. `code` is the server's. */
  | { readonly kind: "refused"; readonly code: number; readonly text: string };

const PubAck = z.object({
  seq: z.int().min(0).optional(),
  error: z
    .object({ code: z.int().optional(), err_code: z.int().optional(), description: z.string().default("") })
    .optional(),
});

/** Codes after which the same publish may succeed: temporary, too many requests, no leader, stream offline. */
const RETRYABLE: ReadonlySet<number> = new Set([10008, 10009, 10118, 10163, 10167, 10211]);

/** Maps a refusal of the server (measured on 2.15.1) to what its receiver should do. */
export function refusalOutcome(code: number, text: string): PublishOutcome {
  if (code === 10071) return { kind: "fence_moved" };
  if (code === 10164) return { kind: "undecided" };
  // One code for two opposite facts: only the text tells "already written" from "no room".
  if (code === 10077 && text.includes("per subject")) return { kind: "exists" };
  if (code === 10077 && text.includes("maximum")) return { kind: "full", text };
  if (RETRYABLE.has(code)) return { kind: "unknown", text: `${code} ${text}` };
  return { kind: "refused", code, text };
}

const SEQ_FIELD = Buffer.from('"seq":');
const ZERO = 0x30;
/** Third byte of `{"error"…`. */
const LETTER_E = 0x65;

/** Reads a PubAck. What does not parse is `unknown`: whatever answered, it did not say that nothing was stored. */
export function parsePubAck(data: Uint8Array): PublishOutcome {
  const bytes = Buffer.from(data.buffer, data.byteOffset, data.byteLength);
  // The common answer is {"stream":"…","seq":n}: read without a parse, since it comes once a record.
  const sequence = bytes[2] === LETTER_E ? 0 : scanSequence(bytes);
  if (sequence > 0) return { kind: "stored", sequence };
  return parseSlowly(bytes);
}

function scanSequence(bytes: Buffer): number {
  const at = bytes.indexOf(SEQ_FIELD);
  if (at < 0) return 0;
  let sequence = 0;
  for (let i = at + SEQ_FIELD.length; i < bytes.length; i++) {
    const digit = (bytes[i] ?? 0) - ZERO;
    if (digit < 0 || digit > 9) break;
    sequence = sequence * 10 + digit;
  }
  return sequence;
}

function parseSlowly(bytes: Buffer): PublishOutcome {
  let raw: unknown;
  try {
    raw = JSON.parse(bytes.toString());
  } catch {
    return { kind: "unknown", text: "the acknowledgement is no JSON" };
  }
  const ack = PubAck.safeParse(raw);
  if (!ack.success) return { kind: "unknown", text: "the acknowledgement has another form" };
  const { error, seq } = ack.data;
  if (error) return refusalOutcome(error.err_code ?? error.code ?? 0, error.description);
  return seq === undefined || seq === 0
    ? { kind: "unknown", text: "the acknowledgement names no sequence" }
    : { kind: "stored", sequence: seq };
}
