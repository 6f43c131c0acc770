/** The dead-letter desk (ADR 0040): hops that were parked, as people see them, and what they may do with them. */
import { z } from "zod";
import { type HopId, isHopId, parseTaskId, type TaskId } from "../ids.ts";

/**
 * What becomes of a task with a dead letter that no escalation role takes. `end`: it fails. `park`: it waits at the dead-letter desk, until
 * somebody decides or its deadline passes.
 */
export const DeadLetterPolicy = z.enum(["end", "park"]);
export type DeadLetterPolicy = z.infer<typeof DeadLetterPolicy>;

/** `parked`: waits for the desk. `handed_on`: retried, or with the escalation role. `ended`: its task has ended. */
export const DEAD_LETTER_STATES = ["parked", "handed_on", "ended"] as const;
export type DeadLetterState = (typeof DEAD_LETTER_STATES)[number];

const time = z.string().meta({ format: "date-time" });
const ErrorShape = z.object({
  code: z.string(),
  message: z.string(),
  details: z.record(z.string(), z.unknown()).optional(),
});

/** One line of the list. */
export const DeadLetterSummary = z.object({
  dead_letter_id: z.string(),
  task_id: z.string(),
  role: z.string(),
  state: z.enum(DEAD_LETTER_STATES),
  error: z.object({ code: z.string(), message: z.string() }),
  /** Failed attempts of the handler before it was parked. */
  attempts: z.int(),
  died_at: time,
});
export type DeadLetterSummary = z.infer<typeof DeadLetterSummary>;

export const DeadLetterList = z.object({ dead_letters: z.array(DeadLetterSummary), more: z.boolean() });
export type DeadLetterList = z.infer<typeof DeadLetterList>;

/** A dead letter with everything that is kept of it: reason, path, and what its hop had done. */
export const DeadLetterView = DeadLetterSummary.extend({
  error: ErrorShape,
  /** Who sent what the hop was given. */
  from: z.string(),
  /** What it was given; absent where only its role can read it. */
  message: z.unknown().optional(),
  /** Roles and nodes on the task's way. */
  path: z.array(z.object({ role: z.string(), node: z.string(), ms: z.number(), attempts: z.number() })),
  /** The hop's journal: results of steps, waits, failed attempts, in their order. */
  journal: z.array(z.object({ kind: z.string(), name: z.string(), at: time })),
  /** Where it went, when it was handed on. */
  handed_on_to: z.string().optional(),
});
export type DeadLetterView = z.infer<typeof DeadLetterView>;

/** What a decision answers. */
export const DeskAnswer = z.object({
  dead_letter_id: z.string(),
  /** The task that goes on: its own, or a new one where its own had ended. */
  task_id: z.string(),
  outcome: z.enum(["retried", "resubmitted", "answered", "dropped"]),
});
export type DeskAnswer = z.infer<typeof DeskAnswer>;

const dead_letter_id = z.string().min(1).max(192);
/** Only this tenant's; gateways ask so for callers who may see no others. */
const tenant = z.string().min(1).max(128).optional();
const reason = z.string().min(1).max(512).optional();
const model = z.string().regex(/^[a-z][a-z0-9-]{0,31}$/, "a model alias");

export const DeadLetterListRequest = z.strictObject({
  state: z.enum(DEAD_LETTER_STATES).optional(),
  limit: z.int().min(1).max(1_000).optional(),
  tenant,
});
export type DeadLetterListRequest = z.infer<typeof DeadLetterListRequest>;
export const DeadLetterRef = z.strictObject({ dead_letter_id, tenant });

/** What each decision is asked for with, over HTTP; over NATS with `dead_letter_id` and `tenant` beside it. */
export const DESK_BODIES = {
  /** The message again, to the same role: as it was, or edited (`message`); on another model (`model`). */
  retry: z.strictObject({ message: z.json().optional(), model: model.optional(), reason }),
  /** A person does the role's work: the task is completed with this result. */
  answer: z.strictObject({ result: z.json(), reason }),
  /** The task ends as failed, with the error that is there. */
  drop: z.strictObject({ reason }),
} as const;
export type DeskAct = keyof typeof DESK_BODIES;
export const DESK_ACTS = ["retry", "answer", "drop"] as const satisfies readonly DeskAct[];

export const DESK_REQUESTS = {
  retry: DESK_BODIES.retry.extend({ dead_letter_id, tenant }),
  answer: DESK_BODIES.answer.extend({ dead_letter_id, tenant }),
  drop: DESK_BODIES.drop.extend({ dead_letter_id, tenant }),
} as const;
export type DeskRequest = {
  [Act in DeskAct]: { readonly act: Act } & z.infer<(typeof DESK_REQUESTS)[Act]>;
}[DeskAct];

/** `<task>.<hop>`. */
export const deadLetterId = (task: TaskId, hop: HopId): string => `${task}.${hop}`;

/** What an id names; `undefined` when it is none. */
export function parseDeadLetterId(id: string): { readonly task: TaskId; readonly hop: HopId } | undefined {
  const [taskText = "", hop = "", rest] = id.split(".");
  const task = parseTaskId(taskText)?.id;
  return task === undefined || !isHopId(hop) || rest !== undefined ? undefined : { task, hop };
}
