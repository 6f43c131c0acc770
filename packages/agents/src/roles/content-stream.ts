/**
 * Reads one string field of a JSON object while the object is still coming, so that people see the words of an answer that is wrapped in
 * JSON. Only a hint: what counts is the whole answer, parsed and checked at its end.
 */
export class StringFieldStream {
  readonly #field: string;
  /** `key` until the field's opening quote, `value` inside it, `over` behind it. */
  #state: "key" | "value" | "over" = "key";
  #pending = "";

  constructor(field: string) {
    this.#field = field;
  }

  /** Takes the next piece of JSON; returns the decoded text of the field that it brought. */
  push(piece: string): string {
    if (this.#state === "over") return "";
    this.#pending += piece;
    if (this.#state === "key" && !this.#enterValue()) return "";
    return this.#takeText();
  }

  #enterValue(): boolean {
    const start = new RegExp(`^\\s*(?:\`\`\`(?:json)?\\s*)?\\{\\s*"${this.#field}"\\s*:\\s*"`).exec(this.#pending);
    if (start === null) return false;
    this.#pending = this.#pending.slice(start[0].length);
    this.#state = "value";
    return true;
  }

  #takeText(): string {
    // Whole escapes and plain characters only; half an escape waits for its rest.
    const whole = /^(?:[^"\\]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*/.exec(this.#pending)?.[0] ?? "";
    this.#pending = this.#pending.slice(whole.length);
    if (this.#pending.startsWith('"')) this.#state = "over";
    return decode(whole);
  }
}

function decode(escaped: string): string {
  try {
    const text: unknown = JSON.parse(`"${escaped.replaceAll("\n", "\\n")}"`);
    return typeof text === "string" ? text : "";
  } catch {
    return ""; // a live hint only; the whole answer is parsed at its end
  }
}
