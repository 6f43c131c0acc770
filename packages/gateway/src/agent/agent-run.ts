/** The `/agent/run` family: one call that runs a task and answers in a fixed form. Pure. */
import {
  type CompiledSystem,
  parseTimeMs,
  type TaskRequest,
  type TaskView,
  TroupeError,
} from "@troupe/runtime/internal";
import { z } from "zod";
import { failureOf } from "../openai/answer.ts";

export const RunBody = z
  .strictObject({
    task: z.string().min(1),
    pattern: z
      .enum(["react", "reflection"])
      .optional()
      .meta({ description: "The first door that plays it gets the task. Absent: the system's first door does." }),
    max_iterations: z
      .int()
      .min(1)
      .max(1_000)
      .optional()
      .meta({ description: "Kept in the task's metadata. The limit that holds is the role's own `maxIterations`." }),
  })
  .meta({ description: "A task for the system, or for its door of a pattern." });
export type RunBody = z.infer<typeof RunBody>;

export interface Run {
  readonly role: string;
  readonly task: TaskRequest;
}

/** Throws `unknown_role` when no door of the deployed system plays the pattern. */
export function runOf({ task, pattern, max_iterations: iterations }: RunBody, system: CompiledSystem): Run {
  const metadata = {
    ...(pattern === undefined ? {} : { pattern }),
    ...(iterations === undefined ? {} : { max_iterations: String(iterations) }),
  };
  return {
    role: pattern === undefined ? requireDoor(system, undefined, "pattern") : doorOfPattern(system, pattern),
    task: { input: task, ...(Object.keys(metadata).length === 0 ? {} : { metadata }) },
  };
}

/** The first door that plays a pattern, as its manifest says: an agent with tools is ReAct. A door that bears the name counts as well. */
function doorOfPattern(system: CompiledSystem, pattern: "react" | "reflection"): string {
  for (const door of system.doors) {
    const about = system.roles.get(door)?.manifest.about ?? {};
    const isReact = Array.isArray(about["tools"]) && about["tools"].length > 0;
    if (about["pattern"] === pattern || (pattern === "react" && isReact)) return door;
  }
  if (system.doors.has(pattern)) return pattern;
  throw noDoor(system, "pattern", `no door of the deployed system plays ${pattern}`);
}

/** The door of a name, or the first one. Throws `unknown_role` under `path` with the doors there are. */
export function requireDoor(system: CompiledSystem, name: string | undefined, path: string): string {
  const { doors } = system;
  const [first] = doors;
  if (name === undefined && first !== undefined) return first;
  if (name !== undefined && doors.has(name)) return name;
  throw noDoor(system, path, `the deployed system has no door ${JSON.stringify(name?.slice(0, 60))}`);
}

function noDoor({ doors }: CompiledSystem, path: string, what: string): TroupeError {
  const reason = `${what}; its doors are ${[...doors].join(", ")}. Leave ${path} out for the first`;
  const details = { problems: [{ path, reason }], doors: [...doors] };
  return new TroupeError("unknown_role", `${path}: ${reason}`, { details });
}

export const RunResponse = z.object({
  result: z.unknown(),
  success: z.boolean(),
  error: z.string().nullable(),
  metadata: z.object({
    task_id: z.string(),
    status: z.string(),
    path: z.array(z.string()).meta({ description: "Roles in the order of their part in it." }),
    tokens: z.int(),
    cost: z.number().meta({ description: "US dollars." }),
    duration_ms: z.number(),
  }),
});

/** A finished task in the form of the family. */
export function runResult(view: TaskView): z.infer<typeof RunResponse> {
  const failure = failureOf(view);
  const finished = view.finished_at === undefined ? 0 : parseTimeMs(view.finished_at);
  return {
    result: view.result ?? null,
    success: failure === undefined,
    error: failure ? `${failure.message} (${failure.code})` : null,
    metadata: {
      task_id: view.task_id,
      status: view.status,
      path: view.path.map(({ role }) => role),
      tokens: view.tokens.total,
      cost: view.cost,
      duration_ms: Math.max(0, finished - parseTimeMs(view.created_at)),
    },
  };
}

export const LaterResponse = z.union([
  z.object({ task_id: z.string(), status: z.literal("processing") }),
  RunResponse.extend({ task_id: z.string(), status: z.literal("completed") }),
]);

/** What is known of a task that was submitted for later; `completed` says that it has ended, `success` how. */
export const laterResult = (view: TaskView): z.infer<typeof LaterResponse> =>
  view.finished_at === undefined
    ? { task_id: view.task_id, status: "processing" }
    : { task_id: view.task_id, status: "completed", ...runResult(view) };
