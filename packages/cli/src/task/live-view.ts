import type { TaskEvent } from "@troupe/runtime";
import type { Paint } from "../terminal.ts";
import { resultText, seconds, summaryLines } from "./summary.ts";

const INDENT = "    ";
const ROLE_WIDTH = 12;

type Recorded = Exclude<TaskEvent, { type: "token" }>;

/**
 * Turns the events of one task into text for people. Tokens of one hop are written as they come; what another hop says meanwhile is kept
 * until the first has ended, so that two roles never mix in one line.
 */
export class LiveView {
  readonly #paint: Paint;
  readonly #waiting = new Map<string, { readonly role: string; text: string }>();
  readonly #closed = new Set<string>();
  /** Tokens that a role has used since its hop began. */
  readonly #used = new Map<string, number>();
  #open: { readonly hop: string; readonly role: string } | undefined;
  /** What was said last, to leave out a result that has just been read. */
  #lastSaid = "";

  constructor(paint: Paint) {
    this.#paint = paint;
  }

  /** Text to write for an event; empty when there is nothing to show. */
  on(event: TaskEvent): string {
    if (event.type === "token") return this.#token(event.role, event.hop, event.text);
    if (event.type === "step" && event.tokens !== undefined) {
      this.#used.set(event.role, (this.#used.get(event.role) ?? 0) + event.tokens);
      return "";
    }
    const line = this.#line(event);
    if (event.type === "accepted" || event.type === "gap" || event.type === "done") return this.#endAll() + line;
    return endsHop(event) ? this.#end(event.role) + line + this.#openNext() : this.#breakLine() + line;
  }

  #line(event: Recorded): string {
    const paint = this.#paint;
    switch (event.type) {
      case "accepted":
        return `${paint("dim", "accepted for")} ${paint("cyan", event.role)}\n`;
      case "claim":
        return this.#of(event, "goes on");
      case "step":
        return paint("dim", this.#of(event, `did ${event.name}`));
      case "progress":
        return this.#of(event, `reports ${JSON.stringify(event.data)}`);
      case "forward":
        return this.#of(
          event,
          `→ ${paint("bold", event.to.join(", "))}`,
          `, ${seconds(event.ms)}${this.#tokensOf(event.role)}`,
        );
      case "wait":
        return this.#of(event, `waits for ${event.for.join(", ")}`);
      case "reply":
        return this.#of(event, `answers ${event.to}`, this.#tokensOf(event.role));
      case "retry":
        return paint("yellow", this.#of(event, `failed and is tried again: ${event.error.message}`));
      case "dead":
        return paint("red", this.#of(event, `gave up, ${event.error.code}: ${event.error.message}`));
      case "gap":
        return `${paint("dim", `  some events are not shown: ${event.reason}`)}\n`;
      case "done":
        return `\n${summaryLines(event.task, paint, { hasReadResult: this.#hasRead(event.task.result) }).join("\n")}\n`;
      default:
        event satisfies never;
        return "";
    }
  }

  #of({ role, node }: { readonly role: string; readonly node: string }, text: string, more = ""): string {
    return `  ${this.#paint("cyan", role.padEnd(ROLE_WIDTH))} ${text}${this.#paint("dim", `  ${node}${more}`)}\n`;
  }

  #tokensOf(role: string): string {
    const tokens = this.#used.get(role);
    this.#used.delete(role);
    return tokens === undefined ? "" : `, ${tokens} tokens`;
  }

  #hasRead(result: unknown): boolean {
    return result !== undefined && this.#lastSaid.trim() === resultText(result).trim();
  }

  #token(role: string, hop: string, text: string): string {
    if (this.#closed.has(hop)) return "";
    if (this.#open === undefined) return this.#start(hop, role, text);
    if (this.#open.hop === hop) {
      this.#lastSaid += text;
      return indented(text);
    }
    const kept = this.#waiting.get(hop);
    if (kept) kept.text += text;
    else this.#waiting.set(hop, { role, text });
    return "";
  }

  #start(hop: string, role: string, text: string): string {
    this.#open = { hop, role };
    this.#lastSaid = text;
    return `  ${this.#paint("cyan", role)} ${this.#paint("dim", "says")}\n${INDENT}${indented(text)}`;
  }

  /** The role's hop has ended: shows the rest of what it said. */
  #end(role: string): string {
    let text = "";
    if (this.#open?.role === role) {
      this.#closed.add(this.#open.hop);
      this.#open = undefined;
      text = "\n";
    } else {
      text = this.#breakLine();
    }
    for (const [hop, kept] of this.#waiting) {
      if (kept.role !== role) continue;
      this.#waiting.delete(hop);
      text += `${this.#start(hop, role, kept.text)}\n`;
      this.#closed.add(hop);
      this.#open = undefined;
    }
    return text;
  }

  #endAll(): string {
    const text = this.#open === undefined ? "" : "\n";
    if (this.#open) this.#closed.add(this.#open.hop);
    this.#open = undefined;
    this.#waiting.clear();
    return text;
  }

  /** An event of another kind comes in between: the text goes on below it. */
  #breakLine(): string {
    if (this.#open === undefined) return "";
    this.#open = undefined;
    return "\n";
  }

  #openNext(): string {
    if (this.#open !== undefined) return "";
    for (const [hop, { role, text }] of this.#waiting) {
      this.#waiting.delete(hop);
      return this.#start(hop, role, text);
    }
    return "";
  }
}

const endsHop = ({ type }: Recorded): boolean =>
  type === "forward" || type === "reply" || type === "wait" || type === "dead" || type === "retry";

const indented = (text: string): string => text.replaceAll("\n", `\n${INDENT}`);
