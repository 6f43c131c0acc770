/** What an A2A message says, as a task's input. Pure. */
import type { Part } from "@a2a-js/sdk";
import { ContentTypeNotSupportedError, RequestMalformedError } from "@a2a-js/sdk/errors";
import type { TaskRequest } from "@troupe/runtime/internal";
import { z } from "zod";

type Input = TaskRequest["input"];

const Json = z.json();

/**
 * Text as it is; one part of data as its value; several parts one after the other as text, data as JSON. Throws
 * `ContentTypeNotSupportedError` for files, `RequestMalformedError` for a message that says nothing.
 */
export function inputOfParts(parts: readonly Part[]): Input {
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
  throw new ContentTypeNotSupportedError(`message.parts[${index}] is a file: roles take text and data`);
}
