/** Roles under guardrails that take values out for all but one of them, with real keys. For tests. */
import assert from "node:assert/strict";
import pino from "pino";
import { complete, forward, type Json } from "../actor/outcome.ts";
import type { Guardrails } from "../contracts/guardrail.ts";
import { SystemManifest } from "../contracts/system.ts";
import type { TakenValues } from "../contracts/taken-value.ts";
import { type KeyRing, newKeyRing, scopeKeys } from "../encryption/key-ring.ts";
import { TroupeError } from "../errors.ts";
import { Guard } from "../guardrails/guard.ts";
import type { HopPorts } from "../hop/ports.ts";
import { RoleSeals } from "../host/role-seals.ts";
import type { StoredRecord } from "../log/task-log.ts";
import { roleEncryptionKeys } from "../node/encryption-broker.ts";
import { seededRandom } from "../random.ts";
import { BED_PASSPORT, type BedHandler, HopBed } from "./hop-bed.ts";

export const SSN = "078-05-1120";
export const random = seededRandom(5);
export const RING = newKeyRing({ nowMs: 0, bytes: random.bytes(36) });

/** The door `a`, the role `b` that is given values back, and `c`, which is not. */
const MANIFEST = SystemManifest.parse({
  name: "s",
  graph: { client: ["a"], a: ["b", "c", "client"], b: ["c", "client"], c: ["b", "client"] },
  roles: {},
  guardrails: { reversible: { roles: ["b"], rules: ["pii"] } },
});

export class RevealBed {
  readonly hops = new HopBed();
  readonly tokens: string[] = [];
  readonly asked: Json[] = [];
  readonly logged: string[] = [];
  ring: KeyRing | undefined = RING;

  /** Delivers to a role with the guardrails and the keys that it has. */
  deliver(role: "a" | "b" | "c", record: StoredRecord, handler: BedHandler, more: Guardrails = {}) {
    const system = { ...MANIFEST.guardrails, ...more };
    const guard = new Guard({ role, targets: new Set(["a", "b", "c", "client"]), system });
    const logger = pino({ level: "trace" }, { write: (line: string) => void this.logged.push(line) });
    const ports: Partial<HopPorts> = {
      seals: this.seals(role),
      logger,
      token: (_task, _hop, _role, text) => void this.tokens.push(text),
      askNode: async (_, _service, body) => {
        this.asked.push(body);
        return null;
      },
    };
    const change = { role, mailbox: role, guard, targets: new Set(["a", "b", "c", "client", "human"]) };
    return this.hops.deliver(record, handler, change, ports);
  }

  seals(role: string): RoleSeals {
    return new RoleSeals({
      manifest: MANIFEST,
      role,
      ask: async () => {
        const { ring } = this;
        if (ring === undefined) throw new TroupeError("unavailable", "node n has no encryption keys");
        return roleEncryptionKeys((scope) => scopeKeys(ring, "sim", scope), MANIFEST, role);
      },
      clock: this.hops.clock,
      random,
      logger: pino({ level: "silent" }),
    });
  }

  last(suffix: string): StoredRecord {
    return this.hops.log.store.records.findLast(({ subject }) => subject.endsWith(suffix)) ?? assert.fail(suffix);
  }

  /** The same record with another passport or body, as somebody who may write it would. */
  forged(record: StoredRecord, body: Json, taken: TakenValues): StoredRecord {
    const passport = { ...BED_PASSPORT, ...record.header?.passport, taken };
    return { ...record, header: { ...record.header, passport }, body: Buffer.from(JSON.stringify(body)) };
  }

  /** Everything that was recorded but the client's own message, with its headers. */
  get stored(): string {
    return this.hops.log.store.records
      .filter(({ subject }) => !subject.includes(".client.m.send."))
      .map(({ header, body }) => JSON.stringify(header) + Buffer.from(body).toString())
      .join("\n");
  }
}

export const passOn =
  (to: string): BedHandler =>
  (message) =>
    forward(to, message);

/** What a role sees of a message. */
export async function seenBy(bed: RevealBed, role: "a" | "b" | "c", record: StoredRecord): Promise<Json> {
  const seen: Json[] = [];
  await bed.deliver(role, record, (message) => {
    seen.push(message);
    return complete("ok");
  });
  return seen[0] ?? assert.fail(`${role} saw nothing: ${bed.hops.names.join(" ")}`);
}

/** A message of the client that the door has handed on to `to`, with what stands in the log. */
export async function handedOn(
  text: string,
  to = "b",
): Promise<{ bed: RevealBed; message: StoredRecord; taken: TakenValues }> {
  const bed = new RevealBed();
  await bed.deliver("a", bed.hops.start({ text }), passOn(to));
  const message = bed.last(`.m.send.${to}`);
  return { bed, message, taken: message.header?.passport?.taken ?? {} };
}

export const textOf = (record: StoredRecord): string => Buffer.from(record.body).toString();
