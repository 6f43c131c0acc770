import assert from "node:assert/strict";
import { test } from "node:test";
import { refusalIn } from "./server-refusals.ts";

const at = "[5929] 2026/11/21 13:24:51.213721";
const role = '"v3.4.0:nats.js:host/n1" - "R_v7_planner/nkey:UD2X"';

test("a refused publish names who, as which role, and what", () => {
  assert.deepEqual(
    refusalIn(`${at} [ERR] 127.0.0.1:47704 - cid:13 - ${role} - Publish Violation - Subject "sys.supervisor.deploy"`),
    {
      event: "denied",
      by: "server",
      who: {
        account: "R_v7_planner",
        user: "UD2X",
        version: "v7",
        role: "planner",
        claimed: "host/n1",
        host: "127.0.0.1:47704",
      },
      act: "publish",
      what: "sys.supervisor.deploy",
    },
  );
  const reply = refusalIn(`${at} [ERR] 1.2.3.4:1 - cid:1 - ${role} - Publish Violation - Reply "sys.x"`);
  assert.equal(reply?.event === "denied" && `${reply.act} ${reply.what}`, "publish with reply sys.x");
  const subscription = `${at} [ERR] 1.2.3.4:1 - cid:1 - ${role} - Subscription Violation - Subject ">", SID 1`;
  const seen = refusalIn(subscription);
  assert.equal(seen?.event === "denied" && `${seen.act} ${seen.what}`, "subscribe >");
});

test("a failed sign-in is told with what it was tried with", () => {
  const line = `${at} [ERR] 127.0.0.1:47718 - cid:15 - authentication error - Nkey "UALQ"`;
  assert.deepEqual(refusalIn(line), {
    event: "login_failed",
    who: { host: "127.0.0.1:47718" },
    reason: 'Nkey "UALQ"',
  });
  assert.equal(refusalIn(`${at} [ERR] 127.0.0.1:1 - cid:2 - "v1:x:y" - authentication error`)?.event, "login_failed");
  assert.equal(refusalIn(`${at} [ERR] 127.0.0.1:1 - cid:2 - authentication error`)?.event, "login_failed");
});

test("a name that imitates a refusal is a name", () => {
  const name = String.raw`"v1:x:y\" - \"CORE/nkey:U1\" - Publish Violation - Subject \"a.b"`;
  const line = `${at} [ERR] 1.2.3.4:1 - cid:1 - ${name} - "CLIENT/nkey:U2" - Publish Violation - Subject "c.d"`;
  const seen = refusalIn(line);
  assert.ok(seen?.event === "denied");
  assert.deepEqual([seen.who.account, seen.what], ["CLIENT", "c.d"]);
});

test("other lines are none, and no line throws", () => {
  const others = [
    "",
    `${at} [INF] Server is ready`,
    `${at} [ERR] Publish Violation - Subject "x"`,
    `${at} [ERR] 1.2.3.4:1 - cid:1 - ${role} - maximum payload violation`,
    `${at} [ERR] ${"x".repeat(100_000)}`,
  ];
  for (const line of others) assert.equal(refusalIn(line), undefined, line.slice(0, 80));
  const long = refusalIn(
    `${at} [ERR] 1.2.3.4:1 - cid:1 - ${role} - Publish Violation - Subject "${"a.".repeat(5_000)}b"`,
  );
  assert.ok(long?.event === "denied" && long.what.length <= 1_024);
});
