/** The A2A routes as operations. Each role that takes tasks is an agent of its own. */
import type { ErrorCode } from "@troupe/runtime/internal";
import { z } from "zod";
import { KEYLESS_SUBMIT_ERRORS, type Operation, TASK_ERRORS } from "./operation.ts";
import { wholeNumber } from "./schemas.ts";

const Loose = z.looseObject({});
/** None means 0.3, which JSON-RPC alone speaks. */
const AnyVersion = z
  .string()

  .meta({ description: "Version of A2A; none means 0.3.", examples: ["1.0"] });
const Version = z.literal("1.0").meta({ description: "Version of A2A." });
const VERSION = "A2A-Version";

/** The envelope; what `params` are is the method's affair. */
export const RpcRequest = z
  .looseObject({
    jsonrpc: z.literal("2.0"),
    id: z.union([z.string().max(1_024), z.int(), z.null()]).optional(),
    method: z.string().min(1).max(128),
    params: Loose.optional(),
  })
  .meta({ description: "A call in the form of JSON-RPC 2.0: `SendMessage`, `GetTask` and the other methods of A2A." });
export type RpcRequest = z.infer<typeof RpcRequest>;
const RpcResponse = z.looseObject({ jsonrpc: z.literal("2.0") });

/** Anything, so that files get an error of their own; what is promised is text and data. */
const Part = z.looseObject({ text: z.string().optional() }).meta({
  anyOf: [
    { required: ["text"], properties: { text: { type: "string", minLength: 1 } } },
    { required: ["data"], properties: { data: { not: { enum: [null, ""] } } } },
  ],
});
const Message = z.looseObject({
  messageId: z.string().min(1).max(256).meta({ description: "Sending a message again under its id is one task." }),
  role: z.string(),
  parts: z.array(Part).min(1).max(1_000).meta({ description: "Text or data; files where the role takes them." }),
  contextId: z.string().max(256).optional().meta({ description: "The conversation: a session." }),
  taskId: z.string().max(256).optional().meta({ description: "The task that waits for this answer." }),
});
export const SendBody = z.looseObject({
  message: Message,
  configuration: z
    .looseObject({ returnImmediately: z.boolean().optional(), historyLength: z.int().min(0).optional() })
    .optional(),
});

export const PushConfigBody = z.looseObject({
  id: z.string().max(64).optional().meta({ description: "Absent: `default`. One of the same id is replaced." }),
  url: z
    .string()
    .min(1)
    .max(2_048)
    .regex(/^https?:/i)
    .meta({ description: "Gets a POST for each update. TLS and a public address." }),
  token: z.string().max(1_024).optional(),
  authentication: z
    .looseObject({ scheme: z.string().max(64), credentials: z.string().max(4_096).optional() })
    .optional(),
});

export const TaskQuery = z.strictObject({ historyLength: wholeNumber.optional() });
export const TasksQuery = z.strictObject({
  contextId: z.string().max(256).optional(),
  status: z.string().max(64).optional().meta({ description: "`TASK_STATE_WORKING` and so on." }),
  pageSize: wholeNumber.pipe(z.int().min(1).max(100)).optional(),
  pageToken: z.string().max(512).optional(),
  historyLength: wholeNumber.optional(),
  statusTimestampAfter: z.iso.datetime({ offset: true }).optional(),
  includeArtifacts: z.enum(["true", "false"]).optional(),
});

export const A2A_TYPE = "application/a2a+json";
const EVENTS = "text/event-stream";

const EXAMPLE_MESSAGE = {
  messageId: "8e03978e-40d5-43e8-bc93-6894a57f9324",
  role: "ROLE_USER",
  parts: [{ text: "Compare three databases" }],
};
const SEND_ERRORS = [
  ...KEYLESS_SUBMIT_ERRORS,
  ...TASK_ERRORS,
  "malformed_record",
] as const satisfies readonly ErrorCode[];
const base = {
  permission: "agent:chat",
  errorForm: "a2a",
  headers: { [VERSION]: Version },
  requiredHeaders: [VERSION],
} as const;
const card = {
  method: "GET",
  permission: "public",
  success: { status: 200, description: "The card.", schema: Loose, empty: { status: 304, description: "Unchanged." } },
  errors: ["unknown_role", "no_system"],
} as const;
const subscribe = {
  ...base,
  path: "/a2a/{role}/tasks/{id}:subscribe",
  success: { status: 200, description: "The task, then what happens in it, until it ends.", type: EVENTS },
  errors: [...TASK_ERRORS, "invalid_request", "malformed_record"],
} as const;

const CONFIGS = "/a2a/{role}/tasks/{id}/pushNotificationConfigs";
const configErrors = [...TASK_ERRORS, "invalid_request", "outcome_unknown"] as const satisfies readonly ErrorCode[];
const PUSH_OPERATIONS: readonly Operation[] = [
  {
    ...base,
    id: "createPushConfig",
    method: "POST",
    path: CONFIGS,
    summary: "A2A: where to send a task's updates, at least once each.",
    body: PushConfigBody,
    example: { url: "https://example.com/updates", token: "mine" },
    success: { status: 201, description: "The configuration.", type: A2A_TYPE },
    errors: [...configErrors, "unsupported_media_type", "body_too_large"],
  },
  {
    ...base,
    id: "listPushConfigs",
    method: "GET",
    path: CONFIGS,
    summary: "A2A: where a task's updates are sent.",
    success: { status: 200, description: "All of them.", type: A2A_TYPE },
    errors: configErrors,
  },
  {
    ...base,
    id: "getPushConfig",
    method: "GET",
    path: `${CONFIGS}/{config}`,
    summary: "A2A: one of them.",
    success: { status: 200, description: "The configuration.", type: A2A_TYPE },
    errors: configErrors,
  },
  {
    ...base,
    id: "deletePushConfig",
    method: "DELETE",
    path: `${CONFIGS}/{config}`,
    summary: "A2A: send no more there.",
    success: { status: 204, description: "Removed, or not there." },
    errors: configErrors,
  },
];

export const A2A_OPERATIONS: readonly Operation[] = [
  ...PUSH_OPERATIONS,
  { ...card, id: "getAgentCard", path: "/.well-known/agent-card.json", summary: "The first door's A2A card." },
  {
    ...card,
    id: "getLegacyAgentCard",
    path: "/.well-known/agent.json",
    summary: "The first door's A2A card, where clients of 0.2 look for it.",
  },
  {
    ...card,
    id: "getRoleCard",
    path: "/a2a/{role}/.well-known/agent-card.json",
    summary: "A role's A2A card: what it is, and where and how it is reached.",
  },
  {
    ...base,
    headers: { [VERSION]: AnyVersion },
    requiredHeaders: [],
    id: "callAgent",
    method: "POST",
    path: "/a2a/{role}",
    summary: "A2A over JSON-RPC, 1.0 and 0.3. A caller who goes away leaves the task running.",
    body: RpcRequest,
    example: { jsonrpc: "2.0", id: 1, method: "SendMessage", params: { message: EXAMPLE_MESSAGE } },
    success: {
      status: 200,
      description: "The result, or the error of the call; a stream of results for the methods that stream.",
      schema: RpcResponse,
      streams: EVENTS,
    },
    errors: ["unsupported_media_type", "body_too_large", "invalid_request"],
  },
  {
    ...base,
    id: "sendMessage",
    method: "POST",
    path: "/a2a/{role}/message:send",
    summary: "A2A: begin a task or answer one that waits, and wait until it has ended or needs an answer.",
    body: SendBody,
    example: { message: EXAMPLE_MESSAGE },
    success: { status: 200, description: "The task.", type: A2A_TYPE },
    errors: SEND_ERRORS,
  },
  {
    ...base,
    id: "streamMessage",
    method: "POST",
    path: "/a2a/{role}/message:stream",
    summary: "A2A: begin a task or answer one that waits, and stream what happens in it.",
    body: SendBody,
    example: { message: EXAMPLE_MESSAGE },
    success: { status: 200, description: "The task, then its updates.", type: EVENTS },
    errors: SEND_ERRORS,
  },
  {
    ...base,
    id: "listAgentTasks",
    method: "GET",
    path: "/a2a/{role}/tasks",
    summary: "A2A: the role's tasks, newest first.",
    query: TasksQuery,
    success: { status: 200, description: "A page of tasks.", type: A2A_TYPE },
    errors: ["invalid_request", "unavailable", "malformed_record"],
  },
  {
    ...base,
    id: "getAgentTask",
    method: "GET",
    path: "/a2a/{role}/tasks/{id}",
    summary: "A2A: one task.",
    query: TaskQuery,
    success: { status: 200, description: "The task.", type: A2A_TYPE },
    errors: [...TASK_ERRORS, "invalid_request", "malformed_record"],
  },
  {
    ...base,
    id: "cancelAgentTask",
    method: "POST",
    path: "/a2a/{role}/tasks/{id}:cancel",
    summary: "A2A: cancel a task.",
    success: { status: 200, description: "The task, cancelled.", type: A2A_TYPE },
    errors: [...TASK_ERRORS, "invalid_request", "outcome_unknown", "store_full", "malformed_record"],
  },
  { ...subscribe, id: "subscribeToAgentTask", method: "POST", summary: "A2A: go on streaming a task." },
  { ...subscribe, id: "watchAgentTask", method: "GET", summary: "A2A: go on streaming a task." },
];
