import { isJson } from "../contracts/json-value.ts";
import { MAX_BODY_DEPTH } from "../contracts/task.ts";
import { TroupeError } from "../errors.ts";
import type { Decoded, DecodeLimits } from "./decoded.ts";
import { decodeJson, encodeJson } from "./json.ts";
import { decodeMsgpack, encodeMsgpack, unstorable } from "./msgpack.ts";

/** `json` for what any client can read; `msgpack` only for values that JSON cannot hold. */
export type BodyEncoding = "json" | "msgpack";

export interface EncodedBody {
  readonly encoding: BodyEncoding;
  readonly bytes: Uint8Array;
}

/**
 * Encodes a value as JSON, or as MessagePack when JSON would lose something of it. Throws `invalid_request` for what cannot be recorded:
 * functions, symbols, instances of classes (but Date, Map and Uint8Array), circles, more than 200 levels.
 */
export function encodeBody(value: unknown): EncodedBody {
  const problem = unstorable(value, MAX_BODY_DEPTH);
  if (problem !== undefined) throw new TroupeError("invalid_request", `the value cannot be recorded: ${problem}`);
  // To leave an undefined property out, or to make 0 of -0, is nothing that a handler can tell.
  return isJson(value, true)
    ? { encoding: "json", bytes: encodeJson(value) }
    : { encoding: "msgpack", bytes: encodeMsgpack(value) };
}

/** Decodes a body by its encoding. Never throws. */
export const decodeBody = (encoding: BodyEncoding, bytes: Uint8Array, limits?: DecodeLimits): Decoded =>
  encoding === "json" ? decodeJson(bytes, limits) : decodeMsgpack(bytes, limits);
