/**
 * What the execution of a hop is given: the role that it runs for, and the ports through which it acts. Nothing else reaches a hop.
 */
import type { Tracer } from "@opentelemetry/api";
import type { Logger } from "pino";
import type { ZodType } from "zod";
import type { RoleInstance } from "../actor/define.ts";
import type { Json } from "../actor/outcome.ts";
import type { Clock } from "../clock.ts";
import type { EncodedBody } from "../codec/body.ts";
import type { Approvals } from "../contracts/approval.ts";
import type { BlobRef } from "../contracts/blob-body.ts";
import type { SealedBody } from "../contracts/sealed-body.ts";
import type { Subjects } from "../contracts/subjects.ts";
import type { RetryPolicy } from "../contracts/system.ts";
import type { Guard } from "../guardrails/guard.ts";
import type { Firing } from "../guardrails/verdict.ts";
import type { HopId, TaskId, Version } from "../ids.ts";
import type { TaskLog } from "../log/task-log.ts";
import type { Random } from "../random.ts";
import type { CompiledRules } from "../rules/compile-rules.ts";
import type { EdgeApprovals } from "./edge-approvals.ts";
import type { JoinTurns } from "./join-turns.ts";
import type { RunningHops } from "./running-hops.ts";
import type { Suspects } from "./suspects.ts";
import type { TaintRules } from "./taint.ts";

/** One replica of a role of one version, as a host runs it. Built once; the same for all of its messages. */
export interface HopRole {
  readonly subjects: Subjects;
  readonly version: Version;
  /** The role's name: writer of every own record. */
  readonly role: string;
  /** The mailbox that its messages come from: the role, or a variant `<role>_<variant>`. Replies to its calls come back to it. */
  readonly mailbox: string;
  /** The role's key for hop ids (`Deployment.hopKeys`). */
  readonly hopKey: Uint8Array;
  readonly node: string;
  readonly incarnation: string;
  /** The role's edges, `client` and `human` included. */
  readonly targets: ReadonlySet<string>;
  /** The role that `escalate` goes to, when the system declares one. */
  readonly escalation?: string | undefined;
  readonly limits: { readonly hops: number };
  readonly retry: RetryPolicy;
  /** Longest run of one segment, ms. */
  readonly timeoutMs: number;
  /** Longest time without a sign of progress, ms; absent = no limit of its own. */
  readonly stuckAfterMs?: number | undefined;
  /** What a message must look like; absent = any JSON. */
  readonly accepts?: ZodType | undefined;
  /** What the system says of approvals; absent = nothing. */
  readonly approvals?: Approvals | undefined;
  /** Edges of the role that people have to approve; absent = none. */
  readonly edgeApprovals?: EdgeApprovals | undefined;
  /** Absent = the system has no rules about labels. */
  readonly taint?: TaintRules | undefined;
  /** Absent = the system has no guardrails. */
  readonly guard?: Guard | undefined;
  /** Absent = the system has no escalation rules. */
  readonly rules?: CompiledRules | undefined;
  readonly instance: RoleInstance;
  /** The mailbox of a role for a task with these required capabilities: the role itself, or one of its variants. */
  mailboxOf(role: string, requires: readonly string[]): string;
}

/** Places where tests may stop or kill an executor; never set in production. */
export const FAILPOINTS = [
  "before-claim",
  "after-claim",
  "after-begin",
  "after-effect",
  "after-step",
  "before-commit",
  "after-commit",
  "before-ack",
] as const;
export type Failpoint = (typeof FAILPOINTS)[number];

/** Bodies beside the log, as one role reaches them. */
export interface LargeBodies {
  /** Stores bytes of this role. Throws `body_too_large`, `store_full`, `unavailable`. Safe to repeat. */
  put(bytes: Uint8Array): Promise<BlobRef>;
  /** Throws `malformed_record` when they are not there, or not what was stored; `unavailable`. */
  get(ref: BlobRef): Promise<Uint8Array>;
}

/** Where a sealed body belongs. */
export interface SealedPlace {
  /** The subject that it is recorded under; it opens under no other. */
  readonly subject: string;
  /** Who reads or wrote it besides the role: another role, `client` or `human`. Absent = the role keeps it for itself. */
  readonly peer?: string | undefined;
  /** Set for a value that this role has taken out of a text. */
  readonly takenBy?: string | undefined;
  /** Set where equal contents have to be told, for loops: the crossing that it makes. */
  readonly crossing?: string | undefined;
}

/** Encryption of stored bodies, as one role of a version reaches it. */
export interface BodySeals {
  /** Whether bodies of this place are sealed; costs nothing. */
  covers(peer?: string): boolean;
  /** Resolves when it can seal; an effect waits for that, so that its result is not lost. Throws `unavailable` while there are no keys. */
  ready(): Promise<void>;
  /** JSON text of the sealed body. Throws `unavailable` while there are no keys. */
  seal(body: EncodedBody, place: SealedPlace): Promise<string>;
  /** Throws `malformed_record` for a body that was altered or moved, `unavailable` while its key is not here. */
  open(sealed: SealedBody, place: SealedPlace): Promise<EncodedBody>;
}

/** The world outside of a hop. */
export interface HopPorts {
  readonly log: TaskLog;
  readonly clock: Clock;
  readonly random: Random;
  /** The hops that run in this process: their pulse, their time-outs, the tasks that have ended. One object a host. */
  readonly running: RunningHops;
  readonly logger: Logger;
  /** Keeps messages whose last executor died from one another. One object a process; absent = they run at once. */
  readonly suspects?: Suspects | undefined;
  /** Turns of replies at the joins of a role. One object a process and role; absent = they race. */
  readonly joins?: JoinTurns | undefined;
  /** Half of the log's retention, at least 10 min, in ms: an older delivery writes nothing any more. */
  readonly maxAgeMs: number;
  /** A short text, unique to one executor of one delivery. */
  nonce(): string;
  /** Whether this life of a node, or its host, is reported dead; suspicion is not enough. */
  isDead(node: string, incarnation: string): boolean;
  /** The store of bodies that are too large for a record. Absent = none is larger, and a handler gets a reference as it is. */
  readonly largeBodies?: LargeBodies | undefined;
  /** Encrypts what is stored. Absent = nothing is encrypted, and a handler gets a sealed body as it is. */
  readonly seals?: BodySeals | undefined;
  /** Whether an operator has revoked the role's edge to another role, or to `client`. Absent = none can be. */
  readonly isRevoked?: ((to: string) => boolean) | undefined;
  /** Asks a service of the node, on behalf of a task. Absent = there is no node here, and a handler that asks gets `unavailable`. */
  readonly askNode?: ((task: TaskId, service: string, body: Json) => Promise<Json>) | undefined;
  /** Hears of each rule of a guardrail that fired, and where: for counting. */
  readonly onGuardrail?: ((firing: Firing, place: string) => void) | undefined;
  /** Says that these called hops of the task are not waited for any more; may be lost. Absent = they run to their end. */
  readonly endHops?: ((task: TaskId, hops: readonly HopId[]) => void) | undefined;
  /** "Something of this task was recorded", for watchers; may be lost. */
  hint(task: TaskId): void;
  /** Live text for watchers; may be lost. */
  token(task: TaskId, hop: HopId, role: string, text: string): void;
  readonly failpoint?: ((name: Failpoint) => Promise<void> | void) | undefined;
  /** Makes spans of what belongs to a sampled trace. Absent = this process traces nothing; a task's trace is handed on all the same. */
  readonly tracer?: Tracer | undefined;
}
