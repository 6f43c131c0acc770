/**
 * Bodies of the log's own records (DESIGN §4, §5). A mailbox message's body is what the author sent, as JSON, with no wrapper of ours;
 * everything of ours about it is in the header. What does not parse here is parked, never thrown.
 */
import { z } from "zod";
import { ApprovalTerms } from "./approval.ts";
import { BlobRef } from "./blob-body.ts";
import { JsonValue } from "./json-value.ts";
import { TaintLabels } from "./tool.ts";
import { TraceContext } from "./trace-context.ts";

const count = z.int().min(0);
const token = z.string().min(1).max(128);
const ErrorBody = z.strictObject({
  code: z.string().max(64),
  message: z.string().max(8_192),
  details: z.record(z.string(), JsonValue).optional(),
});

/** One message that a stored commit promises. `hop` is the receiver's new hop, `index` the output's index in the sender's hop. */
export const Output = z.strictObject({ hop: token, index: count, to: token, body: JsonValue });
export type Output = z.infer<typeof Output>;

/** `c.fan.0`: the commit of a hop with several outputs. */
export const FanBody = z.strictObject({ outputs: z.array(Output).min(1).max(1_000) });
export type FanBody = z.infer<typeof FanBody>;

/**
 * One thing that a wait is for. `call`: a message to a role; with `afterMs` the leader answers with an error when the role has not. `timer`: the leader replies at `dueAtMs` (set by the waiting executor from
 * its remaining time; the leader's clock decides). `signal`: whoever knows the task may reply, by name. `approval`: the yes or no of one person;
 * an approval by several is one wait for as many of them.
 */
export const Awaited = z.discriminatedUnion("type", [
  z.strictObject({
    type: z.literal("call"),
    hop: token,
    index: count,
    to: token,
    body: JsonValue,
    afterMs: count.optional(),
  }),
  z.strictObject({ type: z.literal("timer"), hop: token, index: count, afterMs: count }),
  z.strictObject({ type: z.literal("signal"), hop: token, index: count, name: token, afterMs: count.optional() }),
  z.strictObject({
    type: z.literal("approval"),
    hop: token,
    index: count,
    /** Of what is to be approved. */
    hash: z.string().regex(/^[0-9a-f]{64}$/),
    afterMs: count.optional(),
    /** What is asked for; on the first of the answers that the wait is for. */
    terms: ApprovalTerms.optional(),
  }),
]);
export type Awaited = z.infer<typeof Awaited>;

/**
 * `c.wait.<n>`: the hop leaves memory until `need` of what it waits for has come. `settles`: until each has answered, well or with an error.
 * `input` is the subject of the hop's input message.
 */
export const WaitBody = z.strictObject({
  need: z.int().min(1),
  for: z.array(Awaited).min(1).max(1_000),
  settles: z.literal(true).optional(),
  input: token.max(512),
});
export type WaitBody = z.infer<typeof WaitBody>;

/**
 * What an escalation role receives, whoever sends it: the hop that escalated, or the supervisor for a hop that failed. `message` is what the
 * hop of `role` had been given; `error` is there when the hop failed, not when its handler returned `escalate`.
 */
export const EscalationBody = z.strictObject({
  reason: z.string(),
  role: token,
  message: JsonValue,
  error: ErrorBody.optional(),
});
export type EscalationBody = z.infer<typeof EscalationBody>;

/** `c.got.<index>`: a reply that does not complete the join. `message` is the reply's subject; `isError` says how it counts. */
export const GotBody = z.strictObject({ message: z.string().max(512), index: count, isError: z.boolean() });
export type GotBody = z.infer<typeof GotBody>;

/** `c.claim.<n>`: a take-over, or the continuation of a wait. `message` is the subject of the mailbox record that it acts for. */
export const ClaimBody = z.strictObject({
  message: z.string().max(512),
  /** Sequence of the record that was delivered: the message itself, or an `again` copy of it. */
  delivered: count,
});
export type ClaimBody = z.infer<typeof ClaimBody>;

/** `c.dead.0`: parked. In a called hop `reply` says whom the error goes to. */
export const DeadBody = z.strictObject({
  error: ErrorBody,
  /** What the author meant by escalating, apart from a failure. */
  escalated: z.boolean().optional(),
  attempts: count,
  reply: z.strictObject({ to: token, parent: token, wait: count, index: count }).optional(),
});
export type DeadBody = z.infer<typeof DeadBody>;

/** Body of an `m.reply`: the answer, or the error that ended the called hop. */
export const ReplyBody = z.union([z.strictObject({ value: JsonValue }), z.strictObject({ error: ErrorBody })]);
export type ReplyBody = z.infer<typeof ReplyBody>;

/** `s.step.<n>`: the recorded result of effect n. As msgpack when JSON cannot hold `value`. `large` names a value that no record holds. */
export const StepBody = z.strictObject({
  name: z.string().max(256),
  value: z.unknown().optional(),
  large: z.strictObject({ encoding: z.enum(["json", "msgpack"]), ref: BlobRef }).optional(),
});
export type StepBody = z.infer<typeof StepBody>;

/** `s.begin.<n>`: an effect that must not be repeated is about to start. */
export const BeginBody = z.strictObject({ name: z.string().max(256) });
/** `s.fail.<n>`: attempt n of the handler failed. */
export const FailBody = z.strictObject({ attempt: count, error: ErrorBody, retryAfterMs: count.optional() });
export type FailBody = z.infer<typeof FailBody>;
/** `s.emit.<n>`: a durable progress event. */
export const EmitBody = z.strictObject({ name: z.string().max(256), data: JsonValue });

/** `v.rev.<n>`: one revision of a role's state in a session, and which update made it. */
export const RevisionBody = z.strictObject({
  value: z.unknown().optional(),
  /** Whether `value` is encrypted: the version that reads it may say otherwise of new ones. */
  isSealed: z.literal(true).optional(),
  hop: token,
  step: count,
  turn: count,
  /** Labels of what the value was made from. */
  taint: TaintLabels.optional(),
});
export type RevisionBody = z.infer<typeof RevisionBody>;

/** `v.turn.<n>`: a task of a session, started when the one before it has ended. */
export const TurnBody = z.strictObject({
  task: token,
  door: token,
  input: JsonValue,
  passport: z.string().max(8_192),
  submittedAtMs: z.number(),
  trace: TraceContext.optional(),
});
export type TurnBody = z.infer<typeof TurnBody>;
