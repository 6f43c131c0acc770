/** What makes sending an A2A message twice one task. Pure. */
import { createHash } from "node:crypto";
import type { TaskRequest } from "@troupe/runtime/internal";
import type { Caller } from "../task/task-api.ts";

export interface SentMessage {
  readonly role: string;
  readonly messageId: string;
  /** As the client said it; empty = a new conversation. */
  readonly contextId: string;
  readonly input: TaskRequest["input"];
}

/**
 * Idempotency key of a message: its id, with all that it says, since there are clients that use an id twice. A message that was sent again
 * is the same task; another one under the same id is another task.
 */
export function sendKey({ tenant, user = "" }: Caller, { role, messageId, contextId, input }: SentMessage): string {
  const parts = JSON.stringify([tenant, user, role, contextId, messageId, input]);
  return `a2a ${createHash("sha256").update(parts).digest("hex")}`;
}

/** The conversation that a message without one begins: a UUID, the same each time that the message is sent. */
export function contextIdOf(key: string): string {
  const hex = createHash("sha256").update(`context\0${key}`).digest("hex");
  // Version 8 of RFC 9562: made by a rule of our own.
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}
