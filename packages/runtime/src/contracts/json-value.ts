import { z } from "zod";

/**
 * Any JSON value. The library's own schema of it keeps books for circles, which decoded bodies cannot have, and takes longer than everything else
 * that is checked of a record. Values nested deeper than a call stack holds do not get here: decoding has its limit.
 */
export const JsonValue = z.custom<z.infer<ReturnType<typeof z.json>>>((value) => isJson(value), "not JSON");

/** Whether JSON gives the same value back. With `mayLack`, a property that is `undefined` is none at all: JSON leaves it out. */
export function isJson(value: unknown, mayLack = false): boolean {
  switch (typeof value) {
    case "string":
    case "boolean":
      return true;
    case "number":
      return Number.isFinite(value);
    case "object":
      return value === null || holdsJson(value, mayLack);
    case "undefined":
    case "bigint":
    case "function":
    case "symbol":
    default:
      return false;
  }
}

function holdsJson(value: object, mayLack: boolean): boolean {
  if (Array.isArray(value)) return value.every((item) => isJson(item, mayLack));
  if (!isPlainObject(value)) return false;
  return Object.values(value).every((item) => (mayLack && item === undefined) || isJson(item, mayLack));
}

/** Whether it is an object of no class. */
export function isPlainObject(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}
