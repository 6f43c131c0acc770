/** Files for roles (R-GW-2): how a handler reads a message with parts, and says parts itself. Pure. */
import { type Artifact, ArtifactsBody, MessageBody, type Part, PartsMessage } from "../contracts/message-parts.ts";
import type { Json } from "./outcome.ts";

/**
 * A message as its parts, whichever door it came through: a role with `takesFiles` gets those of A2A whole, everything else is one part of
 * text or data.
 */
export function readMessage(message: Json): PartsMessage {
  const whole = MessageBody.safeParse(message);
  if (whole.success) return whole.data.$message;
  return PartsMessage.parse({ parts: [typeof message === "string" ? { text: message } : { data: message }] });
}

/** A file of these bytes as a part. */
export const filePart = (
  bytes: Uint8Array,
  about: { readonly filename?: string; readonly mediaType?: string } = {},
): Part => ({ raw: Buffer.from(bytes).toString("base64"), ...about });

/** A result for `complete` that is a message: A2A clients get it in place of the task. Throws `ZodError` for what are no parts. */
export const partsMessage = (...parts: readonly Part[]): Json => asJson(MessageBody.parse({ $message: { parts } }));

/**
 * Artifacts: as the result, for `complete`, or on the way, for `ctx.emit`. What was emitted stays with the task, so the result needs only what
 * is new. Throws `ZodError` for what are none.
 */
export const artifacts = (...made: readonly Artifact[]): Json => asJson(ArtifactsBody.parse({ $artifacts: made }));

// What the schemas let through is JSON, but for optional fields that may be undefined and are left out.
// oxlint-disable-next-line typescript/no-unsafe-type-assertion
const asJson = (body: MessageBody | ArtifactsBody): Json => body as unknown as Json;
