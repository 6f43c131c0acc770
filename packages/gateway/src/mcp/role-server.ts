/** The roles of the deployed system as an MCP server, for one request of one caller. */
import { type CallToolResult, McpServer, type ServerContext } from "@modelcontextprotocol/server";
import { requireTaskId, type TaskRequest, type TaskView } from "@troupe/runtime/internal";
import { z } from "zod";
import { requireDoor } from "../agent/agent-run.ts";
import { problemOf } from "../http/problem.ts";
import { answerText, failureOf } from "../openai/answer.ts";
import type { Caller, TaskApi } from "../task/task-api.ts";
import { followTask } from "./ask-role.ts";

export interface RoleServerPorts {
  readonly api: TaskApi;
  readonly caller: Caller;
  /** Whether the caller may see the cluster. */
  readonly seesCluster: boolean;
  readonly version: string;
  /** Aborts when the gateway closes or the client is gone. */
  readonly closing: AbortSignal;
  /** Whether a client that is gone gave up: those of 2025 may come back. */
  readonly isGoneGivenUp: boolean;
  /** Hears of errors that the client is told in words of the protocol. */
  readonly onError: (error: unknown) => void;
}

const LONGEST_KEY = 256;
/** Under this key of a call's `_meta` clients make repeating it safe. */
const KEY = "troupe/idempotency-key";
const TASK = "troupe/task-id";
const Meta = z.looseObject({
  progressToken: z.union([z.string(), z.number()]).optional(),
  [KEY]: z.string().min(1).max(LONGEST_KEY).optional(),
});

const input = z.string().min(1).max(1_000_000).describe("What to do, with everything that is needed for it");
const session = z
  .string()
  .min(1)
  .max(256)
  .optional()
  .describe("Name of a conversation: roles remember within it, and its tasks run in turn");
const Question = z.object({ input, session });
const Order = Question.extend({ role: z.string().min(1).max(64).describe("One of list_roles") });
const Ref = z.object({ task_id: z.string().min(1).max(128) });
const READ_ONLY = { annotations: { readOnlyHint: true } };

/** Tools: `ask_<role>` for each role that takes tasks, then tasks that nobody waits for, and what there is. Throws `no_system`. */
export function roleServer(ports: RoleServerPorts): McpServer {
  const { system } = ports.api.deployed();
  const server = new McpServer({ name: "troupe", version: ports.version }, { capabilities: { tools: {} } });
  for (const role of system.doors) registerQuestion(server, ports, role, system.roles.get(role)?.manifest.description);
  registerTasks(server, ports);
  registerViews(server, ports);
  return server;
}

/** A role's tool. Letters, digits, `_` and `-` alone, as tools are named everywhere. */
const toolOf = (role: string): string => `ask_${role.replaceAll(/[^a-zA-Z0-9_-]/g, "_")}`;

function registerQuestion(server: McpServer, ports: RoleServerPorts, role: string, about = `Asks the role ${role}`) {
  const config = { title: role, description: about, inputSchema: Question };
  server.registerTool(toolOf(role), config, (question, context) =>
    answered(ports, async () => {
      const { task_id: id } = await submit(ports, role, question, context);
      const view = await followTask({ ...ports, given: givenUp(ports, context), onProgress: progress(context) }, id);
      const failure = failureOf(view);
      return failure ? failedText(view.task_id, `${failure.message} (${failure.code})`) : text(answerText(view), view);
    }),
  );
}

function registerTasks(server: McpServer, ports: RoleServerPorts): void {
  const { api, caller } = ports;
  const idOf = (ref: z.infer<typeof Ref>) => requireTaskId(ref.task_id).id;
  const submitting = { description: "Begins a task and answers at once with its id", inputSchema: Order };
  server.registerTool("submit_task", submitting, ({ role, ...question }, context) =>
    answered(ports, async () =>
      json(await submit(ports, requireDoor(api.deployed().system, role, "role"), question, context)),
    ),
  );
  const getting = { description: "A task: its status and, once it has ended, its result", inputSchema: Ref };
  server.registerTool("get_task", { ...getting, ...READ_ONLY }, (ref) =>
    answered(ports, async () => json(await api.withResult((await api.find(caller, idOf(ref))).view))),
  );
  const cancelling = { description: "Cancels a task", inputSchema: Ref };
  server.registerTool("cancel_task", cancelling, (ref) =>
    answered(ports, async () => json(await api.cancel(caller, idOf(ref)))),
  );
}

function registerViews(server: McpServer, ports: RoleServerPorts): void {
  const { api, seesCluster } = ports;
  server.registerTool("list_roles", { description: "The roles that take tasks", ...READ_ONLY }, () =>
    answered(ports, () => {
      const { system } = api.deployed();
      const roles = [...system.doors].map((role) => ({
        role,
        tool: toolOf(role),
        description: system.roles.get(role)?.manifest.description ?? "",
      }));
      return Promise.resolve(json(roles));
    }),
  );
  if (!seesCluster) return;
  server.registerTool("cluster_health", { description: "How the cluster is", ...READ_ONLY }, () =>
    answered(ports, async () => json(await api.cluster())),
  );
}

function submit(
  { api, caller }: RoleServerPorts,
  role: string,
  question: z.infer<typeof Question>,
  context: ServerContext,
) {
  const request: TaskRequest = {
    input: question.input,
    ...(question.session === undefined ? {} : { session: question.session }),
  };
  return api.submit(caller, role, request, metaOf(context)[KEY]);
}

function metaOf({ mcpReq: { _meta: meta = {} } }: ServerContext): z.infer<typeof Meta> {
  return Meta.parse(meta);
}

/** Whatever goes wrong is an answer that a model can read, in the words that every client gets. */
async function answered({ onError }: RoleServerPorts, act: () => Promise<CallToolResult>): Promise<CallToolResult> {
  try {
    return await act();
  } catch (error) {
    onError(error);
    const { body } = problemOf(error, "");
    return { ...content(`${String(body["detail"])} (${String(body["code"])})`), isError: true };
  }
}

function progress(context: ServerContext): (message: string) => Promise<void> {
  const { progressToken } = metaOf(context);
  let count = 0;
  return async (message) => {
    if (progressToken === undefined) return;
    const params = { progressToken, progress: ++count, message: message.slice(0, 500) };
    await context.mcpReq.notify({ method: "notifications/progress", params });
  };
}

const NEVER = new AbortController().signal;
const givenUp = ({ isGoneGivenUp }: RoleServerPorts, { mcpReq }: ServerContext): AbortSignal =>
  isGoneGivenUp ? mcpReq.signal : NEVER;

const content = (said: string) => ({ content: [{ type: "text" as const, text: said }] });
const text = (said: string, { task_id: id }: TaskView): CallToolResult => ({ ...content(said), _meta: { [TASK]: id } });
const failedText = (id: string, said: string): CallToolResult => ({
  ...content(said),
  isError: true,
  _meta: { [TASK]: id },
});
const json = (value: unknown): CallToolResult => content(JSON.stringify(value));
