import assert from "node:assert/strict";
import { test } from "node:test";
import { createTerminal } from "./terminal.ts";

function written(isJson: boolean, isTTY = true) {
  const streams = { stdout: "", stderr: "" };
  const terminal = createTerminal({
    stdout: { write: (text) => (streams.stdout += text), isTTY },
    stderr: { write: (text) => (streams.stderr += text), isTTY },
    isJson,
    wantsColour: undefined,
  });
  return { terminal, streams };
}

const HOSTILE = "a\u001b[2J\u001b]52;c;x\u0007\u009b31m\u202eb\rc\u0000";

test("what a model or a client says does not act on the terminal: it is written as escapes, on both streams", () => {
  const { terminal, streams } = written(false);
  terminal.print(HOSTILE);
  const shown = "a\\u001b[2J\\u001b]52;c;x\\u0007\\u009b31m\\u202eb\\u000dc\\u0000\n";
  assert.equal(streams.stdout, shown);
  terminal.complain(HOSTILE);
  assert.equal(streams.stderr, shown);
});

test("colours, lines, tabs and text of every script stay as they are", () => {
  const { terminal, streams } = written(false);
  const styles = ["bold", "dim", "red", "green", "yellow", "cyan", "magenta", "blue"] as const;
  const painted = styles.map((style) => terminal.paint(style, style)).join("");
  assert.equal(painted.split("\u001b[").length, 2 * styles.length + 1);
  const text = `${painted}\tone\r\ntwo\n“größer” 漢字 שלום 👩‍🚀`;
  terminal.write(text);
  assert.equal(streams.stdout, text.replace("\r\n", "\n"));
});

test("JSON is the same value afterwards", () => {
  const { terminal, streams } = written(true);
  terminal.print(JSON.stringify({ text: HOSTILE }));
  assert.doesNotMatch(streams.stdout, /[\u0080-\u009f\u202e]/);
  assert.deepEqual(JSON.parse(streams.stdout), { text: HOSTILE });
});

test("only the screen of a person who looks is emptied", () => {
  const looked = written(false);
  looked.terminal.clear();
  assert.equal(looked.streams.stdout, "\u001b[H\u001b[J");
  const piped = written(false, false);
  piped.terminal.clear();
  assert.equal(piped.streams.stdout, "");
});
