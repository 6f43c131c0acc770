/**
 * What the audit stream holds: entries, each under the subject of its source (which the server checks), and signed checkpoints over them.
 * An entry says what happened in the words of its event; who may claim what is decided where it is written, never read from the body.
 */
import { z } from "zod";

export const AUDIT_VERSION = 1;
const v = z.literal(AUDIT_VERSION);
const short = z.string().min(1).max(128);
const text = z.string().max(1_024);
const names = z.array(z.string().max(160)).max(500);
const edge = z.strictObject({ from: short, to: short });

/**
 * Who may write entries: each has a subject of its own. `server` = the process that runs the embedded server, `issuer` = who signs
 * credentials where it is not.
 */
export const AUDIT_SOURCES = ["server", "issuer", "supervisor", "operator", "gateway", "node"] as const;
export type AuditSource = (typeof AUDIT_SOURCES)[number];

/** Who acted, as far as the source knows it. */
const Who = z.strictObject({
  /** NATS account, where one is known. */
  account: short.optional(),
  /** Public key or name of the user, tenant, or API key. */
  user: z.string().max(256).optional(),
  node: short.optional(),
  role: short.optional(),
  version: short.optional(),
  /** Name of the connection or of a person, as they gave it: a claim. */
  claimed: z.string().max(256).optional(),
  /** Address that it came from. */
  host: z.string().max(128).optional(),
});
export type AuditWho = z.infer<typeof Who>;

/** One thing that happened, before it is stored. */
export const AuditEvent = z.discriminatedUnion("event", [
  z.strictObject({ event: z.literal("login"), who: Who }),
  z.strictObject({ event: z.literal("login_failed"), who: Who, reason: text }),
  /** Refused by the server (`by: "server"`), at the door (`gateway`), or since a record was not what its subject says (`hop`). */
  z.strictObject({
    event: z.literal("denied"),
    by: z.enum(["server", "gateway", "supervisor", "hop"]),
    who: Who,
    /** `publish`, `subscribe`, `submit`, an error code: what was tried. */
    act: short,
    what: text,
    reason: text.optional(),
  }),
  z.strictObject({ event: z.literal("rate_limited"), who: Who, what: text }),
  z.strictObject({
    event: z.literal("deployment"),
    who: Who,
    version: short,
    added: names,
    removed: names,
    changed: names,
    outcome: z.enum(["begun", "done"]),
  }),
  z.strictObject({ event: z.literal("credentials_issued"), who: Who, whose: short }),
  z.strictObject({ event: z.literal("credentials_revoked"), who: Who, whose: short, reason: text }),
  z.strictObject({ event: z.literal("edge_revoked"), who: Who, edge, outcome: z.enum(["begun", "done"]) }),
  z.strictObject({ event: z.literal("edge_restored"), who: Who, edge }),
  /** Another act of an operator: `drain`, `scale`, `pause`. */
  z.strictObject({
    event: z.literal("operator_act"),
    who: Who,
    act: short,
    about: text,
    details: z.record(z.string().max(64), z.json()).optional(),
  }),
  z.strictObject({
    event: z.literal("approval"),
    who: Who,
    task: short,
    approval: short,
    /** `escalated`: nobody decided in time, and others may now decide as well. */
    verdict: z.enum(["requested", "approved", "denied", "escalated", "expired"]),
    /** The hash of what was asked, and what was said about it. */
    reason: text.optional(),
  }),
  z.strictObject({
    event: z.literal("tool_call"),
    who: Who,
    task: short.optional(),
    tool: short,
    outcome: z.enum(["begun", "done", "failed"]),
  }),
  z.strictObject({
    event: z.literal("tool_refused"),
    who: Who,
    task: short.optional(),
    tool: short,
    /** The gate's stage or error code. */
    code: short,
    reason: text,
  }),
  /** An escalation rule of the system held in a hop. */
  z.strictObject({
    event: z.literal("rule_fired"),
    who: Who,
    task: short.optional(),
    rule: short,
    handler: short,
    severity: short,
    reason: text,
  }),
  /** A guardrail fired: by rule, never with what was found. */
  z.strictObject({
    event: z.literal("guardrail_fired"),
    who: Who,
    task: short.optional(),
    verdict: z.enum(["allow", "redact", "block"]),
    severity: z.enum(["low", "medium", "high", "critical"]),
    place: z.enum(["input", "output", "toolArguments", "toolResults"]),
    /** Sender or receiver of the content, or the tool. */
    party: z.string().max(128),
    rules: z.array(short).max(200),
    /** Where a model said so: its name, and how sure it is, from 0 to 1. */
    model: z.string().max(256).optional(),
    score: z.number().min(0).max(1).optional(),
  }),
  z.strictObject({
    event: z.literal("budget_change"),
    who: Who,
    account: short,
    change: z.enum(["limit_set", "exhausted", "reset"]),
    details: z.record(z.string().max(64), z.json()).optional(),
  }),
  /** Events that happened and were not written one by one: too many, or the store was away for too long. */
  z.strictObject({ event: z.literal("omitted"), who: Who, of: short, reason: text }),
  /** A new leader found that the stream holds less than what had been sealed. */
  z.strictObject({ event: z.literal("stream_cut"), who: Who, known: z.int().min(0), found: z.int().min(0) }),
]);
export type AuditEvent = z.infer<typeof AuditEvent>;
export type AuditEventName = AuditEvent["event"];

/** An entry as it is stored. */
export const AuditEntry = z.strictObject({
  v,
  /** Unguessable, or derived from what is reported: the same event told twice is stored once. */
  id: z.string().min(1).max(128),
  /** When it happened, by the writer's clock. */
  at: z.string().max(40),
  /** How many of the same it stands for. */
  count: z.int().min(1),
  what: AuditEvent,
});
export type AuditEntry = z.infer<typeof AuditEntry>;

const hash = z.string().regex(/^[0-9a-f]{64}$/, "a SHA-256 in hexadecimal");
const sequence = z.int().min(0);
const key = z.string().regex(/^[A-Za-z0-9_-]{43}$/, "an Ed25519 public key in base64url");
const signature = z.string().regex(/^[A-Za-z0-9_-]{86}$/, "an Ed25519 signature in base64url");

/**
 * Seals the records `from` to `to` of the stream, checkpoints included. `head` is the chain's hash after `to`, `previous` the one before
 * `from`; `digests` has one hash a record, so that an edit can be named.
 */
export const AuditCheckpoint = z.strictObject({
  v,
  system: short,
  number: z.int().min(1),
  from: sequence,
  to: sequence,
  previous: hash,
  head: hash,
  digests: z.array(hash).min(1).max(1_000),
  at: z.string().max(40),
  key,
  signature,
});
export type AuditCheckpoint = z.infer<typeof AuditCheckpoint>;

/** How far the chain reaches, signed by who seals it: what a copy that was cut off is told by. */
export const AuditHead = z.strictObject({
  v,
  system: short,
  /** Of the last checkpoint; 0 = none yet. */
  number: sequence,
  /** Sequence of that checkpoint's own record. */
  sequence,
  head: hash,
  at: z.string().max(40),
  key,
  signature,
});
export type AuditHead = z.infer<typeof AuditHead>;
