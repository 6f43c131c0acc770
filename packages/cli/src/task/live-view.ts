import type { TaskEvent } from "@troupe/runtime";
import type { Paint } from "../terminal.ts";
import { seconds, summaryLines } from "./summary.ts";

const INDENT = "    ";

/**
 * Turns the events of one task into text for people. Tokens of one hop are written as they come; what another hop says meanwhile is kept
 * until the first has ended, so that two roles never mix in one line.
 */
export class LiveView {
  readonly #paint: Paint;
  readonly #waiting = new Map<string, { readonly role: string; text: string }>();
  readonly #closed = new Set<string>();
  #open: { readonly hop: string; readonly role: string } | undefined;

  constructor(paint: Paint) {
    this.#paint = paint;
  }

  /** Text to write for an event; empty when there is nothing to show. */
  on(event: TaskEvent): string {
    if (event.type === "token") return this.#token(event.role, event.hop, event.text);
    const line = this.#line(event);
    if (!("role" in event) || event.type === "accepted") return this.#endAll() + line;
    return this.#ends(event.type) ? this.#end(event.role) + line + this.#openNext() : this.#breakLine() + line;
  }

  #ends(type: TaskEvent["type"]): boolean {
    return type === "forward" || type === "reply" || type === "wait" || type === "dead" || type === "retry";
  }

  #line(event: Exclude<TaskEvent, { type: "token" }>): string {
    const paint = this.#paint;
    const who = "role" in event ? paint("cyan", event.role.padEnd(12)) : "";
    const at = "node" in event ? paint("dim", ` on ${event.node}`) : "";
    switch (event.type) {
      case "accepted":
        return `${paint("dim", "task accepted, first role:")} ${paint("cyan", event.role)}\n`;
      case "claim":
        return `  ${who} goes on${at}\n`;
      case "step":
        return paint("dim", `  ${event.role.padEnd(12)} did ${event.name}${tokensOf(event.tokens)}`) + `${at}\n`;
      case "progress":
        return `  ${who} ${JSON.stringify(event.data)}${at}\n`;
      case "forward":
        return `  ${who} → ${paint("bold", event.to.join(", "))}${at}${paint("dim", `, ${seconds(event.ms)}`)}\n`;
      case "wait":
        return `  ${who} waits for ${event.for.join(", ")}${at}\n`;
      case "reply":
        return `  ${who} answers ${event.to}${at}\n`;
      case "retry":
        return paint("yellow", `  ${event.role} failed, will be tried again: ${event.error.message}`) + `${at}\n`;
      case "dead":
        return paint("red", `  ${event.role} gave up (${event.error.code}): ${event.error.message}`) + `${at}\n`;
      case "gap":
        return `${paint("dim", `  some events are not shown: ${event.reason}`)}\n`;
      case "done":
        return `\n${summaryLines(event.task, paint).join("\n")}\n`;
      default:
        event satisfies never;
        return "";
    }
  }

  #token(role: string, hop: string, text: string): string {
    if (this.#closed.has(hop)) return "";
    if (this.#open === undefined) return this.#start(hop, role, text);
    if (this.#open.hop === hop) return indented(text);
    const kept = this.#waiting.get(hop);
    if (kept) kept.text += text;
    else this.#waiting.set(hop, { role, text });
    return "";
  }

  #start(hop: string, role: string, text: string): string {
    this.#open = { hop, role };
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

const indented = (text: string): string => text.replaceAll("\n", `\n${INDENT}`);
const tokensOf = (tokens: number | undefined): string => (tokens === undefined ? "" : `, ${tokens} tokens`);
