/**
 * MessagePack for what JSON cannot hold: Date, Map, Uint8Array, bigint, undefined, NaN. Only for results of steps and for state, which a
 * role writes for itself; everything that others read is JSON.
 */
import { types } from "node:util";
import { addExtension, Packr } from "msgpackr";
import { isPlainObject } from "../contracts/json-value.ts";
import { INLINE_BODY_BYTES, MAX_BODY_DEPTH } from "../contracts/task.ts";
import { messageOf } from "../errors.ts";
import { type Decoded, type DecodeLimits, decoded, notDecoded } from "./decoded.ts";

/** Stand-ins under which the two kinds travel that the library would turn into objects and numbers. */
class MapEntries {
  readonly entries: readonly (readonly [unknown, unknown])[];
  constructor(entries: readonly (readonly [unknown, unknown])[]) {
    this.entries = entries;
  }
}
class BigInteger {
  readonly text: string;
  constructor(text: string) {
    this.text = text;
  }
}

const MAP_TYPE = 1;
const BIGINT_TYPE = 2;

addExtension({
  Class: MapEntries,
  type: MAP_TYPE,
  write: (map: MapEntries) => map.entries,
  read: (entries: [unknown, unknown][]) => new Map(entries),
});
addExtension({
  Class: BigInteger,
  type: BIGINT_TYPE,
  write: (integer: BigInteger) => integer.text,
  read: (text: unknown) => BigInt(String(text)),
});

const packr = new Packr({ useRecords: false, moreTypes: false });
const DEFAULT_LIMITS: DecodeLimits = { maxBytes: INLINE_BODY_BYTES, maxDepth: MAX_BODY_DEPTH };

/** Writes a value that {@link isStorable}. */
export const encodeMsgpack = (value: unknown): Uint8Array => packr.pack(boxed(value));

/** Reads MessagePack within limits; refuses every kind that {@link encodeMsgpack} does not write. */
export function decodeMsgpack(bytes: Uint8Array, limits: DecodeLimits = DEFAULT_LIMITS): Decoded {
  if (bytes.length > limits.maxBytes) {
    return notDecoded(`${bytes.length} bytes, over the limit of ${limits.maxBytes}`, "body_too_large");
  }
  try {
    const value: unknown = packr.unpack(bytes);
    const problem = unstorable(value, limits.maxDepth);
    return problem === undefined ? decoded(value) : notDecoded(problem);
  } catch (error) {
    // Also the RangeError of a nesting that no stack can hold.
    return notDecoded(`no MessagePack: ${messageOf(error).slice(0, 120)}`);
  }
}

/** Why a value cannot be recorded, or `undefined`. `depth` = how much nesting is allowed. */
export function unstorable(value: unknown, depth: number): string | undefined {
  switch (typeof value) {
    case "string":
    case "number":
    case "boolean":
    case "bigint":
    case "undefined":
      return undefined;
    case "object":
      return value === null ? undefined : unstorableObject(value, depth);
    case "function":
    case "symbol":
    default:
      return `a ${typeof value} cannot be recorded`;
  }
}

function unstorableObject(value: object, depth: number): string | undefined {
  if (types.isDate(value) || value instanceof Uint8Array) return undefined;
  if (depth === 0) return "nested too deep, or in a circle";
  if (value instanceof Map) return firstProblem([...value.keys(), ...value.values()], depth);
  if (Array.isArray(value)) return firstProblem(value, depth);
  if (!isPlainObject(value)) return `a ${value.constructor.name} cannot be recorded`;
  if (Object.hasOwn(value, "__proto__") || Object.hasOwn(value, "__proto_")) return 'a key is named "__proto__"';
  return firstProblem(Object.values(value), depth);
}

function firstProblem(values: readonly unknown[], depth: number): string | undefined {
  for (const value of values) {
    const problem = unstorable(value, depth - 1);
    if (problem !== undefined) return problem;
  }
  return undefined;
}

function boxed(value: unknown): unknown {
  if (typeof value === "bigint") return new BigInteger(value.toString());
  if (typeof value !== "object" || value === null) return value;
  if (types.isDate(value) || value instanceof Uint8Array) return value;
  if (value instanceof Map) return new MapEntries([...value].map(([key, item]) => [boxed(key), boxed(item)]));
  if (Array.isArray(value)) return value.map(boxed);
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, boxed(item)]));
}
