/** The labelled texts that the guardrails are measured with: what should fire, in which language, in which encoding. */
import { readFile } from "node:fs/promises";
import { z } from "zod";
import { encodings } from "./text-encodings.ts";

const Row = z.strictObject({
  /** Rules that have to fire; none = a look-alike, in which nothing may. */
  expect: z.array(z.string()),
  lang: z.string(),
  /** What kind of attack it is: figures are told apart by it. */
  family: z.string().optional(),
  encode: z
    .string()
    .refine((name) => encodings.has(name), "a known encoding")
    .optional(),
  text: z.string().min(1),
});

export interface LabelledRow {
  readonly expect: readonly string[];
  readonly lang: string;
  readonly family: string | undefined;
  readonly encode: string | undefined;
  /** As it is looked at: encoded, where the row says so. */
  readonly text: string;
}

/**
 * `tuned`: the rules find all of these, and nothing else in them. `development`: the rules were written with these in sight, and miss some;
 * the weights of words are fitted to both. `held`, `fresh`, `unseen`, `later` and `fifth`: written after the rules of their time, and before the next;
 * never tuned to.
 */
export const LABELLED_PARTS = ["tuned", "development", "held", "fresh", "unseen", "later", "fifth"] as const;
/** What weights are fitted to. */
export const FITTED_PARTS: readonly LabelledPart[] = ["tuned", "development"];
export type LabelledPart = (typeof LABELLED_PARTS)[number];

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
      const { expect, lang, family, encode, text } = Row.parse(JSON.parse(line));
      return {
        expect,
        lang,
        family,
        encode,
        text: encode === undefined ? text : (encodings.get(encode)?.(text) ?? text),
      };
    });
}
