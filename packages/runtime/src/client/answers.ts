/** What the task services answer, as the client checks it. Loose on purpose: a newer service may add fields. */
import { z } from "zod";
import type { TaskAccepted, TaskEvent, TaskLogPage, TaskView } from "../contracts/task.ts";
import { parseTaskId, type TaskId } from "../ids.ts";

const taskId = z.custom<TaskId>((value) => typeof value === "string" && parseTaskId(value) !== undefined);
const status = z.enum(["accepted", "running", "waiting", "completed", "failed", "cancelled", "expired", "rejected"]);

export const AcceptedAnswer: z.ZodType<TaskAccepted> = z.looseObject({
  task_id: taskId,
  status: z.literal("accepted"),
  duplicate: z.boolean().optional(),
});

const View = z.looseObject({
  task_id: taskId,
  status,
  role: z.string(),
  path: z.array(z.looseObject({ role: z.string(), node: z.string(), ms: z.number(), attempts: z.number() })),
  tokens: z.looseObject({ input: z.number(), output: z.number(), total: z.number() }),
  cost: z.number(),
  created_at: z.string(),
});
const isView = (value: unknown): value is TaskView => View.safeParse(value).success;
export const ViewAnswer = z.custom<TaskView>(isView, "not a task");

const Page = z.looseObject({ task_id: taskId, records: z.array(z.looseObject({ id: z.number(), kind: z.string() })) });
export const LogAnswer = z.custom<TaskLogPage>((value) => Page.safeParse(value).success, "not a page of records");

/** Types of events, of which those with an id can be resumed from. */
const WITH_ID = ["accepted", "claim", "step", "progress", "forward", "wait", "reply", "retry", "dead", "gap"] as const;
const Event = z.union([
  z.looseObject({ type: z.enum(WITH_ID), id: z.number() }),
  z.looseObject({ type: z.literal("token"), role: z.string(), text: z.string() }),
  z.looseObject({ type: z.literal("done"), id: z.number(), task: ViewAnswer }),
]);
const isEvent = (value: unknown): value is TaskEvent => Event.safeParse(value).success;

/** One chunk of a watch. */
export const EventAnswer = z.union([
  z.looseObject({ type: z.literal("keep_alive") }).transform(() => ({ type: "keep_alive" as const })),
  z
    .looseObject({ type: z.literal("error"), error: z.looseObject({ message: z.string() }) })
    .transform(({ error }) => ({ type: "error" as const, error: { message: error.message } })),
  z.custom<TaskEvent>(isEvent, "not an event").transform((event) => ({ type: "event" as const, event })),
]);
