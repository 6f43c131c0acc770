import { createHash } from "node:crypto";
import { z } from "zod";
import { canonicalJson } from "../codec/canonical-json.ts";
import type { Json } from "./outcome.ts";

/** Characters of JSON that a person is shown as they are. */
const LONGEST_SHOWN = 32_000;
const LENGTH_OF_BEGINNING = 4_000;

/**
 * A value as a part of an act that people approve: itself, or, where it is too long to be read, its hash and its beginning. Either way
 * nothing but this very value is approved.
 */
export function approvable(value: unknown): Json {
  const text = JSON.stringify(value) ?? "null";
  if (text.length <= LONGEST_SHOWN) return z.json().parse(JSON.parse(text));
  const sha256 = createHash("sha256").update(canonicalJson(value)).digest("hex");
  return { sha256, begins: text.slice(0, LENGTH_OF_BEGINNING) };
}
