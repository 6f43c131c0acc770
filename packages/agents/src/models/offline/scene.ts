import { type ChatRequest, textOfMessage, textOfRoles } from "./chat-request.ts";

/** What a script sees of a request: who speaks, about what, and what came before. */
export interface Scene {
  /** From `You are the <role>` at the beginning of the instructions; `assistant` where they do not say. */
  readonly role: string;
  /** The task in the user's words, on one line, cut to what fits into a sentence. */
  readonly task: string;
  /** The note that goes with the task (a step of a plan, a round, a reason), or nothing. */
  readonly note: string;
  /** What each role has said so far, oldest first. */
  readonly turns: readonly { readonly role: string; readonly text: string }[];
  /** The last thing that the user said, whole. */
  readonly said: string;
  /** Results of tools that were called in this request. */
  readonly toolResults: readonly string[];
}

const ROLE = /\byou are (?:the |an? )?([a-z][a-z0-9-]*)/i;
const TASK_LENGTH = 160;

/**
 * Reads the convention of this package's prompts: instructions that say which role it is, a `Task:` section, and a `## <role>` heading
 * before each earlier contribution. Other prompts are understood as far as it goes: the last user message is the task.
 */
export function readScene(request: ChatRequest): Scene {
  const instructions = textOfRoles(request, "system", "developer");
  const users = request.messages.filter((message) => message.role === "user").map(textOfMessage);
  const last = users.at(-1) ?? "";
  const [head = "", ...rest] = last.split(/^## /m);
  const [task = "", note = ""] = head.split(/^Note: /m);
  const turns = rest.map((section) => {
    const [title = "", ...lines] = section.split("\n");
    // The last line in brackets is why the role handed on, not what it said.
    const text = lines
      .join("\n")
      .trim()
      .replace(/\n\([^\n]*\)$/, "");
    return { role: title.trim().split(" ", 1)[0] ?? "", text };
  });
  return {
    role: (ROLE.exec(instructions)?.[1] ?? "assistant").toLowerCase(),
    task: oneLine(task.replace(/^Task:\s*/i, "").replace(/\[\[(?:(?!\[\[|\]\]).)*\]\]/g, "")),
    note: note.replace(/\s+/g, " ").trim(),
    turns,
    said: last,
    toolResults: request.messages.filter((message) => message.role === "tool").map(textOfMessage),
  };
}

function oneLine(text: string): string {
  const line = text.replace(/\s+/g, " ").trim();
  return line.length > TASK_LENGTH ? `${line.slice(0, TASK_LENGTH - 1)}…` : line || "the request";
}

/** What a role said last, or `undefined`. */
export function lastOf(scene: Scene, ...roles: readonly string[]): string | undefined {
  return scene.turns.findLast((turn) => roles.includes(turn.role))?.text;
}
