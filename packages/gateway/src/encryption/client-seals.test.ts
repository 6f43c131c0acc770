import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import {
  type KeyRing,
  newKeyRing,
  readTaskRecords,
  requireTaskId,
  Subjects,
  SystemManifest,
  systemRandom,
  TroupeError,
  writeKeyRing,
} from "@troupe/runtime/internal";
import { ClientSeals } from "./client-seals.ts";

const SUBJECTS = new Subjects("demo");
const TASK = requireTaskId("0-v1-01m7zgpmmzfd4b6pewx1bvgh9k").id;
const OTHER = requireTaskId("0-v1-01m7zgpmmzfd4b6pewx1bvgh9m").id;
const MANIFEST = SystemManifest.parse({
  name: "demo",
  graph: { client: ["open", "closed"], open: ["client"], closed: ["client"] },
  roles: { open: { kind: "actor" }, closed: { kind: "actor" } },
  encryption: { roles: ["closed"] },
});
const ring: KeyRing = newKeyRing({ nowMs: 0, bytes: systemRandom.bytes(36) });
let folder: string;
let file: string;

before(async () => {
  folder = await mkdtemp(join(tmpdir(), "troupe-seals-"));
  file = join(folder, "ring.json");
  await writeKeyRing(file, ring);
});
after(() => rm(folder, { recursive: true }));

const seals = (keysFile: string | undefined = file) =>
  new ClientSeals({ subjects: SUBJECTS, random: systemRandom, keysFile, manifestOf: () => MANIFEST });
const sealedInput = (mailbox = "closed") => seals().input({ task: TASK, mailbox, input: { number: 4111 } });
const record = (subject: string, body: unknown) => {
  const bytes = Buffer.from(JSON.stringify(body));
  const stored = { subject, sequence: 1, storedAtMs: 0, header: {}, encoding: "json" as const, body: bytes };
  return readTaskRecords(SUBJECTS, [stored])[0] ?? assert.fail(subject);
};

test("only what goes to a role that asks for it is sealed, its variants included", () => {
  assert.deepEqual(sealedInput("open"), { number: 4111 });
  for (const mailbox of ["closed", "closed_gpu"]) assert.doesNotMatch(JSON.stringify(sealedInput(mailbox)), /4111/);
});

test("an input is opened where it was stored, and stays as it is anywhere else", () => {
  const body = sealedInput();
  assert.deepEqual(seals().opened(record(SUBJECTS.start(TASK, "closed"), body)).body, { number: 4111 });
  assert.deepEqual(seals().opened(record(SUBJECTS.start(OTHER, "closed"), body)).body, body);
  assert.deepEqual(seals().inputOf(body, TASK, "closed"), { number: 4111 });
  assert.throws(
    () => seals().inputOf(body, OTHER, "closed"),
    (error) => TroupeError.is(error, "malformed_record"),
  );
});

const isUnavailable = (error: unknown) => TroupeError.is(error, "unavailable");

test("without keys nothing is taken in plain, and nothing sealed is passed off as a result", () => {
  const without = seals(join(folder, "missing.json"));
  assert.throws(() => without.input({ task: TASK, mailbox: "closed", input: 1 }), isUnavailable);
  assert.throws(() => without.resultOf(sealedInput(), TASK, ["closed"]), isUnavailable);
  const body = sealedInput();
  assert.deepEqual(without.opened(record(SUBJECTS.start(TASK, "closed"), body)).body, body);
});

test("a result that no role of the task's path has sealed is refused; one that is not sealed is itself", () => {
  assert.throws(
    () => seals().resultOf(sealedInput(), TASK, []),
    (error) => TroupeError.is(error, "malformed_record"),
  );
  assert.throws(
    () => seals().resultOf(sealedInput(), TASK, ["open", "closed"]),
    (error) => TroupeError.is(error, "malformed_record"),
  );
  assert.deepEqual(seals().resultOf({ plain: true }, TASK, []), { plain: true });
});
