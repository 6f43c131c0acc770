/** Bodies of the HTTP interface as schemas: requests are parsed by them, the OpenAPI document is generated from them. */
import { ERRORS, JsonValue, TASK_ID, TaskRequest } from "@troupe/runtime/internal";
import { z } from "zod";
import { HEALTH_PARTS } from "../task/task-api.ts";

export const SubmitBody = TaskRequest.extend({
  role: z.string().min(1).max(256).meta({ description: "The role that gets the task; one of the system's doors." }),
}).meta({
  description: "A task: who gets it, what it is about, and how it is treated.",
  not: { required: ["session", "max_load"] },
});

/** Visible ASCII, with or without the quotes of a structured field. */
export const IdempotencyKey = z
  .string()
  .regex(/^(?:"[ !#-~]{1,256}"|[!#-~][ !#-~]{0,255})$/, "must be 1 to 256 visible ASCII characters, quoted or not")
  .meta({
    description: "Makes repeating the request safe for 24 hours.",
    examples: ["8e03978e-40d5-43e8-bc93-6894a57f9324"],
  });
export const SessionId = z
  .string()
  .regex(/^[!-~][ -~]{0,255}$/, "must be 1 to 256 ASCII characters")
  .meta({ description: "Tasks of one session run in turn, and roles remember.", examples: ["conversation-7"] });
export const LastEventId = z
  .string()
  .regex(/^[0-9]{1,15}$/, "must be the id of an event of this stream")
  .meta({ description: "Goes on after this event, at any gateway.", examples: ["42"] });

/** An event of a stream as its lines say it. */
export const ServerSentEvent = z
  .object({
    id: z
      .string()
      .optional()
      .meta({ description: "What `Last-Event-ID` names. Events that are not stored have none." }),
    event: z.string().optional().meta({ description: "Its type." }),
    data: z.string().meta({ description: "JSON, or `[DONE]` at the end of an OpenAI stream." }),
  })
  .meta({
    description:
      "Lines `id`, `event` and `data`, then an empty one; lines that begin with a colon keep the stream alive.",
  });

const status = z.enum(["accepted", "running", "waiting", "completed", "failed", "cancelled", "expired", "rejected"]);
const taskId = z.string().meta({ examples: ["0-v1-01jd3m8q5x7c9v2k4n6p8r0t2w"] });
const time = z.string().meta({ format: "date-time" });

export const AcceptedResponse = z.object({
  task_id: taskId,
  status: z.literal("accepted"),
  duplicate: z
    .boolean()
    .optional()
    .meta({ description: "An earlier request with this idempotency key made the task." }),
});

const ErrorResponse = z.object({
  code: z.enum(Object.keys(ERRORS)),
  message: z.string(),
  details: z.record(z.string(), z.unknown()).optional(),
});

export const TaskResponse = z.object({
  task_id: taskId,
  status,
  role: z.string(),
  result: z.unknown().optional(),
  error: ErrorResponse.optional(),
  path: z.array(
    z.object({
      role: z.string(),
      node: z.string(),
      ms: z.number().meta({ description: "Time that its executors ran." }),
      attempts: z.int().meta({ description: "More than 1 when it was taken over." }),
    }),
  ),
  tokens: z.object({ input: z.int(), output: z.int(), total: z.int() }),
  cost: z.number().meta({ description: "US dollars." }),
  created_at: time,
  finished_at: time.optional(),
  session: z.string().optional(),
  metadata: z.record(z.string(), z.string()).optional(),
  waiting_reason: z.string().optional().meta({ description: "Why nobody takes its next message." }),
});

export const CancelResponse = z.object({ task_id: taskId, status: z.literal("cancelled") });
export const SignalBody = z.strictObject({ name: z.string().min(1).max(128), value: JsonValue });
export const SignalResponse = z.object({ task_id: taskId, signal: z.string(), delivered: z.literal(true) });

export const LogResponse = z.object({
  task_id: taskId,
  records: z.array(z.record(z.string(), z.unknown())),
  next: z.int().optional().meta({ description: "`after` of the next page; absent on the last." }),
});

/** A number in a query: digits and nothing else. */
export const wholeNumber = z
  .string()
  .regex(/^[0-9]{1,16}$/, "must be a whole number")
  .transform(Number)
  .pipe(z.int().min(0));
export const EventsQuery = z.strictObject({ after: wholeNumber.optional() });
export const LogQuery = z.strictObject({
  after: wholeNumber.optional(),
  limit: wholeNumber.pipe(z.int().min(1).max(1_000)).optional(),
});
export const ListQuery = z.strictObject({
  status: status.optional(),
  limit: wholeNumber.pipe(z.int().min(1).max(1_000)).optional(),
  cursor: z.string().min(1).max(512).optional(),
});

export const ListResponse = z.object({
  tasks: z.array(
    z.object({
      task_id: taskId,
      status,
      role: z.string(),
      created_at: time,
      finished_at: time.optional(),
      session: z.string().optional(),
      metadata: z.record(z.string(), z.string()).optional(),
    }),
  ),
  total: z.int().meta({ description: "Tasks that may be listed, whatever their status." }),
  cursor: z
    .string()
    .optional()
    .meta({ description: "Of the following page; absent on the last. A page may be short and still have one." }),
});

export const TaskIdText = z
  .string()
  .regex(TASK_ID)
  .meta({ description: "Task id.", examples: ["0-v1-01jd3m8q5x7c9v2k4n6p8r0t2w"] });

export const RoleName = z
  .string()
  .min(1)
  .meta({ description: "A role that takes tasks.", examples: ["router"] });

export const ConfigName = z
  .string()
  .regex(/^[A-Za-z0-9_-]{1,64}$/)
  .meta({ description: "Id of a push notification configuration.", examples: ["default"] });

export const GraphResponse = z.object({
  system: z.string(),
  roles: z.array(
    z.object({
      name: z.string(),
      kind: z.string(),
      description: z.string().optional(),
      door: z.boolean().meta({ description: "Whether clients may address it." }),
    }),
  ),
  edges: z
    .array(z.object({ from: z.string(), to: z.string() }))
    .meta({ description: "`client` and `human` are ends of edges and no roles." }),
});

export const HealthResponse = z.object({
  status: z.enum(["healthy", "degraded", "critical"]),
  parts: z.array(
    z.object({
      name: z.enum(HEALTH_PARTS),
      up: z.boolean(),
      required: z.boolean().meta({ description: "Whether the answer is 503 while it is down." }),
      text: z.string(),
    }),
  ),
});

export const ProblemResponse = z.object({
  type: z.string(),
  title: z.string(),
  status: z.int(),
  detail: z.string(),
  instance: z.string(),
  code: z.enum(Object.keys(ERRORS)),
  remedy: z.string(),
  details: z.record(z.string(), z.unknown()).optional(),
  error: z.object({ message: z.string(), type: z.string(), param: z.string().nullable(), code: z.string() }),
});

/** `google.rpc.Status`, as A2A has errors; those of JSON-RPC have its envelope, and no status. */
export const RpcStatus = z.looseObject({
  error: z.looseObject({
    code: z.int().meta({ description: "The HTTP status, or JSON-RPC's code." }),
    message: z.string(),
    status: z.string().optional(),
    details: z.array(z.looseObject({ "@type": z.string() })).optional(),
  }),
});
