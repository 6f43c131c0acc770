import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { test } from "node:test";
import pino from "pino";
import { complete, fanOut, forward, type Json, reply } from "../actor/outcome.ts";
import type { BlobRef } from "../contracts/blob-body.ts";
import { WaitBody } from "../contracts/bodies.ts";
import { sealedIn } from "../contracts/sealed-body.ts";
import { SystemManifest } from "../contracts/system.ts";
import { INLINE_BODY_BYTES } from "../contracts/task.ts";
import { edgeScope, type KeyRing, newKeyRing, ownScope, scopeKeys, withNewKey } from "../encryption/key-ring.ts";
import { openBody, sealBody } from "../encryption/seal.ts";
import { TroupeError } from "../errors.ts";
import { type RoleEncryptionKeys, RoleSeals } from "../host/role-seals.ts";
import { isHopId } from "../ids.ts";
import type { NewRecord, StoredRecord } from "../log/task-log.ts";
import { roleEncryptionKeys } from "../node/encryption-broker.ts";
import { seededRandom } from "../random.ts";
import { BED_HOP, BED_PASSPORT, BED_TASK, type BedHandler, HopBed } from "../testing/hop-bed.ts";
import { SUBJECTS } from "../testing/sim-place.ts";

const random = seededRandom(3);
const source = () => ({ nowMs: 0, bytes: random.bytes(36) });
const GRAPH = { client: ["a"], a: ["b", "client"], b: ["a", "client"] };
const SECRET = "the number is 4111";

/** A role `a` whose bodies are encrypted, and the ring that lies at its node. */
class SealedBed {
  readonly hops = new HopBed();
  readonly blobs = new Map<string, Uint8Array>();
  ring: KeyRing | undefined = newKeyRing(source());
  asked = 0;
  readonly seals: RoleSeals;

  constructor(roles: "all" | string[] = "all") {
    this.seals = new RoleSeals({
      manifest: SystemManifest.parse({ name: "s", graph: GRAPH, roles: {}, encryption: { roles } }),
      role: "a",
      ask: async () => this.#keysOf("a"),
      clock: this.hops.clock,
      random,
      logger: pino({ level: "silent" }),
    });
  }

  #keysOf(role: string): RoleEncryptionKeys {
    this.asked++;
    const { ring } = this;
    if (!ring) throw new TroupeError("unavailable", "node n has no encryption keys");
    return roleEncryptionKeys((scope) => scopeKeys(ring, "sim", scope), { graph: GRAPH }, role);
  }

  deliver(record: StoredRecord, handler: BedHandler) {
    const largeBodies = {
      put: async (bytes: Uint8Array): Promise<BlobRef> => {
        const sha256 = createHash("sha256").update(bytes).digest("hex");
        this.blobs.set(sha256, bytes);
        return { role: "a", sha256, bytes: bytes.length };
      },
      get: async ({ sha256 }: BlobRef) => this.blobs.get(sha256) ?? assert.fail("no such body"),
    };
    return this.hops.deliver(record, handler, {}, { seals: this.seals, largeBodies });
  }

  /** The client's message, sealed as the door seals it. */
  start(body: Json): StoredRecord {
    const subject = SUBJECTS.start(BED_TASK, "a");
    return this.put(subject, this.seal(body, subject, edgeScope("client", "a")), { passport: BED_PASSPORT });
  }

  put(subject: string, text: string, header: NewRecord["header"]): StoredRecord {
    return this.hops.put({ subject, header, encoding: "json", body: Buffer.from(text) });
  }

  seal(value: Json, subject: string, scope: string): string {
    const bytes = Buffer.from(JSON.stringify(value));
    const keys = scopeKeys(this.ring ?? assert.fail("no ring"), "sim", scope);
    return sealBody({ encoding: "json", bytes }, { keys, subject, nonce: random.bytes(24) });
  }

  /** What a record of this name holds, opened with the key of a scope. */
  opened(name: string, scope: string, pick = (body: unknown) => body): unknown {
    const record = this.hops.log.store.records.findLast(({ subject }) => subject.endsWith(`.${name}`));
    assert.ok(record, name);
    let value = pick(JSON.parse(Buffer.from(record.body).toString()));
    const blob = value as { $blob?: BlobRef };
    if (blob.$blob) value = JSON.parse(Buffer.from(this.blobs.get(blob.$blob.sha256) ?? "").toString());
    const body = sealedIn(value);
    assert.ok(body, `${name} is not sealed: ${JSON.stringify(value).slice(0, 100)}`);
    const keys = scopeKeys(this.ring ?? assert.fail("no ring"), "sim", scope);
    return JSON.parse(Buffer.from(openBody(body, keys, record.subject).bytes).toString());
  }

  /** Everything that lies in the store, as text. */
  get stored(): string {
    const records = this.hops.log.store.records.map(({ body }) => Buffer.from(body).toString("latin1"));
    return [...records, ...[...this.blobs.values()].map((bytes) => Buffer.from(bytes).toString("latin1"))].join("\n");
  }
}

const field = (name: string) => (body: unknown) => (body as Record<string, unknown>)[name];

test("message, step, event, state and result lie encrypted in the log, and the handler sees none of it", async () => {
  const bed = new SealedBed();
  const seen: unknown[] = [];
  const end = await bed.deliver(bed.start({ say: SECRET }), async (message, ctx) => {
    seen.push(message, await ctx.step("look", () => ({ at: new Date(5), text: SECRET })));
    await ctx.emit("half", SECRET);
    seen.push(await ctx.state.update(() => ({ kept: SECRET })));
    return complete({ answer: SECRET });
  });
  assert.deepEqual(end, { kind: "committed", commit: "done" });
  assert.deepEqual(seen, [{ say: SECRET }, { at: new Date(5), text: SECRET }, { kept: SECRET }]);
  assert.equal(bed.opened("s.emit.1", ownScope("a"), field("data")), SECRET);
  assert.deepEqual(bed.opened("v.rev.1", ownScope("a"), field("value")), { kept: SECRET });
  assert.deepEqual(bed.opened("t.done.client", edgeScope("a", "client"), field("result")), { answer: SECRET });
  assert.doesNotMatch(bed.stored, /4111/);
  assert.equal(bed.asked, 1);
});

test("messages onward are sealed for the record that will carry them, alone, together and large", async () => {
  const one = new SealedBed();
  await one.deliver(one.start(1), () => forward("b", SECRET));
  assert.equal(one.opened("m.send.b", edgeScope("a", "b")), SECRET);
  const several = new SealedBed();
  const large = `${SECRET}${"x".repeat(INLINE_BODY_BYTES)}`;
  await several.deliver(several.start(1), () =>
    fanOut([
      { to: "b", body: SECRET },
      { to: "b", body: large },
    ]),
  );
  const fans = several.hops.log.store.records.filter(({ subject }) => subject.endsWith(".m.fan.b"));
  assert.equal(fans.length, 2);
  assert.equal(several.opened("m.fan.b", edgeScope("a", "b")), large);
  assert.doesNotMatch(several.stored, /4111/);
});

test("a replay reads the sealed step, also a large one, and runs it no second time", async () => {
  const bed = new SealedBed();
  const message = bed.start(1);
  const value = `${SECRET}${"x".repeat(INLINE_BODY_BYTES)}`;
  let runs = 0;
  const seen: unknown[] = [];
  const handler: BedHandler = async (_, ctx) => {
    seen.push(await ctx.step("make", () => (runs++, value)));
    if (ctx.attempt === 1) throw new Error("first try");
    return complete(runs);
  };
  await bed.deliver(message, handler);
  await bed.deliver(message, handler);
  assert.deepEqual([seen, runs], [[value, value], 1]);
  assert.doesNotMatch(bed.stored, /4111/);
});

test("a call and its answer are sealed both ways", async () => {
  const bed = new SealedBed();
  const handler: BedHandler = async (_, ctx) => complete(await ctx.call("b", SECRET));
  await bed.deliver(bed.start(1), handler);
  const [call] = WaitBody.parse(bed.hops.body("c.wait.1")).for;
  assert.ok(call?.type === "call" && isHopId(call.hop));
  assert.equal(bed.opened("m.call.b", edgeScope("a", "b")), SECRET);
  const subject = SUBJECTS.record(BED_TASK, call.hop, "b", { class: "m", kind: "reply", to: "a" });
  const answer = bed.put(subject, `{"value":${bed.seal("yes", subject, edgeScope("b", "a"))}}`, {
    writer: { node: "n", incarnation: "1", nonce: "r", previous: undefined, claim: 0, segment: 0 },
    passport: { ...BED_PASSPORT, parent: BED_HOP, wait: 1, index: call.index },
  });
  await bed.deliver(answer, handler);
  assert.equal(bed.opened("t.done.client", edgeScope("a", "client"), field("result")), "yes");
});

test("a called hop answers sealed", async () => {
  const bed = new SealedBed();
  const subject = SUBJECTS.record(BED_TASK, BED_HOP, "b", { class: "m", kind: "call", to: "a" });
  const call = bed.put(subject, bed.seal({}, subject, edgeScope("a", "b")), {
    passport: { ...BED_PASSPORT, parent: BED_HOP, wait: 1, index: 1, replyTo: "b" },
  });
  await bed.deliver(call, () => reply(SECRET));
  assert.equal(bed.opened("m.reply.b", edgeScope("a", "b"), field("value")), SECRET);
});

test("a body that was moved from another task, or is not sealed at all, parks and never reaches the handler", async () => {
  const moved = new SealedBed();
  const other = SUBJECTS.start(BED_TASK, "b");
  const subject = SUBJECTS.start(BED_TASK, "a");
  const texts = [
    moved.seal(SECRET, other, edgeScope("client", "a")),
    moved.seal(SECRET, subject, edgeScope("client", "b")),
    '"plain"',
  ];
  for (const text of texts) {
    const bed = new SealedBed();
    bed.ring = moved.ring;
    const end = await bed.deliver(bed.put(subject, text, { passport: BED_PASSPORT }), () => assert.fail("it ran"));
    assert.ok(end.kind === "parked" && end.error.code === "malformed_record", JSON.stringify(end));
    assert.match(end.error.message, /does not open|is not encrypted/);
  }
});

test("without a key the message is given back with the reason, and runs when the key has come", async () => {
  const bed = new SealedBed();
  const message = bed.start(SECRET);
  const { ring } = bed;
  bed.ring = undefined;
  const end = await bed.deliver(message, () => assert.fail("it ran"));
  assert.deepEqual(end, { kind: "unavailable", reason: "node n has no encryption keys" });
  bed.ring = newKeyRing(source());
  const missing = await bed.deliver(message, () => assert.fail("it ran"));
  assert.ok(missing.kind === "unavailable" && missing.reason.includes(String(ring?.current)), JSON.stringify(missing));
  bed.ring = ring;
  await bed.hops.clock.advance(2_000);
  assert.equal((await bed.deliver(message, (text) => complete(text))).kind, "committed");
});

test("after a rotation new bodies carry the new key and old ones open, with no restart", async () => {
  const bed = new SealedBed();
  const message = bed.start(SECRET);
  await bed.deliver(message, () => {
    throw new Error("first try");
  });
  const { ring: rotated, id } = withNewKey(bed.ring ?? assert.fail("no ring"), source(), true);
  bed.ring = rotated;
  await bed.hops.clock.advance(60_000);
  await bed.seals.seal({ encoding: "json", bytes: Buffer.from("1") }, { subject: "x" });
  const end = await bed.deliver(message, (text) => complete(text));
  assert.equal(end.kind, "committed");
  assert.equal(sealedIn(field("result")(bed.hops.body("t.done.client")))?.$sealed.key, id);
  assert.equal(bed.opened("t.done.client", edgeScope("a", "client"), field("result")), SECRET);
});

test("a loop is found although the same content looks different each time", async () => {
  const bed = new SealedBed();
  const crossings: string[] = [];
  for (let round = 0; round < 2; round++) {
    const hops = new SealedBed();
    hops.ring = bed.ring;
    await hops.deliver(hops.start(1), () => forward("b", SECRET));
    const sent = hops.hops.log.store.records.findLast(({ subject }) => subject.endsWith(".m.send.b"));
    crossings.push(sent?.header?.passport?.trail.at(-1) ?? "none");
  }
  assert.equal(crossings[0], crossings[1]);
});

test("only what the system names is sealed: the others' journals and edges stay as they are", async () => {
  const bed = new SealedBed(["b"]);
  const message = bed.hops.start('"hello"');
  await bed.deliver(message, async (text, ctx) => {
    await ctx.step("look", () => text);
    return forward("b", SECRET);
  });
  assert.deepEqual(bed.hops.body("s.step.1"), { name: "look", value: "hello" });
  assert.equal(bed.opened("m.send.b", edgeScope("a", "b")), SECRET);
  const plain = new SealedBed(["b"]);
  await plain.deliver(plain.hops.start('"hello"'), (text) => complete(text));
  assert.deepEqual(plain.hops.body("t.done.client"), { status: "completed", result: "hello", by: "a" });
  assert.equal(plain.asked, 0);
});

test("state that was sealed is read by a version that seals nothing any more, and the other way round", async () => {
  const first = new SealedBed();
  await first.deliver(first.start(1), async (_, ctx) => complete((await ctx.state.update(() => SECRET), 1)));
  const revision = first.hops.log.store.records.findLast(({ subject }) => subject.endsWith(".v.rev.1"));
  assert.ok(revision);
  const later = new SealedBed(["b"]);
  later.ring = first.ring;
  later.hops.put({ ...revision, header: revision.header ?? {} });
  const seen: unknown[] = [];
  await later.deliver(later.hops.start("1"), async (_, ctx) => {
    seen.push(await ctx.state.get());
    await ctx.state.update(() => "open");
    return complete(1);
  });
  assert.deepEqual(seen, [SECRET]);
  assert.equal(field("value")(later.hops.body("v.rev.2")), "open");
});
