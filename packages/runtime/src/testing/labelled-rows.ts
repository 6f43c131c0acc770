/** The labelled texts that the guardrails are measured with: what should fire, in which language, in which encoding. */
import { readFile } from "node:fs/promises";
import { z } from "zod";
import { encodings } from "./text-encodings.ts";

const Row = z.strictObject({
  /** Rules that have to fire; none = a look-alike, in which nothing may. */
  expect: z.array(z.string()),
  lang: z.string(),
  encode: z
    .string()
    .refine((name) => encodings.has(name), "a known encoding")
    .optional(),
  text: z.string().min(1),
});

export interface LabelledRow {
  readonly expect: readonly string[];
  readonly lang: string;
  readonly encode: string | undefined;
  /** As it is looked at: encoded, where the row says so. */
  readonly text: string;
}

/** `tuned`: the rules were written with these in sight. `held`: written before anything was measured, and never tuned on. */
export type LabelledPart = "tuned" | "held";

/** Reads one part of the set. */
export const labelledRows = (part: LabelledPart): Promise<readonly LabelledRow[]> =>
  readLabelledRows(new URL(`../../labelled/${part}.jsonl`, import.meta.url));

/** Reads a set of rows in JSON Lines. */
export async function readLabelledRows(path: URL | string): Promise<readonly LabelledRow[]> {
  const file = await readFile(path, "utf8");
  return file
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => {
      const { expect, lang, encode, text } = Row.parse(JSON.parse(line));
      return { expect, lang, encode, text: encode === undefined ? text : (encodings.get(encode)?.(text) ?? text) };
    });
}
