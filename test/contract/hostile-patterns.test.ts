/** Every regular expression of the packages on text that is made to be hard on it: none takes more than time in proportion to its length. */
import assert from "node:assert/strict";
import { globSync, readFileSync } from "node:fs";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { createContext, runInContext } from "node:vm";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));
const COMMENT_LINE = /^[ \t]*(?:\/\/|\/?\*).*$/gm;
const LITERAL =
  /(?:(?:^|[=(,:?[!&|{;>])[ \t]*|return[ \t]+)(\/(?![*/])(?:\\.|\[(?:\\.|[^\]\\\n])*\]|[^/\\\n[])+\/[dgimsuvy]*)/gm;

const LENGTH = 50_000;
/** Of the processor. What a linear one needs is a few ms; a quadratic one needs seconds here, and minutes where bodies are 64 MiB. */
const LIMIT_MS = 1_000;
/** By the clock, of the first try: on a busy machine most of it may be other people's. */
const FIRST_TRY_MS = 1_500;
const COMMON = [
  "a",
  "A",
  "0",
  "_",
  "-",
  ".",
  "/",
  ":",
  " ",
  "\n",
  "\t",
  '"',
  "'",
  "[",
  "{",
  "<",
  "(",
  "\\",
  "=",
  "a.",
  "0.",
  "A_",
  "- ",
  ". ",
];

/** Pieces that a pattern is likely to go round in: single characters of many kinds, and what it names itself. */
function pieces(source: string): readonly string[] {
  const named = source.match(/[A-Za-z0-9_-]+/g) ?? [];
  return [...new Set([...COMMON, ...named.filter((word) => word.length > 1).slice(0, 6)])];
}

interface Pattern {
  readonly file: string;
  readonly literal: string;
}

function patterns(): readonly Pattern[] {
  const files = globSync("packages/*/src/**/*.ts", { cwd: ROOT }).filter(
    (file) => !/\.test\.ts$|\/testing\//.test(file),
  );
  return files.flatMap((file) => {
    const text = readFileSync(`${ROOT}${file}`, "utf8").replaceAll(COMMENT_LINE, "");
    return [...text.matchAll(LITERAL)].map(([, literal = ""]) => ({ file, literal })).filter(isPattern);
  });
}

/** The search sees text, not syntax: a slash inside a longer pattern may look like the beginning of one. */
function isPattern({ literal }: Pattern): boolean {
  const end = literal.lastIndexOf("/");
  try {
    return new RegExp(literal.slice(1, end), literal.slice(end + 1)) instanceof RegExp;
  } catch {
    return false;
  }
}

/** The first piece of which many are too much for it. */
function stumbles({ literal }: Pattern): string | undefined {
  const context = createContext({ text: "" });
  for (const piece of pieces(literal)) {
    context["text"] = `${piece.repeat(LENGTH / piece.length)}\u0000`;
    // A replacement looks for every match, not only for the first.
    if (takesTooLong((timeout) => runInContext(`text.replace(${literal}, "")`, context, { timeout }))) return piece;
  }
  return undefined;
}

/** Whether it takes more of the processor than the limit; by the clock it has as long as it needs for that. */
function takesTooLong(run: (timeoutMs: number) => unknown): boolean {
  for (let timeoutMs = FIRST_TRY_MS; ; timeoutMs *= 2) {
    const before = process.cpuUsage();
    const hasEnded = endsWithin(timeoutMs, run);
    const { user, system } = process.cpuUsage(before);
    if ((user + system) / 1_000 >= LIMIT_MS) return true;
    if (hasEnded) return false;
  }
}

function endsWithin(timeoutMs: number, run: (timeoutMs: number) => unknown): boolean {
  try {
    run(timeoutMs);
    return true;
  } catch (error) {
    if (isTimeout(error)) return false;
    throw error;
  }
}

/** It comes from the other context, where Error is another class. */
const isTimeout = (error: unknown): boolean =>
  typeof error === "object" && error !== null && "code" in error && error.code === "ERR_SCRIPT_EXECUTION_TIMEOUT";

test("the search finds patterns, and a quadratic one stumbles", () => {
  assert.ok(patterns().length > 200, `${patterns().length} patterns`);
  assert.equal(stumbles({ file: "", literal: String.raw`/[^\s]+(?:\.[^\s]+){2,}/g` }), "a");
  assert.equal(stumbles({ file: "", literal: String.raw`/^[^\s]+$/` }), undefined);
});

test("no pattern of the packages takes more than linear time", () => {
  const slow = patterns().flatMap((pattern) => {
    const piece = stumbles(pattern);
    return piece === undefined ? [] : [`${pattern.file}: ${pattern.literal} on many ${JSON.stringify(piece)}`];
  });
  assert.deepEqual(slow, []);
});
