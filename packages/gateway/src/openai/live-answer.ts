/** A task's events as the text that its caller sees grow. What was shown, all together, is the answer. Pure. */
import type { CompiledSystem, TaskEvent } from "@troupe/runtime/internal";

/** What an event adds: to the answer, or to the thoughts of roles that work towards it. */
export interface LiveText {
  readonly answer?: string;
  readonly thought?: string;
}

const NOTHING: LiveText = {};

/**
 * Tokens of a role that can do nothing but answer the client are the answer as it comes; those of a role that cannot answer are thoughts.
 * A role that may do either is not shown before it has decided: text that went out cannot be taken back. Tokens may be lost or come
 * again, after a take-over or a retry: from then on nothing more is shown until the end, which brings what is missing.
 */
export class LiveAnswer {
  readonly #system: CompiledSystem | undefined;
  readonly #called = new Set<string>();
  #hop: string | undefined;
  #role: string | undefined;
  #shown = "";
  #isBroken = false;

  constructor(system: CompiledSystem | undefined) {
    this.#system = system;
  }

  feed(event: TaskEvent): LiveText {
    if (event.type === "token") return this.#token(event);
    if (event.type === "gap") this.#isBroken = true;
    else if (event.type === "wait") for (const role of event.for) this.#called.add(role);
    else if ((event.type === "claim" || event.type === "retry") && event.role === this.#role) this.#isBroken = true;
    return NOTHING;
  }

  /** What is still missing of the answer. When what was shown is no beginning of it, the whole answer follows as a paragraph. */
  rest(answer: string): string {
    const shown = this.#shown;
    if (answer.startsWith(shown)) return answer.slice(shown.length);
    if (shown.trim() === answer.trim()) return "";
    const begun = shown.trimStart();
    return answer.startsWith(begun) ? answer.slice(begun.length) : `\n\n${answer}`;
  }

  #token({ role, hop, text }: Extract<TaskEvent, { type: "token" }>): LiveText {
    const { targets, mayComplete = false } = this.#system?.roles.get(role) ?? {};
    if (!targets) return NOTHING;
    // What is called answers its caller, not the client.
    if (!mayComplete || this.#called.has(role)) return { thought: text };
    if (targets.size > 1 || this.#isBroken) return NOTHING;
    this.#hop ??= hop;
    this.#role ??= role;
    // Of two that could both answer, only the end tells which does.
    if (hop !== this.#hop) this.#isBroken = true;
    if (this.#isBroken) return NOTHING;
    this.#shown += text;
    return { answer: text };
  }
}
