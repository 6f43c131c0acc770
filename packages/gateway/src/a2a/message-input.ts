/** What an A2A message says, as a task's input. Pure. */
import type { Message, Part } from "@a2a-js/sdk";
import { ContentTypeNotSupportedError, RequestMalformedError } from "@a2a-js/sdk/errors";
import { formatProblem, MessageBody, problemsOf, type TaskRequest } from "@troupe/runtime/internal";
import { z } from "zod";
import { ownPart } from "./message-parts.ts";

type Input = TaskRequest["input"];

const Json = z.json();

/**
 * The message as a role gets it: whole where it takes files, else what its parts say. Throws `ContentTypeNotSupportedError` for a file that
 * the role does not take, `RequestMalformedError` for a message that says nothing.
 */
export function inputOfMessage({ messageId, parts }: Pick<Message, "messageId" | "parts">, takesFiles: boolean): Input {
  if (!takesFiles) return inputOfParts(parts);
  const whole = { $message: { id: messageId, parts: parts.map(ownPart) } };
  const parsed = MessageBody.safeParse(whole);
  if (parsed.success) return Json.parse(whole);
  throw new RequestMalformedError(problemsOf(parsed.error, whole).map(formatProblem).join("; "));
}

/** Text as it is; one part of data as its value; several parts one after the other as text, data as JSON. */
function inputOfParts(parts: readonly Part[]): Input {
  const said = parts.map(valueOfPart);
  const [only] = said;
  if (said.length === 1 && only !== undefined && only !== "") return only;
  const text = said.map((value) => (typeof value === "string" ? value : JSON.stringify(value))).join("\n");
  if (text === "") throw new RequestMalformedError("message.parts must hold text or data");
  return text;
}

function valueOfPart({ content }: Part, index: number): Input {
  if (content === undefined) throw new RequestMalformedError(`message.parts[${index}] has neither text nor data`);
  if (content.$case === "text") return content.value;
  if (content.$case === "data") return Json.parse(content.value ?? null);
  throw new ContentTypeNotSupportedError(`message.parts[${index}] is a file: this role takes text and data`);
}
