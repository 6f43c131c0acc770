import { INLINE_BODY_BYTES, MAX_BODY_DEPTH } from "../contracts/task.ts";
import { type Decoded, type DecodeLimits, decoded, notDecoded } from "./decoded.ts";

const DEFAULT_LIMITS: DecodeLimits = { maxBytes: INLINE_BODY_BYTES, maxDepth: MAX_BODY_DEPTH };
const utf8 = new TextDecoder("utf-8", { fatal: true });

/** Reads JSON within limits; refuses invalid UTF-8, too much nesting and keys named `__proto__`. */
export function decodeJson(bytes: Uint8Array, limits: DecodeLimits = DEFAULT_LIMITS): Decoded {
  if (bytes.length > limits.maxBytes) {
    return notDecoded(`${bytes.length} bytes, over the limit of ${limits.maxBytes}`, "body_too_large");
  }
  // Before the parse: the parser itself can take any depth, what comes after it cannot.
  if (!hasFewBrackets(bytes, limits.maxDepth) && jsonDepth(bytes) > limits.maxDepth)
    return notDecoded(`nested deeper than ${limits.maxDepth}`);
  try {
    const text = utf8.decode(bytes);
    const value: unknown = JSON.parse(text);
    return mayHoldProto(text) && holdsProto(value) ? notDecoded('a key is named "__proto__"') : decoded(value);
  } catch (error) {
    return notDecoded(error instanceof SyntaxError ? `no JSON: ${error.message.slice(0, 120)}` : "no valid UTF-8");
  }
}

/** Writes JSON. The value must be one that JSON can hold. */
export const encodeJson = (value: unknown): Uint8Array => Buffer.from(JSON.stringify(value));

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const OPENING = new Set([0x5b, 0x7b]);
const CLOSING = new Set([0x5d, 0x7d]);

/** Whether there are at most `limit` opening brackets at all: then nothing is nested deeper, and most bodies need no closer look. */
function hasFewBrackets(bytes: Uint8Array, limit: number): boolean {
  let found = 0;
  for (const bracket of OPENING) {
    for (let at = bytes.indexOf(bracket); at >= 0; at = bytes.indexOf(bracket, at + 1)) {
      if (++found > limit) return false;
    }
  }
  return true;
}

/** Greatest number of brackets open at once outside of strings. */
function jsonDepth(bytes: Uint8Array): number {
  let depth = 0;
  let deepest = 0;
  let isInString = false;
  for (let i = 0; i < bytes.length; i++) {
    const byte = bytes[i] ?? 0;
    if (isInString) {
      if (byte === BACKSLASH) i++;
      else if (byte === QUOTE) isInString = false;
    } else if (byte === QUOTE) isInString = true;
    else if (OPENING.has(byte)) deepest = Math.max(deepest, ++depth);
    else if (CLOSING.has(byte)) depth--;
  }
  return deepest;
}

/** Cheap: the name stands there, or an escape may spell it. */
const mayHoldProto = (text: string): boolean => text.includes("__proto__") || text.includes("\\u");

function holdsProto(value: unknown): boolean {
  if (typeof value !== "object" || value === null) return false;
  if (Object.hasOwn(value, "__proto__")) return true;
  return Object.values(value).some(holdsProto);
}
