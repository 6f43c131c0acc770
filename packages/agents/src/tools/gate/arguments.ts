import type { Json } from "@troupe/runtime";
import { decodeJson } from "@troupe/runtime/internal";

/** Longest arguments of a call. Bytes. */
const MAX_BYTES = 256 * 1024;
const MAX_DEPTH = 64;

/** Reads the arguments that a model wrote: JSON, bounded in size and depth. */
export function readArguments(
  text: string,
): { readonly ok: true; readonly value: Json } | { readonly ok: false; readonly reason: string } {
  // Models send nothing at all for a tool without parameters.
  if (text.trim() === "") return { ok: true, value: {} };
  const decoded = decodeJson(Buffer.from(text), { maxBytes: MAX_BYTES, maxDepth: MAX_DEPTH });
  if (!decoded.ok) return { ok: false, reason: `The arguments are not JSON: ${decoded.reason}` };
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- decoded JSON is JSON
  return { ok: true, value: decoded.value as Json };
}
