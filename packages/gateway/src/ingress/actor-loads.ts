import { type Clock, type Logger, messageOf, parseTaskId, type TaskOrder } from "@troupe/runtime/internal";
import { ActorsAnswer, chooseActor, type LoadWish, whyNoActor } from "./choose-actor.ts";

export interface ActorLoadsPorts {
  /** The supervisor's answer to `actors`. Throws when nobody leads. */
  readonly askActors: () => Promise<unknown>;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** How old an answer may be, ms. */
const FRESH_MS = 250;
/** Within so long what was let through is in the actor's own word: a node says every half second how its actors are. */
const REPORTED_MS = 1_000;

/** What a waiting task asks of actors; `undefined` = nothing. */
export function loadWishOf({ task, mailbox, maxLoad }: TaskOrder): LoadWish | undefined {
  const version = parseTaskId(task)?.version;
  return maxLoad === undefined || version === undefined ? undefined : { version, mailbox, maxLoad };
}

/**
 * How busy actors are, as their nodes last told the supervisor, and what this gateway has let through since. It is for tasks that name a
 * limit; all others never ask. Without a supervisor nobody knows, and nothing is held back.
 */
export class ActorLoads {
  readonly #ports: ActorLoadsPorts;
  #asked: { readonly atMs: number; readonly answer: Promise<ActorsAnswer | undefined> } | undefined;
  #given: { readonly actor: string; readonly atMs: number }[] = [];

  constructor(ports: ActorLoadsPorts) {
    this.#ports = ports;
  }

  /** Whether an actor has room for such a task now; if so, one has it less from now on. */
  async take(wish: LoadWish): Promise<boolean> {
    const answer = await this.#answer();
    if (answer === undefined) return true;
    const actor = chooseActor(answer, wish, this.#underway());
    if (actor !== undefined) this.#given.push({ actor, atMs: this.#ports.clock.monotonicMs() });
    return actor !== undefined;
  }

  /** Why none has; `undefined` when one has, or nobody knows. */
  async reason(wish: LoadWish): Promise<string | undefined> {
    const answer = await this.#answer();
    return answer && whyNoActor(answer, wish);
  }

  #underway(): ReadonlyMap<string, number> {
    const sinceMs = this.#ports.clock.monotonicMs() - REPORTED_MS;
    this.#given = this.#given.filter(({ atMs }) => atMs > sinceMs);
    const counts = new Map<string, number>();
    for (const { actor } of this.#given) counts.set(actor, (counts.get(actor) ?? 0) + 1);
    return counts;
  }

  #answer(): Promise<ActorsAnswer | undefined> {
    const nowMs = this.#ports.clock.monotonicMs();
    if (this.#asked === undefined || nowMs - this.#asked.atMs >= FRESH_MS)
      this.#asked = { atMs: nowMs, answer: this.#ask() };
    return this.#asked.answer;
  }

  async #ask(): Promise<ActorsAnswer | undefined> {
    try {
      return ActorsAnswer.parse(await this.#ports.askActors());
    } catch (error) {
      this.#ports.logger.warn({ reason: messageOf(error) }, "the load of actors is not known; tasks are let through");
      return undefined;
    }
  }
}
