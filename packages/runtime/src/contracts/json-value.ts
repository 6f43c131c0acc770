import { z } from "zod";

/**
 * Any JSON value. The library's own schema of it keeps books for circles, which decoded bodies cannot have, and takes longer than everything else
 * that is checked of a record. Values nested deeper than a call stack holds do not get here: decoding has its limit.
 */
export const JsonValue = z.custom<z.infer<ReturnType<typeof z.json>>>(isJson, "not JSON");

function isJson(value: unknown): boolean {
  switch (typeof value) {
    case "string":
    case "boolean":
      return true;
    case "number":
      return Number.isFinite(value);
    case "object":
      return (
        value === null ||
        (Array.isArray(value) ? value.every(isJson) : isPlainObject(value) && Object.values(value).every(isJson))
      );
    case "undefined":
    case "bigint":
    case "function":
    case "symbol":
    default:
      return false;
  }
}

/** Whether it is an object of no class. */
export function isPlainObject(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}
