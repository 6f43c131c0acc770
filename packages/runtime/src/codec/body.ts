import { types } from "node:util";
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
  return fitsJson(value)
    ? { encoding: "json", bytes: encodeJson(value) }
    : { encoding: "msgpack", bytes: encodeMsgpack(value) };
}

/** Decodes a body by its encoding. Never throws. */
export const decodeBody = (encoding: BodyEncoding, bytes: Uint8Array, limits?: DecodeLimits): Decoded =>
  encoding === "json" ? decodeJson(bytes, limits) : decodeMsgpack(bytes, limits);

/** Whether JSON gives the same value back. A property that is `undefined` may go and -0 may become 0: nothing that a handler does tells them apart. */
function fitsJson(value: unknown): boolean {
  switch (typeof value) {
    case "string":
    case "boolean":
      return true;
    case "number":
      return Number.isFinite(value);
    case "object":
      return value === null || objectFitsJson(value);
    case "undefined":
    case "bigint":
    case "function":
    case "symbol":
    default:
      return false;
  }
}

function objectFitsJson(value: object): boolean {
  if (types.isDate(value) || value instanceof Map || value instanceof Uint8Array) return false;
  if (Array.isArray(value)) return value.every(fitsJson);
  return Object.values(value).every((item) => item === undefined || fitsJson(item));
}
