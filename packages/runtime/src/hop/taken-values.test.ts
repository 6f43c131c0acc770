import assert from "node:assert/strict";
import { test } from "node:test";
import { complete, fail, forward, type Json, reply } from "../actor/outcome.ts";
import type { Guardrails } from "../contracts/guardrail.ts";
import { MAX_TAKEN_VALUES } from "../contracts/taken-value.ts";
import { withNewKey } from "../encryption/key-ring.ts";
import { TroupeError } from "../errors.ts";
import { Guard } from "../guardrails/guard.ts";
import { screenText } from "../guardrails/screen-text.ts";
import type { BedHandler } from "../testing/hop-bed.ts";
import { handedOn, passOn, RevealBed, RING, random, SSN, seenBy, textOf } from "../testing/reveal-bed.ts";

const MAIL = "jane.doe@example.com";
const PLACEHOLDER = /\[REDACTED_SSN:[a-z2-7]{10}\]/;

test("the role that may see them gets the values back, everybody else sees placeholders, and the log holds none", async () => {
  const { bed, message } = await handedOn(`my ssn is ${SSN}, write to ${MAIL}`);
  assert.match(textOf(message), /my ssn is \[REDACTED_SSN:[a-z2-7]{10}\], write to \[REDACTED_EMAIL:[a-z2-7]{10}\]/);
  assert.deepEqual(await seenBy(bed, "b", message), { text: `my ssn is ${SSN}, write to ${MAIL}` });
  assert.ok(!bed.stored.includes(SSN) && !bed.stored.includes(MAIL));
  const other = await handedOn(`my ssn is ${SSN}`, "c");
  assert.match(JSON.stringify(await seenBy(other.bed, "c", other.message)), PLACEHOLDER);
});

const says: BedHandler = async (seen, ctx) => {
  assert.ok(ctx.isConfidential);
  assert.deepEqual(seen, { text: `my ssn is ${SSN}` });
  ctx.token(`it is ${SSN}, `.repeat(60));
  ctx.log.info({ seen }, `got ${SSN}`);
  await ctx.emit("looked", { up: SSN });
  await ctx.ask("audit", { reason: `about ${SSN}` });
  return forward("c", await ctx.call("c", { of: SSN }));
};

test("what the role hands on, asks, tells, logs or fails with has the placeholders again", async () => {
  const { bed, message } = await handedOn(`my ssn is ${SSN}`);
  await bed.deliver("b", message, says);
  const call = bed.last(".m.call.c");
  assert.match(textOf(call), PLACEHOLDER);
  await bed.deliver("c", call, (asked) => reply(asked));
  await bed.deliver("b", bed.last(".m.reply.b"), says);
  assert.match(textOf(bed.last(".m.send.c")), PLACEHOLDER);
  const everywhere = [bed.stored, ...bed.logged, ...bed.tokens, JSON.stringify(bed.asked)].join("\n");
  assert.ok(!everywhere.includes(SSN));
  assert.deepEqual(bed.tokens, []);
});

const failures: readonly [string, BedHandler][] = [
  [
    "throws",
    (message) => {
      throw new Error(`no account of ${JSON.stringify(message)}`);
    },
  ],
  [
    "throws an error of its own",
    () => {
      throw new TroupeError("tool_failed", `not ${SSN}`, { details: { ssn: SSN } });
    },
  ],
  ["fails", () => fail({ code: "tool_failed", message: `not ${SSN}`, details: { ssn: SSN } })],
];
for (const [what, handler] of failures)
  test(`a role that ${what} leaves no value in its dead letter`, async () => {
    const { bed, message } = await handedOn(`my ssn is ${SSN}`);
    // Guardrails of its own would redact it as well.
    for (let attempt = 0; attempt < 3; attempt++) await bed.deliver("b", message, handler, { output: { pii: "off" } });
    assert.match(bed.stored, /\.?REDACTED_SSN:/);
    assert.ok(![bed.stored, ...bed.logged].join("\n").includes(SSN));
  });

test("an approval shows the placeholder, and is for the act with the value", async () => {
  const { bed, message } = await handedOn(`my ssn is ${SSN}`);
  await bed.deliver("b", message, async (_, ctx) => {
    await ctx.approval({ act: { pay: SSN }, summary: `pay ${SSN}` });
    return complete("ok");
  });
  assert.match(bed.stored, PLACEHOLDER);
  assert.ok(!bed.stored.includes(SSN));
});

const asks: BedHandler = async (_, ctx) => complete({ heard: await ctx.call("c", "who?") });
const relays: BedHandler = async (_, ctx) => reply(await ctx.call("a", "who?"));

test("an answer brings values as a message does", async () => {
  const bed = new RevealBed();
  const redacts: Guardrails = { input: { pii: "redact" } };
  await bed.deliver("a", bed.hops.start("{}"), passOn("b"));
  await bed.deliver("b", bed.last(".m.send.b"), asks);
  await bed.deliver("c", bed.last(".m.call.c"), relays, redacts);
  await bed.deliver("a", bed.last(".m.call.a"), () => reply(`it is ${SSN}`));
  await bed.deliver("c", bed.last(".m.reply.c"), relays, redacts);
  assert.match(textOf(bed.last(".m.reply.b")), PLACEHOLDER);
  const heard: Json[] = [];
  await bed.deliver("b", bed.last(".m.reply.b"), async (_, ctx) => {
    heard.push(await ctx.call("c", "who?"));
    return complete("ok");
  });
  assert.deepEqual(heard, [`it is ${SSN}`]);
});

test("a replay makes the same placeholders, whatever key is in use by then", async () => {
  const bed = new RevealBed();
  const record = bed.hops.start({ text: SSN });
  const texts: Json[] = [];
  for (let run = 0; run < 2; run++) {
    await bed.deliver("a", record, (message) => {
      texts.push(message);
      if (run === 0) throw new Error("once");
      return forward("b", message);
    });
    bed.ring = withNewKey(bed.ring ?? RING, { nowMs: 0, bytes: random.bytes(36) }, true).ring;
  }
  assert.equal(texts.length, 2);
  assert.deepEqual(texts[0], texts[1]);
  assert.deepEqual(await seenBy(bed, "b", bed.last(".m.send.b")), { text: SSN });
});

test("a message waits where there are no keys, and nothing of it is stored meanwhile", async () => {
  const bed = new RevealBed();
  bed.ring = undefined;
  const end = await bed.deliver("a", bed.hops.start({ text: SSN }), () => assert.fail("it ran"));
  assert.equal(end.kind, "unavailable");
  assert.ok(!bed.stored.includes("REDACTED"));
});

test("more values than a message can carry are taken out for good, and so are long ones, numbers and names of fields", async () => {
  const many = Array.from({ length: MAX_TAKEN_VALUES + 5 }, (_, index) => `user${index}@example.com`).join(" ");
  const { message, taken } = await handedOn(many);
  assert.equal(Object.keys(taken).length, MAX_TAKEN_VALUES);
  assert.equal(textOf(message).match(/\[REDACTED_EMAIL\]/g)?.length, 5);
  const bed = new RevealBed();
  const handler = passOn("b");
  await bed.deliver("a", bed.hops.start({ n: 4_111_111_111_111_111, [MAIL]: "x" }), handler);
  assert.deepEqual(JSON.parse(textOf(bed.last(".m.send.b"))), { n: "[REDACTED_CARD]", "[REDACTED_EMAIL]": "x" });
});

test("secrets are never given back", async () => {
  const { message, taken } = await handedOn("password=hunter2hunter2");
  assert.match(textOf(message), /\[REDACTED_SECRET\]/);
  assert.deepEqual(taken, {});
});

test("no guardrail takes a placeholder for something else", () => {
  const guard = new Guard({ role: "a", targets: new Set(["client"]), system: {} });
  for (let index = 0; index < 300; index++) {
    const id = [...random.bytes(10)].map((byte) => "abcdefghijklmnopqrstuvwxyz234567"[byte % 32]).join("");
    const text = `the ssn is [REDACTED_SSN:${id}], card: [REDACTED_CARD:${id}]; mail [REDACTED_EMAIL:${id}]`;
    for (const screen of [guard.input("client"), guard.output("client"), guard.toolArguments, guard.toolResults])
      assert.equal(screenText(text, screen).value, text);
  }
});

test("the result that the client gets carries no sealed values", async () => {
  const { bed, message } = await handedOn(`my ssn is ${SSN}`);
  await seenBy(bed, "b", message);
  assert.equal(bed.last(".t.done.client").header?.passport?.taken, undefined);
});
