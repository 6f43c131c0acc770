import { decodeJson } from "@troupe/runtime/internal";
import { BODY_LIMITS } from "./task-body.ts";

/** Stored JSON as a value; `undefined` when it is none, so that the caller's schema refuses it. Never throws. */
export function readJson(body: Uint8Array): unknown {
  const decoded = decodeJson(body, BODY_LIMITS);
  return decoded.ok ? decoded.value : undefined;
}
