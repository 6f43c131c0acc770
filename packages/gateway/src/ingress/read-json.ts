import { parseJsonBody } from "./task-body.ts";

/** Stored JSON as a value; `undefined` when it is none, or is too deep to be ours. */
export function readJson(body: Uint8Array): unknown {
  try {
    return parseJsonBody(body);
  } catch {
    return undefined; // the caller's schema refuses it and says so
  }
}
