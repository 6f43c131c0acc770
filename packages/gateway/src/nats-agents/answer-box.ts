import { type Link, type Logger, messageOf, type Random, roleAgentSubject } from "@troupe/runtime/internal";
import { readPrompt } from "./read-prompt.ts";

export interface AnswerBoxOptions {
  readonly link: Link;
  readonly system: string;
  readonly random: Random;
  readonly logger: Logger;
}

/** Where one question is answered. */
export interface AwaitedAnswer {
  /** Nobody can guess it. */
  readonly subject: string;
  forget(): void;
}

const TOKEN_BYTES = 16;

/** Takes the answers to what prompts ask back: one subscription for all of them. */
export class AnswerBox {
  readonly #options: AnswerBoxOptions;
  readonly #awaited = new Map<string, (answer: string) => void>();
  readonly #stop: () => void;

  constructor(options: AnswerBoxOptions) {
    const { link, system } = options;
    this.#options = options;
    const subscription = link.nc.subscribe(roleAgentSubject("answer", system, "*"), {
      callback: (error, message) => {
        if (error) options.logger.error({ reason: error.message }, "answers to prompts cannot be taken");
        else this.#take(message.subject, message.data);
      },
    });
    this.#stop = () => subscription.unsubscribe();
  }

  /** The first answer that can be read is taken, and no other. */
  expect(take: (answer: string) => void): AwaitedAnswer {
    const { random, system } = this.#options;
    const token = Buffer.from(random.bytes(TOKEN_BYTES)).toString("hex");
    const subject = roleAgentSubject("answer", system, token);
    this.#awaited.set(subject, take);
    return { subject, forget: () => this.#awaited.delete(subject) };
  }

  stop(): void {
    this.#awaited.clear();
    if (!this.#options.link.nc.isClosed()) this.#stop();
  }

  /** An exception here would stop the read loop of the whole connection. */
  #take(subject: string, body: Uint8Array): void {
    // Another gateway may have asked.
    const take = this.#awaited.get(subject);
    if (take === undefined) return;
    try {
      const { input } = readPrompt(body);
      this.#awaited.delete(subject);
      take(input);
    } catch (error) {
      this.#options.logger.warn({ reason: messageOf(error) }, "an answer to a prompt was no text");
    }
  }
}
