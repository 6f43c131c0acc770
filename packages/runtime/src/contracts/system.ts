/** The system file as data: what TypeScript (`defineSystem`) and YAML both become, and what the control plane works with. */
import { z } from "zod";
import { ApprovalRule, Approvals } from "./approval.ts";
import { Budgets } from "./budget.ts";
import { DeadLetterPolicy } from "./dead-letter.ts";
import { EscalationRules } from "./escalation-rules.ts";
import { Guardrails, RoleGuardrails } from "./guardrail.ts";
import { isMailboxName, isRoleName, isSystemName } from "./names.ts";
import { Slos } from "./slo.ts";
import { Supervision } from "./supervision.ts";
import { RoleTaint, TaintLabels, ToolManifest } from "./tool.ts";

const name = z.string().refine(isSystemName, "a lower-case letter, then up to 31 letters, digits or hyphens");
const role = z
  .string()
  .refine(isRoleName, "a lower-case letter, then up to 31 letters, digits or hyphens, no reserved word");
const target = z.union([role, z.literal("client"), z.literal("human")]);
const source = z.union([role, z.literal("client")]);
const labels = z.record(z.string().min(1).max(64), z.string().max(128));
const ms = z
  .int()
  .min(1)
  .max(30 * 24 * 3_600_000);

/** A role's name, as a schema. */
export const RoleName = role;

/** Edges by sender. `client` and `human` are nodes: edges from `client` are the doors, edges into `client` say who may answer. */
export const Graph = z.record(source, z.array(target).max(200));
export type Graph = z.infer<typeof Graph>;

/** Longest time-out of a segment: a delivery older than half of the log's shortest retention (1 h) may not write any more. Ms. */
const MAX_SEGMENT_MS = 25 * 60_000;

/** Retries of a failed handler: 3 attempts, 1 s, doubled, with full jitter, at most 30 s between them. */
export const RetryPolicy = z.strictObject({
  attempts: z.int().min(1).max(100).default(3),
  baseMs: ms.default(1_000),
  factor: z.number().min(1).max(10).default(2),
  maxMs: ms.default(30_000),
});
export type RetryPolicy = z.infer<typeof RetryPolicy>;

/** Where the replicas of a role run, besides its labels. */
export const PlacementRules = z.strictObject({
  /** Nodes that run replicas of one of these roles come first. */
  affinity: z.array(role).max(200).optional(),
  /** Never on a node that runs a replica of one of these roles. The role itself: never two of its replicas on one node. */
  antiAffinity: z.array(role).max(200).optional(),
  /** A label: replicas are spread over its values before they are spread over nodes. */
  spread: z.string().min(1).max(64).optional(),
  /** Memory that one replica reserves of its node's limit. */
  memoryBytes: z.int().min(0).max(Number.MAX_SAFE_INTEGER).optional(),
});
export type PlacementRules = z.infer<typeof PlacementRules>;

/** What the control plane must know of a role; its behaviour stays in the module. */
export const RoleManifest = z.strictObject({
  /** `actor` = code; `agent` = prompt and model. */
  kind: z.enum(["actor", "agent"]),
  description: z.string().max(1_000).optional(),
  replicas: z.int().min(0).max(1_000).default(1),
  /** Messages that one replica runs at once. */
  concurrency: z.int().min(1).max(1_000).default(1),
  /** A node must carry all of them. */
  labels: labels.default({}),
  placement: PlacementRules.optional(),
  /** Mailboxes of their own for tasks that require capabilities: variant name → capabilities. */
  variants: z
    .record(
      z.string().refine((v) => isMailboxName(`r_${v}`), "a lower-case letter, then letters, digits or hyphens"),
      z.array(z.string().min(1).max(32)),
    )
    .default({}),
  retry: RetryPolicy.prefault({}),
  /** Roles that it calls and gets an answer from, apart from those that it hands work on to. All of them are edges of the graph. */
  calls: z.array(role).max(200).optional(),
  /** Longest run of one segment of a hop, at most 25 min; what takes longer waits in between (`ctx.call`, `ctx.sleep`). */
  timeoutMs: z.int().min(1).max(MAX_SEGMENT_MS).default(300_000),
  /** Labels that it accepts; absent = all. */
  taint: RoleTaint.optional(),
  /** What is done about content of this role, over what the system says. */
  guardrails: RoleGuardrails.optional(),
  /** Tools that its model may call. */
  tools: z.array(ToolManifest).max(500).optional(),
  /** Edges that people have to approve, by receiver (`client` for the answer): each message on them is an act. */
  approvals: z.record(z.union([role, z.literal("client")]), ApprovalRule).optional(),
  /**
   * Longest time that a handler may show no progress (no step begins or ends, no token, no event) before it is taken for stuck: aborted, and
   * its actor restarted. Effects with limits of their own (models, tools) go by those. Absent = `timeoutMs` alone.
   */
  stuckAfterMs: z.int().min(1).max(MAX_SEGMENT_MS).optional(),
  /** Whether messages of A2A clients come whole, files among them, as `{ $message: { id, parts } }`. Absent = text and data alone. */
  takesFiles: z.boolean().optional(),
  /** Everything else that the behaviour says of itself (model alias, tools, …), for people and for the diff. */
  about: z.record(z.string(), z.json()).default({}),
});
export type RoleManifest = z.infer<typeof RoleManifest>;

export const Limits = z.strictObject({
  /** Hops that one task may take before it goes to escalation. */
  hops: z.int().min(1).max(10_000).default(50),
  /** Tasks running at once; more wait in the ingress. */
  inFlight: z.int().min(1).max(1_000_000).default(10_000),
  /** Deadline of a task that names none; absent = none. */
  deadlineMs: ms.optional(),
});
export type Limits = z.infer<typeof Limits>;

/** Dollars for a million tokens. */
export const ModelPrice = z.strictObject({ inputUsd: z.number().min(0), outputUsd: z.number().min(0) });
export type ModelPrice = z.infer<typeof ModelPrice>;

/** The name of a model alias, as a schema. */
const ModelAlias = z
  .string()
  .regex(/^[a-z][a-z0-9-]{0,31}$/, "a lower-case letter, then up to 31 letters, digits or hyphens");

/** How complex a prompt is, by its score: up to 0.3, up to 0.7, above. */
export const ModelTier = z.enum(["simple", "standard", "advanced"]);
export type ModelTier = z.infer<typeof ModelTier>;

/** Where a node finds a secret: an environment variable, or a file on its disk. The secret itself stands nowhere in a system. */
const SecretReference = z.union([
  z.strictObject({ env: z.string().regex(/^[A-Za-z_][A-Za-z0-9_]*$/, "the name of an environment variable") }),
  z.strictObject({ file: z.string().min(1).max(4_096) }),
]);

/** What a model alias stands for. The key is named, never held. */
export const ModelSpec = z.strictObject({
  /** Base URL of an OpenAI-compatible API, up to and with `/v1`; absent = `OPENAI_BASE_URL` of the node, else OpenAI's own. */
  endpoint: z.url({ protocol: /^https?$/ }).optional(),
  /** The endpoint's name of the model. */
  model: z.string().min(1).max(256),
  /** How it is spoken to: chat completions (default), which every compatible server has, or OpenAI's Responses API. */
  api: z.enum(["chat", "responses"]).optional(),
  /** Where the node finds the key; absent = `OPENAI_API_KEY`. */
  key: SecretReference.optional(),
  /** Absent = the built-in price table. */
  price: ModelPrice.optional(),
  /** Context window; older turns are left out of the prompt when they do not fit. Absent = no limit by tokens. */
  windowTokens: z.int().min(256).max(100_000_000).optional(),
  /** How long the model may take. Defaults: 30 s to the first piece of an answer, 20 s between two, 240 s for a whole one. */
  limits: z.strictObject({ firstTokenMs: ms, gapMs: ms, answerMs: ms }).partial().optional(),
  /** Other aliases that answer prompts of these tiers; a tier that is not named is answered by this one. */
  tiers: z.partialRecord(ModelTier, ModelAlias).optional(),
  /** Aliases that are asked, in this order, when this one gives no answer. */
  fallback: z.array(ModelAlias).max(5).optional(),
  /** Asks a second time, this alias or `to`, when nothing has come after `afterMs`; the faster answers, both may have to be paid. */
  hedge: z.strictObject({ afterMs: ms, to: ModelAlias.optional() }).optional(),
});
export type ModelSpec = z.infer<typeof ModelSpec>;

/** Which stored bodies are encrypted. */
export const Encryption = z.strictObject({ roles: z.union([z.literal("all"), z.array(role).min(1).max(200)]) });
export type Encryption = z.infer<typeof Encryption>;

/** A whole system, as stored in the desired state. `graph.compile` has checked what a schema cannot. */
export const SystemManifest = z.strictObject({
  name,
  description: z.string().max(2_000).optional(),
  graph: Graph,
  roles: z.record(role, RoleManifest),
  /** The role that failures and `escalate` go to; by default a role named `escalation`. */
  escalation: role.optional(),
  limits: Limits.prefault({}),
  /** How hosts restart actors that fail; absent = each by itself, three times a minute. */
  supervision: Supervision.optional(),
  /** What is looked at in every hop, and what happens then; absent = the built-in rules. */
  escalationRules: EscalationRules.optional(),
  /** Model aliases by name; agents name an alias, never an endpoint. Aliases that are not here are the built-in ones. */
  models: z.record(ModelAlias, ModelSpec).optional(),
  /** What model calls may spend. */
  budgets: Budgets.optional(),
  /**
   * Roles whose stored bodies are encrypted: what they are sent, record and send. Nodes and gateways need a key ring (`troupe encryption`).
   * Absent = none.
   */
  encryption: Encryption.optional(),
  /** What becomes of a task with a dead letter that no escalation role takes; absent = `end`. */
  deadLetters: DeadLetterPolicy.optional(),
  /** What holds for approvals where a tool, an edge or a handler says nothing. */
  approvals: Approvals.optional(),
  /** Service level objectives; absent = the defaults. */
  slos: Slos.optional(),
  /** What is looked for in messages, answers and calls of tools, and what is done about it; absent = nothing. */
  guardrails: Guardrails.optional(),
  /** Labels by where content comes from; absent = none. Labels of tools are declared with the tools. */
  taint: z.strictObject({ client: TaintLabels.optional() }).optional(),
});
export type SystemManifest = z.infer<typeof SystemManifest>;

/** One replica of the current version as operators name it: `<role>/<index>`, or `<role>_<variant>/<index>`. */
export const ReplicaName = z
  .string()
  .regex(/^[a-z][a-z0-9_-]{0,95}\/(0|[1-9]\d{0,3})$/, "a role, a slash and a number: router/0");

/** An edge of the graph; `from` may be `client`, and so may `to`. */
export const RevokedEdge = z.strictObject({ from: z.string().min(1).max(64), to: z.string().min(1).max(64) });
export type RevokedEdge = z.infer<typeof RevokedEdge>;

/**
 * Row of `<sys>-desired`, key `current`: the version that should run, and those that still drain. Keys `version.<v>` hold one {@link Deployment} each.
 */
export const Desired = z.strictObject({
  v: z.literal(1),
  current: z.string(),
  draining: z.array(z.string()),
  /** Roles whose actors take no messages for now. */
  paused: z.array(role),
  /** Replicas by role where an operator scaled it. */
  replicas: z.record(role, z.int().min(0).max(1_000)),
  /** Nodes that an operator moved replicas to. */
  pins: z.record(ReplicaName, z.string().min(1).max(64)).optional(),
  /** Replicas that an operator stopped. */
  stopped: z.array(ReplicaName).optional(),
  /** Edges of the graph that an operator has cut in every version that runs. */
  revoked: z.array(RevokedEdge).max(1_000).optional(),
  /** How often replicas were to be started anew. */
  generations: z.record(ReplicaName, z.int().min(0)).optional(),
});
export type Desired = z.infer<typeof Desired>;

/** Largest code of a system: it is read by every node, and held in memory while it is checked. */
export const MAX_BUNDLE_BYTES = 16 * 1024 * 1024;

/** Code of a system as one ES module, stored under the hash of its bytes (ADR 0050). */
export const BundleSource = z.strictObject({
  type: z.literal("bundle"),
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
  bytes: z.int().min(1).max(MAX_BUNDLE_BYTES),
  /** Name of the file that it was made from, for people. */
  file: z.string().min(1).max(256),
  /** Packages that are not in it: whoever runs it must have them installed. Those that come with Troupe are not named. */
  external: z.array(z.string().min(1).max(214)).max(200),
});
export type BundleSource = z.infer<typeof BundleSource>;

export const Deployment = z.strictObject({
  v: z.literal(1),
  version: z.string(),
  manifest: SystemManifest,
  /**
   * Where a node finds the code: in the store; as a module on its own disk, checked against the hash; or nowhere, when the whole system is
   * configuration.
   */
  source: z.discriminatedUnion("type", [
    BundleSource,
    z.strictObject({ type: z.literal("module"), path: z.string().min(1).max(4_096), sha256: z.string().length(64) }),
    z.strictObject({ type: z.literal("yaml"), text: z.string().max(900_000), sha256: z.string().length(64) }),
  ]),
  /** Hex of 32 random bytes a role: the keys of hop ids, fixed for the version's life. */
  hopKeys: z.record(role, z.string().length(64)),
  deployedAt: z.string(),
});
export type Deployment = z.infer<typeof Deployment>;
