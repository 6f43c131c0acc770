/** The supervisor's part of the audit: what operators do is in it before it takes effect, sign-ins are, and leaders hand the chain on. */
import assert from "node:assert/strict";
import { mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import {
  AuditEntry,
  AuditHead,
  type AuditRecord,
  AuditVerifier,
  auditHeadFileOf,
  auditKeyIn,
  callService,
  openLink,
  PLACE_OF_USER,
  readAudit,
} from "@troupe/runtime/internal";
import { createSupervisor } from "@troupe/supervisor";
import { silentLogger as logger } from "../support/nats-server.ts";
import { until } from "../support/stack.ts";
import { deployRequest, SupervisorBed } from "../support/supervisor-bed.ts";

async function recordsOf(bed: SupervisorBed): Promise<AuditRecord[]> {
  const records: AuditRecord[] = [];
  for await (const record of readAudit(bed.core, bed.subjects)) records.push(record);
  return records;
}

async function entriesOf(bed: SupervisorBed): Promise<AuditEntry[]> {
  const entries = (await recordsOf(bed)).filter(({ subject }) => bed.subjects.parseAuditEntry(subject) !== undefined);
  return entries.map(({ body }) => AuditEntry.parse(JSON.parse(Buffer.from(body).toString())));
}
const headOf = async (bed: SupervisorBed) => AuditHead.parse(await bed.ask("audit_head"));

async function verdictOf(bed: SupervisorBed, head: AuditHead, trusted: readonly string[]) {
  const verifier = new AuditVerifier(bed.subjects, trusted);
  for (const record of await recordsOf(bed)) verifier.add(record);
  return verifier.end([head]);
}

function startSupervisor(bed: SupervisorBed, id: string, auditKeyFile?: string) {
  const { apiPrefix, inboxPrefix } = PLACE_OF_USER.supervisor;
  const link = { servers: bed.server.url, seed: bed.server.seedOf("supervisor"), apiPrefix, inboxPrefix };
  const settings = { graceMs: 0, renewMs: 200, leaseMs: 1_500 };
  return createSupervisor({ system: "bed", link, id, auditKeyFile, settings, logger });
}

test("acts of an operator, deployments, identities and sign-ins are in the audit, sealed, and seen by CORE alone", async () => {
  await using bed = await SupervisorBed.start();
  await bed.supervisor();
  const headers = { "Troupe-Asked-By": "ada@desk" };
  const call = (verb: string, body: unknown) => callService(bed.core, bed.subjects.supervisor(verb), body, { headers });
  await call("deploy", { ...deployRequest(), dry_run: true });
  assert.deepEqual(
    (await entriesOf(bed)).filter(({ what }) => what.event === "deployment"),
    [],
    "a dry run does nothing",
  );
  await call("deploy", deployRequest());
  await call("scale", { role: "a", replicas: 3 });
  await assert.rejects(call("scale", { role: "nobody", replicas: 3 }), { code: "unknown_role" });

  const acts = (await entriesOf(bed)).map(({ what }) => what);
  const deployments = acts.filter((what) => what.event === "deployment");
  assert.deepEqual(
    deployments.map(({ version, outcome, who }) => [version, outcome, who.claimed]),
    [
      ["v1", "begun", "ada@desk"],
      ["v1", "done", "ada@desk"],
    ],
  );
  assert.ok(deployments[0]?.added.includes("client→a"));
  assert.deepEqual(
    acts.flatMap((what) => (what.event === "operator_act" ? [[what.act, what.about, what.who.claimed]] : [])),
    [
      ["scale", "a", "ada@desk"],
      ["scale", "nobody", "ada@desk"],
    ],
  );
  assert.ok(acts.some((what) => what.event === "credentials_issued" && what.whose === "roles of v1"));

  const visitor = await openLink({ servers: bed.server.url, name: "visitor", logger });
  await visitor.close();
  await until("the sign-in", 15_000, async () =>
    (await entriesOf(bed)).some(({ what }) => what.event === "login" && what.who.claimed === "visitor"),
  );
  const head = await headOf(bed);
  const verdict = await verdictOf(bed, head, [head.key]);
  assert.deepEqual(verdict.findings, []);
  await assert.rejects(bed.ask("audit_head", {}, bed.client));
});

test("a leader that takes over goes on with the chain, with a key of its own or with the same", async () => {
  const folder = await mkdtemp(join(tmpdir(), "troupe-audit-"));
  const keyFile = join(folder, "audit-key.json");
  await using bed = await SupervisorBed.start();
  const first = startSupervisor(bed, "first", keyFile);
  await first.start();
  await bed.deploy();
  const before = await headOf(bed);
  await first.stop();
  assert.equal((await stat(keyFile)).mode & 0o777, 0o600);
  const second = startSupervisor(bed, "second", keyFile);
  await second.start();
  await bed.ask("scale", { role: "a", replicas: 2 });
  const after = await headOf(bed);
  assert.ok(after.number > before.number);
  const key = await auditKeyIn(keyFile);
  assert.ok(key !== undefined && after.key === key && before.key === key);
  assert.deepEqual((await verdictOf(bed, after, [key])).findings, []);
  await second.stop();
  await rm(folder, { recursive: true });
});

test("a leader whose stream holds less than it had sealed says so in the audit, and the verifier does", async () => {
  const folder = await mkdtemp(join(tmpdir(), "troupe-audit-"));
  const keyFile = join(folder, "audit-key.json");
  await using bed = await SupervisorBed.start();
  const first = startSupervisor(bed, "first", keyFile);
  await first.start();
  await bed.deploy();
  const known = await headOf(bed);
  await first.stop();
  // The one thing that whoever holds CORE can do: take the whole stream away.
  await bed.jetstream("STREAM.DELETE.BED_AUDIT");
  const kept = AuditHead.parse(JSON.parse(await readFile(auditHeadFileOf(keyFile), "utf8")));
  assert.equal(kept.number, known.number);
  const second = startSupervisor(bed, "second", keyFile);
  await second.start();
  await until("the entry", 15_000, async () => (await entriesOf(bed)).some(({ what }) => what.event === "stream_cut"));
  const { findings } = await verdictOf(bed, known, [known.key]);
  assert.ok(findings.length > 0, "what was there before is missed");
  await second.stop();
  await rm(folder, { recursive: true });
});

test("a key that others can read is refused, and so is one that is none", async () => {
  const folder = await mkdtemp(join(tmpdir(), "troupe-audit-"));
  const keyFile = join(folder, "audit-key.json");
  await using bed = await SupervisorBed.start();
  await writeFile(keyFile, "{}", { mode: 0o600 });
  await assert.rejects(startSupervisor(bed, "a", keyFile).start(), { code: "invalid_config" });
  await rm(keyFile);
  await writeFile(keyFile, "{}", { mode: 0o644 });
  await assert.rejects(startSupervisor(bed, "b", keyFile).start(), { code: "invalid_config", message: /chmod 600/ });
  await rm(folder, { recursive: true });
});
