/** The dead-letter desk as operations of the HTTP interface. */
import {
  DEAD_LETTER_STATES,
  DESK_BODIES,
  DeadLetterList,
  DeadLetterView,
  type DeskAct,
  DeskAnswer,
} from "@troupe/runtime/internal";
import { z } from "zod";
import type { Operation } from "./operation.ts";
import { wholeNumber } from "./schemas.ts";

export const DeadLetterListQuery = z.strictObject({
  state: z.enum(DEAD_LETTER_STATES).optional(),
  limit: wholeNumber.pipe(z.int().min(1).max(1_000)).optional(),
});

const DeadLetterIdText = z
  .string()
  .regex(/^[0-9a-z-]{1,64}\.[0-9a-z]{26}$/)
  .meta({
    description: "Id of a dead letter.",
    examples: ["0-v1-01jd3m8q5x7c9v2k4n6p8r0t2w.0000000000000000000000000a"],
  });

const ACTS: Readonly<Record<DeskAct, readonly [summary: string, example: unknown]>> = {
  retry: [
    "The message again, to the same role: as it was, or edited, or on another model. Of an ended task its input becomes a new task.",
    { reason: "the service is back" },
  ],
  answer: ["Do the role's work: the task is completed with this result.", { result: "done by hand" }],
  drop: ["End the task as failed, with the error that is there.", { reason: "not wanted any more" }],
};

const decision = (act: DeskAct): Operation => ({
  id: `${act}DeadLetter`,
  method: "POST",
  path: `/api/v1/dead-letters/{id}/${act}`,
  pathId: DeadLetterIdText,
  permission: "operate",
  summary: ACTS[act][0],
  body: DESK_BODIES[act],
  example: ACTS[act][1],
  success: {
    status: 200,
    description: "Decided, and in the log; asking again for the same changes nothing.",
    schema: DeskAnswer,
  },
  errors: [
    "invalid_request",
    "unsupported_media_type",
    "body_too_large",
    "unknown_dead_letter",
    "conflict",
    "lease_lost",
    "outcome_unknown",
    "store_full",
    "unavailable",
  ],
});

export const DEAD_LETTER_OPERATIONS: readonly Operation[] = [
  {
    id: "listDeadLetters",
    method: "GET",
    path: "/api/v1/dead-letters",
    permission: "task:read",
    summary: "Hops that were parked, newest first: those that wait for somebody, and those whose task has ended.",
    query: DeadLetterListQuery,
    success: { status: 200, description: "Dead letters.", schema: DeadLetterList },
    errors: ["invalid_request", "unavailable"],
  },
  {
    id: "getDeadLetter",
    method: "GET",
    path: "/api/v1/dead-letters/{id}",
    pathId: DeadLetterIdText,
    permission: "task:read",
    summary: "A dead letter: the reason, its message, the task's path, and what the hop had done.",
    success: { status: 200, description: "The dead letter as it is now.", schema: DeadLetterView },
    errors: ["unknown_dead_letter", "unavailable"],
  },
  decision("retry"),
  decision("answer"),
  decision("drop"),
];
