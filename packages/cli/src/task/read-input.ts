import { messageOf, type TaskRequest, TroupeError } from "@troupe/runtime";
import { z } from "zod";

/** What was typed: JSON where it begins like an object or a list, else the text itself. Throws `invalid_request` for broken JSON. */
export function readJsonOrText(text: string): TaskRequest["input"] {
  if (!/^\s*[{[]/.test(text)) return text;
  try {
    return z.json().parse(JSON.parse(text));
  } catch (cause) {
    throw new TroupeError("invalid_request", `the input begins like JSON and is none: ${messageOf(cause)}`, { cause });
  }
}
