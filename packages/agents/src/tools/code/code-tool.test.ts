import assert from "node:assert/strict";
import { test } from "node:test";
import { TroupeError } from "@troupe/runtime";
import { codeTool } from "./code-tool.ts";

const run = async (code: string, input?: unknown, signal = new AbortController().signal) => {
  const tool = codeTool({ memoryMb: 4, timeMs: 300 });
  const parsed = tool.parse({ code, input });
  assert.ok(parsed.ok);
  return tool.run(parsed.value, { idempotencyKey: "k", signal, taint: [], ask: () => assert.fail("it asks nobody") });
};

const programs: readonly [string, string, string | RegExp][] = [
  ["the last expression is the result", "[1, 2, 3].map((n) => n * 2)", "Result: [2,4,6]"],
  ["what it prints comes first", "console.log('a', {b: 1}); 5", 'a {"b":1}\nResult: 5'],
  ["a promise is waited for", "(async () => { await null; return 7; })()", "Result: 7"],
  ["an error is told", "throw new TypeError('no')", "Error: TypeError: no"],
  ["what does not parse is told", "let (", /^Error: SyntaxError/],
  ["a program without end is ended", "for (;;) {}", "Error: it did not end within 300 ms"],
  ["memory is bounded", "'x'.repeat(100_000_000).length", /^Error: .*memory/i],
  ["recursion is bounded", "const f = () => 1 + f(); f()", /^Error: .*(stack|recursion)/i],
  [
    "there is no Node",
    "[typeof process, typeof require, typeof fetch, typeof Buffer].join()",
    "Result: undefined,undefined,undefined,undefined",
  ],
  ["the constructor of functions leads nowhere else", "Function('return typeof process')()", "Result: undefined"],
  ["there are no modules", "import('node:fs').then(() => 'read', (e) => 'refused')", /refused|Error/],
  ["there are no timers", "typeof setTimeout", "Result: undefined"],
  [
    "what it prints is bounded",
    "for (let i = 0; i < 2000; i++) console.log('x'.repeat(100)); 1",
    /^[x\n]{30000,33000}\nResult: 1$/,
  ],
  ["what never comes is not waited for", "new Promise(() => {})", "Error: it waits for something that never comes"],
];
for (const [claim, code, expected] of programs) {
  test(claim, async () => {
    const told = await run(code);
    assert.ok(typeof told === "string");
    if (typeof expected === "string") assert.equal(told, expected);
    else assert.match(told, expected);
  });
}

test("the program finds its input", async () => {
  assert.equal(await run("input.rows.length", { rows: [1, 2] }), "Result: 2");
});

test("a call that is aborted ends the process", async () => {
  const controller = new AbortController();
  const running = run("for (;;) {}", null, controller.signal);
  controller.abort();
  await assert.rejects(running, (error) => TroupeError.is(error, "tool_failed"));
});
