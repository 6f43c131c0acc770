/** Which actor a task with a limit on load would get, and why none. Pure. */
import { z } from "zod";

/** What is read of `<sys>.supervisor.actors`: those without a place have no `load`. */
export const ActorsAnswer = z.object({
  actors: z.array(
    z.object({
      id: z.string(),
      state: z.string(),
      load: z.number().min(0).optional(),
      concurrency: z.int().min(1).optional(),
    }),
  ),
});
export type ActorsAnswer = z.infer<typeof ActorsAnswer>;

/** What a task asks for: an actor of this mailbox that is not busier than this. */
export interface LoadWish {
  readonly version: string;
  readonly mailbox: string;
  /** 0 = idle, 1 = any. */
  readonly maxLoad: number;
}

interface Candidate {
  readonly id: string;
  readonly load: number;
}

/** Actors of the mailbox that take messages, the least loaded first; `given` = messages that are on their way to an actor. */
function candidates(
  { actors }: ActorsAnswer,
  { version, mailbox }: LoadWish,
  given: ReadonlyMap<string, number>,
): readonly Candidate[] {
  return actors
    .flatMap(({ id, state, load, concurrency = 1 }): Candidate[] => {
      const takes = id.startsWith(`${version}/${mailbox}/`) && (state === "available" || state === "busy");
      return takes && load !== undefined ? [{ id, load: load + (given.get(id) ?? 0) / concurrency }] : [];
    })
    .toSorted((a, b) => a.load - b.load || (a.id < b.id ? -1 : 1));
}

/** The least loaded actor when it fits, else `undefined`. */
export function chooseActor(
  answer: ActorsAnswer,
  wish: LoadWish,
  given: ReadonlyMap<string, number> = new Map(),
): string | undefined {
  const [best] = candidates(answer, wish, given);
  return best !== undefined && best.load <= wish.maxLoad ? best.id : undefined;
}

const percent = (share: number): string => `${Math.round(share * 100)} %`;

/** Why no actor fits; `undefined` when one does. */
export function whyNoActor(answer: ActorsAnswer, wish: LoadWish): string | undefined {
  const [best] = candidates(answer, wish, new Map());
  if (best === undefined) return `no actor of ${wish.mailbox} takes messages`;
  if (best.load <= wish.maxLoad) return undefined;
  return `no actor of ${wish.mailbox} has a load of ${percent(wish.maxLoad)} or less; the least has ${best.id} with ${percent(best.load)}`;
}
