/** One prompt to an agent on NATS while it is answered: what came since somebody last looked, and how it ended. */
import { createInbox, headers, type Msg, type Subscription } from "@nats-io/nats-core";
import { type Clock, messageOf, TroupeError } from "@troupe/runtime";
import { AgentChunk, decodeJson, type Link } from "@troupe/runtime/internal";
import type { PromptEnd } from "./agent-prompt-messages.ts";

/** Largest answer. Characters. */
const MOST_CHARACTERS = 4_000_000;
const MAX_CHUNK_BYTES = 8 * 1024 * 1024;
const MAX_DEPTH = 20;
/** An agent gives signs of life; one that is silent for so long has lost the prompt, or we have lost its answer. */
const SILENCE_MS = 120_000;
/** A hop that was stopped asks no more; nobody waits so long between two questions. */
const ABANDONED_MS = 60_000;
/** How long the first sign of life may take: it is to be given before anything is done. */
const FIRST_SIGN_MS = 10_000;

export interface PromptOrder {
  readonly subject: string;
  readonly prompt: string;
  /** The agent may know a prompt that comes twice by it. */
  readonly idempotencyKey: string;
}

export class RunningPrompt {
  readonly #clock: Clock;
  readonly #subscription: Subscription;
  readonly #isUnserved: Promise<boolean>;
  #served: (isUnserved: boolean) => void = () => undefined;
  #text = "";
  #length = 0;
  #end: PromptEnd | undefined;
  #news = Promise.withResolvers<void>();
  #heardMs: number;
  #askedMs: number;

  /** Sends the prompt. Throws `unavailable` when it cannot be sent. */
  constructor(link: Link, { subject, prompt, idempotencyKey }: PromptOrder, clock: Clock) {
    this.#clock = clock;
    this.#heardMs = clock.monotonicMs();
    this.#askedMs = this.#heardMs;
    this.#isUnserved = new Promise((resolve) => (this.#served = resolve));
    const inbox = createInbox(link.inboxPrefix);
    const sent = headers();
    sent.set("Nats-Msg-Id", idempotencyKey);
    try {
      this.#subscription = link.nc.subscribe(inbox, {
        callback: (error, message) => {
          if (error) this.#ended({ kind: "unknown", text: error.message });
          else this.#take(message);
        },
      });
      link.nc.publish(subject, JSON.stringify({ prompt }), { reply: inbox, headers: sent });
    } catch (error) {
      throw new TroupeError("unavailable", `${subject}: ${messageOf(error)}`, { cause: error });
    }
  }

  /** Whether nobody takes prompts there: then nothing was done. Resolves with the first sign of life, or when that is overdue. */
  async isUnserved(): Promise<boolean> {
    const waited = new AbortController();
    const overdue = this.#clock.sleep(FIRST_SIGN_MS, waited.signal).then(
      () => false,
      () => false,
    );
    try {
      return await Promise.race([this.#isUnserved, overdue]);
    } finally {
      waited.abort();
    }
  }

  /** Whether nobody has looked for a long time. */
  get isAbandoned(): boolean {
    return this.#clock.monotonicMs() - this.#askedMs > ABANDONED_MS;
  }

  /** What is new; waits for it at most so long. */
  async next(waitMs: number): Promise<{ readonly text: string; readonly end: PromptEnd | null }> {
    this.#askedMs = this.#clock.monotonicMs() + waitMs;
    if (this.#text === "" && this.#end === undefined) await this.#somethingNew(waitMs);
    if (this.#clock.monotonicMs() - this.#heardMs > SILENCE_MS)
      this.#ended({ kind: "unknown", text: `the agent was silent for ${SILENCE_MS / 1_000} s` });
    const text = this.#text;
    this.#text = "";
    return { text, end: this.#end ?? null };
  }

  /** Hears no more; the protocol has no word for giving up. */
  stop(): void {
    if (!this.#subscription.isClosed()) this.#subscription.unsubscribe();
  }

  async #somethingNew(waitMs: number): Promise<void> {
    const waited = new AbortController();
    const late = this.#clock.sleep(waitMs, waited.signal).catch(() => undefined);
    await Promise.race([this.#news.promise, late]);
    waited.abort();
  }

  /** An exception here would stop the read loop of the whole connection. */
  #take(message: Msg): void {
    try {
      this.#read(message);
    } catch (error) {
      this.#ended({ kind: "unknown", text: `the answer cannot be read: ${messageOf(error)}` });
    }
  }

  #read({ data, headers: block }: Msg): void {
    this.#heardMs = this.#clock.monotonicMs();
    if (block?.code === 503 && data.length === 0) {
      this.#served(true);
      return this.#ended({ kind: "failed", text: "nobody takes prompts there" });
    }
    this.#served(false);
    const code = block?.get("Nats-Service-Error-Code");
    if (code) {
      const said = block?.get("Nats-Service-Error") ?? "";
      return this.#ended({ kind: "failed", text: `${said.slice(0, 2_000)} (${code.slice(0, 10)})` });
    }
    // Empty with headers is no end.
    if (data.length === 0) return block === undefined ? this.#ended({ kind: "answered" }) : undefined;
    const json = decodeJson(data, { maxBytes: MAX_CHUNK_BYTES, maxDepth: MAX_DEPTH });
    const chunk = json.ok ? AgentChunk.safeParse(json.value) : undefined;
    // What is not known is to be passed over; so is what does not parse.
    if (chunk?.success) this.#chunk(chunk.data);
    this.#tell();
  }

  #chunk(chunk: AgentChunk): void {
    switch (chunk.type) {
      case "status":
        return;
      case "response":
        return this.#add(textOfResponse(chunk.data));
      case "query":
        // Its answer would have to go to a subject of the agent's choice, where a node may not publish.
        return this.#ended({ kind: "failed", text: `it asked back, which no role can answer: ${chunk.data.prompt}` });
    }
  }

  #add(text: string): void {
    this.#length += text.length;
    if (this.#length > MOST_CHARACTERS)
      return this.#ended({ kind: "failed", text: `its answer is over ${MOST_CHARACTERS} characters` });
    this.#text += text;
  }

  #ended(end: PromptEnd): void {
    this.#end ??= end;
    this.stop();
    this.#tell();
  }

  #tell(): void {
    this.#news.resolve();
    this.#news = Promise.withResolvers();
  }
}

type Response = Extract<AgentChunk, { type: "response" }>["data"];

/** Text as it is; files are named and left out. */
function textOfResponse(data: Response): string {
  if (typeof data === "string") return data;
  const files = (data.attachments ?? []).map(({ filename }) => `\n[file ${filename.slice(0, 200)} left out]`);
  return `${data.text}${files.join("")}`;
}
