/** Commands that messages, remedies and pages tell people to type are there, with their options. */
import assert from "node:assert/strict";
import { glob, readFile } from "node:fs/promises";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import type { Command } from "commander";
import { wholeProgram } from "./pages.ts";

const ROOT = fileURLToPath(new URL("../../../../", import.meta.url));
const SOURCES = [
  "packages/*/src/**/*.ts",
  "README.md",
  "CONTRIBUTING.md",
  "docs/*.md",
  "docs/adr/*.md",
  "examples/**/*.md",
];
/** In backticks, or as a line of a shell. What follows a pipe, a comment or the end of a command is somebody else's. */
const COMMAND = /(?:`|^(?:npx |sudo )?)(?:npx )?troupe ([a-z][^`|#;&>\n]*)/gm;

/** What is wrong with a command line; `undefined` when its command and its options are there. */
function problemOf(program: Command, line: string): string | undefined {
  let command = program;
  for (const word of line.trim().split(/\s+/)) {
    const next = command.commands.find((child) => child.name() === word);
    if (next) command = next;
    else if (command.commands.length > 0 && /^[a-z][a-z-]*$/.test(word) && !takesArgument(command))
      return `${command.name()} has no command ${word}`;
    else if (word.startsWith("--") && !hasOption(command, word)) return `${command.name()} has no option ${word}`;
  }
  return undefined;
}

const takesArgument = (command: Command) => command.registeredArguments.length > 0;
const hasOption = (command: Command, word: string) => {
  const [name] = word.replace(/[^\w=-].*$/, "").split("=");
  return name === "--help" || name === "--version" || command.options.some(({ long }) => long === name);
};

test("every command that is named anywhere is one, and has the options that are named with it", async () => {
  const program = await wholeProgram();
  const wrong: string[] = [];
  let found = 0;
  for (const pattern of SOURCES)
    for await (const path of glob(pattern, { cwd: ROOT })) {
      if (path.endsWith(".test.ts")) continue;
      const text = await readFile(`${ROOT}${path}`, "utf8");
      for (const [, line = ""] of text.matchAll(COMMAND)) {
        found++;
        const problem = problemOf(program, line);
        if (problem !== undefined) wrong.push(`${path}: troupe ${line.trim()}: ${problem}`);
      }
    }
  assert.deepEqual(wrong, []);
  assert.ok(found > 200, String(found));
});
