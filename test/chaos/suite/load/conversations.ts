import type { TaskId } from "@troupe/runtime";
import { submitOverHttp } from "./http-load.ts";
import type { HttpUser } from "./http-user.ts";

/** A conversation is over after so many turns, and another one begins. */
const TURNS = 30;
/** Turns that are said before the first of them is answered. */
const AHEAD = 4;

/** Something that was said in a conversation, and was accepted. */
export interface Turn {
  readonly session: string;
  readonly number: number;
  readonly task: TaskId;
}

/** People who talk to a role that remembers what it was told, and who do not wait for its answers. */
export class Conversations {
  /** Of each conversation in the order in which it was said: each turn was accepted before the next one was submitted. */
  readonly turns: Turn[] = [];
  readonly #talks: Promise<void>[];
  readonly #open = new Set<Promise<boolean>>();
  #isStopped = false;
  #number = 0;

  /** `prefix` makes the names of the conversations this round's own. */
  constructor(users: readonly HttpUser[], prefix: string) {
    this.#talks = users.map((user, i) => this.#talk(user, `${prefix}-${i}`));
    for (const talk of this.#talks) talk.catch(() => undefined);
  }

  /** Says no more; resolves when every turn has ended. Throws when one was refused, or given up. */
  async drain(): Promise<void> {
    this.#isStopped = true;
    await Promise.all(this.#talks);
    const ended = await Promise.all(this.#open);
    const late = ended.filter((hasEnded) => !hasEnded).length;
    if (late > 0) throw new Error(`${late} turns of conversations have not ended`);
  }

  async #talk(user: HttpUser, name: string): Promise<void> {
    const unanswered: Promise<boolean>[] = [];
    for (let said = 0; !this.#isStopped && !user.hasGivenUp; said++) {
      const session = `${name}-${Math.floor(said / TURNS)}`;
      const number = this.#number++;
      const task = await submitOverHttp(user, { role: "talker", input: { number }, session });
      if (task === undefined) return;
      this.turns.push({ session, number, task });
      unanswered.push(this.#end(user, task));
      if (unanswered.length >= AHEAD) await unanswered.shift();
    }
  }

  /** Waits for a turn's end; one that has not ended stays among the open ones. */
  async #end(user: HttpUser, task: TaskId): Promise<boolean> {
    const end = user.waitForEnd(task);
    this.#open.add(end);
    const hasEnded = await end;
    if (hasEnded) this.#open.delete(end);
    return hasEnded;
  }
}
