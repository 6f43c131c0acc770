import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import {
  createJetStreamLog,
  createPublisher,
  ensureResources,
  type Link,
  type Publisher,
  type StoredRecord,
  Subjects,
} from "@troupe/runtime/internal";
import { raceOnce, violationsOf } from "../support/hop-race.ts";
import { startTestServer, type TestServer } from "../support/nats-server.ts";

const SUBJECTS = new Subjects("race");

let server: TestServer;
let link: Link;
let publisher: Publisher;
before(async () => {
  server = await startTestServer();
  link = await server.link();
  publisher = createPublisher(link);
  await ensureResources(link, { subjects: SUBJECTS });
});
after(async () => {
  publisher.close();
  await link.close();
  await server.stop();
});

test("four executors that get one message at once commit it once, on a real server", async () => {
  const log = createJetStreamLog({ link, publisher, subjects: SUBJECTS });
  let claims = 0;
  for (let round = 0; round < 60; round++) {
    const report = await raceOnce({ log, link, subjects: SUBJECTS, rivals: 4 });
    assert.deepEqual(report.violations, [], `round ${round}`);
    claims += report.claims;
  }
  assert.ok(claims > 0, "no executor ever had to take over: this was no race");
});

test("the check of a race sees what a race could break", async () => {
  const log = createJetStreamLog({ link, publisher, subjects: SUBJECTS });
  const { records } = await raceOnce({ log, link, subjects: SUBJECTS, rivals: 1 });
  assert.equal(records.length, 3);
  const [first, second, commit] = records;
  assert.ok(first?.header?.writer && second?.header?.writer && commit?.header?.writer);
  const claimSubject = first.subject.replace("s.step.1", "c.claim.1");
  const claim = { ...first, subject: claimSubject, header: { writer: { ...first.header.writer, nonce: "other" } } };
  const broken: readonly [RegExp, readonly StoredRecord[]][] = [
    [/2 commits/, [first, second, commit, commit]],
    [/0 commits/, [first, second]],
    [/follows s\.step\.1/, [second, first, commit]],
    [/after the claim of other/, [claim, first, second, commit]],
    [/the commit used/, [{ ...first, body: Buffer.from('{"value":"another"}') }, second, commit]],
  ];
  for (const [pattern, tampered] of broken) assert.match(violationsOf(tampered).join("\n"), pattern);
});
