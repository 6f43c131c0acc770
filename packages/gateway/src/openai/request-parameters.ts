/** Parameters that both OpenAI families share: what is passed on, and what is refused because leaving it out would change the answer. */
import { TaskRequest } from "@troupe/runtime/internal";
import { z } from "zod";
import { parseRequest } from "../ingress/task-body.ts";

/** A door of the deployed system. */
export const Model = z.string().min(1).max(256).meta({ description: "A role that takes tasks: see GET /v1/models." });

/** A role calls its own tools; it never asks the caller to run one, so a demand for that cannot be met. */
export const ToolChoice = z
  .union([z.enum(["auto", "none"]), z.looseObject({ type: z.enum(["auto", "none"]) })], {
    error: "only auto and none are possible: a role uses its own tools",
  })
  .nullish();

/** Form of the answer: the role's own output schema decides it. */
export const PlainText = z
  .looseObject({
    type: z.literal("text", "only text is possible: the role's own schema decides the form of the answer"),
  })
  .nullish();

/** A parameter that must not be set; `why` is told. */
export const unset = (why: string) => z.union([z.null(), z.literal(false)], { error: why }).optional();

export const Metadata = TaskRequest.shape.metadata.nullish().meta({ description: "Kept with the task." });

/** What becomes of a task's request apart from its input. */
export interface TaskSettings {
  readonly metadata?: Readonly<Record<string, string>> | null | undefined;
  readonly user?: string | null | undefined;
  readonly session?: string | undefined;
}

/** A task request; `user` is kept in the metadata. Throws `invalid_request` when metadata or session are over the limits of a task. */
export function taskRequestOf(input: TaskRequest["input"], { metadata, user, session }: TaskSettings): TaskRequest {
  const kept = { ...(typeof user === "string" ? { user } : {}), ...metadata };
  const request = {
    input,
    ...(session === undefined ? {} : { session }),
    ...(Object.keys(kept).length === 0 ? {} : { metadata: kept }),
  };
  return parseRequest(TaskRequest, request, "the request");
}
