/**
 * Approvals by people (ADR 0028): what a system declares of them, what a hop asks for, and what a decision is. Approved is the hash of the
 * exact act, so that any change of it needs a new decision.
 */
import { createHash } from "node:crypto";
import { z } from "zod";
import { canonicalJson } from "../codec/canonical-json.ts";
import { type HopId, isHopId, parseTaskId, type TaskId } from "../ids.ts";

/** A person as a gateway knows one (the user of a token or key, `nats:<account>/<user>`), or a group of the system file. */
const PersonName = z.string().regex(/^[!-~][ -~]{0,255}$/, "1 to 256 ASCII characters");
const Persons = z.array(PersonName).min(1).max(200);
const MOST_APPROVALS = 10;
const ms = z
  .int()
  .min(1)
  .max(30 * 24 * 3_600_000);

/** What happens when nobody decides in time. An act that was not approved in time never runs. */
const OnTimeout = z.union([
  /** `deny` (default): as if a person had said no. `escalate`: the hop goes to the escalation role. */
  z.enum(["deny", "escalate"]),
  /** These may decide as well, for so much longer; then it is denied. `timeoutMs` by default as before. */
  z.strictObject({ ask: Persons, timeoutMs: ms.optional() }),
]);

/** Who has to approve something, and how many of them. */
export const ApprovalRule = z.strictObject({
  /** Distinct people who have to say yes; one no is enough for a no. Default 1. */
  approvals: z.int().min(1).max(MOST_APPROVALS).optional(),
  /** Who may decide: users, and groups of the system. Absent = whoever is allowed to decide on approvals. */
  approvers: Persons.optional(),
  /** How long they have. Default 24 h. */
  timeoutMs: ms.optional(),
  onTimeout: OnTimeout.optional(),
});
export type ApprovalRule = z.infer<typeof ApprovalRule>;

/** What holds in the whole system where a rule says nothing, and its groups. */
export const Approvals = ApprovalRule.extend({
  /** Users by the name of a group. */
  groups: z.record(PersonName, Persons).optional(),
});
export type Approvals = z.infer<typeof Approvals>;

/** What is asked for, complete: everything that the hash covers. */
export const ApprovalTerms = z.strictObject({
  act: z.json(),
  summary: z.string().max(2_000).optional(),
  approvals: z.int().min(1).max(MOST_APPROVALS),
  /** Users; groups are resolved. */
  approvers: z.array(PersonName).max(10_000).optional(),
  /** Who may decide as well after so long. */
  later: z.strictObject({ afterMs: z.int().min(0), approvers: z.array(PersonName).max(10_000) }).optional(),
});
export type ApprovalTerms = z.infer<typeof ApprovalTerms>;

/** The wait that an approval is. */
export interface ApprovalPlace {
  readonly task: TaskId;
  readonly hop: HopId;
  readonly wait: number;
}

/** Largest act, as JSON: a person has to read it. */
export const MAX_ACT_BYTES = 64 * 1024;
const DAY_MS = 24 * 3_600_000;

/** A rule with what the system says where it is silent. */
export const mergedRule = (rule: ApprovalRule, system: Approvals = {}): ApprovalRule => ({
  approvals: rule.approvals ?? system.approvals,
  approvers: rule.approvers ?? system.approvers,
  timeoutMs: rule.timeoutMs ?? system.timeoutMs,
  onTimeout: rule.onTimeout ?? system.onTimeout,
});

/** What a rule comes to for one act: the terms, when it is over, and what happens then. */
export function approvalTerms(
  { act, summary }: { readonly act: ApprovalTerms["act"]; readonly summary?: string | undefined },
  rule: ApprovalRule,
  system: Approvals = {},
): { readonly terms: ApprovalTerms; readonly afterMs: number; readonly onTimeout: "deny" | "escalate" } {
  const { approvals = 1, approvers, timeoutMs = DAY_MS, onTimeout = "deny" } = mergedRule(rule, system);
  const later =
    typeof onTimeout === "string"
      ? undefined
      : { afterMs: timeoutMs, approvers: peopleOf(onTimeout.ask, system.groups) };
  const more = typeof onTimeout === "string" ? 0 : (onTimeout.timeoutMs ?? timeoutMs);
  return {
    terms: {
      act,
      ...(summary === undefined ? {} : { summary }),
      approvals,
      ...(approvers === undefined ? {} : { approvers: peopleOf(approvers, system.groups) }),
      ...(later === undefined ? {} : { later }),
    },
    afterMs: timeoutMs + more,
    onTimeout: onTimeout === "escalate" ? onTimeout : "deny",
  };
}

/** Each name once; a group stands for its users. */
function peopleOf(names: readonly string[], groups: Approvals["groups"] = {}): string[] {
  return [...new Set(names.flatMap((name) => (Object.hasOwn(groups, name) ? (groups[name] ?? []) : [name])))];
}

/** Hash of what is approved: the act with its terms, in this task, of this role. SHA-256, hexadecimal. */
export const approvalHash = (task: TaskId, role: string, terms: ApprovalTerms): string =>
  createHash("sha256")
    .update(canonicalJson({ v: 1, task, role, terms }))
    .digest("hex");

/** `<task>.<hop>.<wait>`. */
export const approvalId = ({ task, hop, wait }: ApprovalPlace): string => `${task}.${hop}.${wait}`;

/** What an id names; `undefined` when it is none. */
export function parseApprovalId(id: string): ApprovalPlace | undefined {
  const [taskText = "", hop = "", wait = "", rest] = id.split(".");
  const task = parseTaskId(taskText)?.id;
  if (task === undefined || !isHopId(hop) || !/^[1-9]\d{0,5}$/.test(wait) || rest !== undefined) return undefined;
  return { task, hop, wait: Number(wait) };
}

const Hash = z.string().regex(/^[0-9a-f]{64}$/, "a SHA-256 in hexadecimal");

/** Who decided, and on what: in a yes as the value of the reply, in a no as the details of its error. */
export const ApprovalVote = z.strictObject({
  hash: Hash,
  by: PersonName,
  /** How the gateway knows the person. `nobody`: it does not; nobody signs in there. */
  proof: z.enum(["http", "nats", "nobody"]),
  reason: z.string().max(1_024).optional(),
});
export type ApprovalVote = z.infer<typeof ApprovalVote>;

export const APPROVAL_STATES = ["pending", "approved", "denied", "expired", "void"] as const;
export type ApprovalState = (typeof APPROVAL_STATES)[number];

const time = z.string().meta({ format: "date-time" });

/** One line of a list. */
export const ApprovalSummary = z.object({
  approval_id: z.string(),
  task_id: z.string(),
  role: z.string(),
  /** What it is about, in one line. */
  summary: z.string(),
  hash: Hash,
  /** Distinct people who have to say yes, and how many have. */
  approvals: z.int(),
  approved: z.int(),
  requested_at: time,
  /** Nobody can decide from then on. */
  expires_at: time.optional(),
});
export type ApprovalSummary = z.infer<typeof ApprovalSummary>;

/** An approval as `show` and `decide` answer it. */
export const ApprovalView = ApprovalSummary.extend({
  state: z.enum(APPROVAL_STATES),
  act: z.json(),
  /** Who may decide; absent = whoever is allowed to. */
  approvers: z.array(z.string()).optional(),
  later_approvers: z.array(z.string()).optional(),
  later_from: time.optional(),
  requested_by: z.string().optional(),
  decisions: z.array(
    z.object({
      by: z.string(),
      verdict: z.enum(["approve", "deny", "expire"]),
      at: time,
      proof: z.string(),
      reason: z.string().optional(),
    }),
  ),
});
export type ApprovalView = z.infer<typeof ApprovalView>;

export const ApprovalList = z.object({ approvals: z.array(ApprovalSummary), more: z.boolean() });
export type ApprovalList = z.infer<typeof ApprovalList>;

/** Bodies of `<sys>.approvals.{list,show,decide}`, and of the supervisor's `approvals`. */
export const ApprovalListRequest = z.strictObject({
  limit: z.int().min(1).max(1_000).optional(),
  /** Only this tenant's; gateways ask so for callers who may see no others. */
  tenant: z.string().min(1).max(128).optional(),
});
export type ApprovalListRequest = z.infer<typeof ApprovalListRequest>;
/** An approval's id, or that of a task in which one approval waits. */
const approval_id = z.string().min(1).max(192);
export const ApprovalRef = z.strictObject({ approval_id });
export const DecideBody = z.strictObject({
  verdict: z.enum(["approve", "deny"]),
  /** The hash that was shown: a decision on anything else is refused. */
  hash: Hash,
  reason: z.string().min(1).max(1_024).optional(),
});
export type DecideBody = z.infer<typeof DecideBody>;
export const DecideRequest = DecideBody.extend({ approval_id });

/** What an act is called where there is room for one line only. */
export function summaryOf({ act, summary }: Pick<ApprovalTerms, "act" | "summary">): string {
  const text = summary ?? (typeof act === "string" ? act : JSON.stringify(act));
  return text.length <= 160 ? text : `${text.slice(0, 157)}...`;
}
