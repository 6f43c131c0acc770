import type { Clock, ModelSpec } from "@troupe/runtime";
import type { ModelAnswer, ModelCall, ModelClient, ModelScope } from "./model.ts";
import { specOf } from "./registry.ts";

type Open = (alias: string) => ModelClient;

/**
 * The client of an alias, which asks a second time (another alias, or the same) when nothing has come of the first answer after
 * `hedge.afterMs`. The one whose first piece comes first answers, the other is cut off: what the provider charges for it is not known and
 * not counted. Without `hedge` it is the alias's own client. Throws what `open` throws.
 */
export function hedgedModel(
  alias: string,
  declared: Readonly<Record<string, ModelSpec>> | undefined,
  open: Open,
  clock: Clock,
): ModelClient {
  const first = open(alias);
  const hedge = specOf(alias, declared)?.hedge;
  if (hedge === undefined) return first;
  const other = hedge.to ?? alias;
  const second = other === alias ? first : open(other);
  return {
    windowTokens: smallest(first.windowTokens, second.windowTokens),
    isPriced: first.isPriced && second.isPriced,
    callsLeft: () => first.callsLeft?.(),
    complete: async (call, scope) => {
      const race = new Race(call, scope);
      try {
        const calls = [race.enter(first, "")];
        if (await race.isOpenAfter(hedge.afterMs, clock, calls)) calls.push(race.enter(second, "/hedge", other));
        return await Promise.any(calls);
      } catch (error) {
        scope.signal.throwIfAborted();
        throw error instanceof AggregateError
          ? (error.errors.find((each) => !(each instanceof Beaten)) ?? error)
          : error;
      } finally {
        race.end();
      }
    },
  };
}

const no = (): boolean => false;

/** Why a call was cut off: the other one answers. */
class Beaten extends Error {
  override readonly name = "Beaten";
}

/** Calls of which the first to bring anything wins; the others are cut off. */
class Race {
  readonly #call: ModelCall;
  readonly #scope: ModelScope;
  readonly #runners: AbortController[] = [];
  readonly #decided = new AbortController();
  #winner: AbortController | undefined;

  constructor(call: ModelCall, scope: ModelScope) {
    this.#call = call;
    this.#scope = scope;
  }

  /** Whether after this time nothing has come, and nothing has ended. */
  async isOpenAfter(ms: number, clock: Clock, calls: readonly Promise<unknown>[]): Promise<boolean> {
    const isLate = clock.sleep(ms, this.#decided.signal).then(
      () => true,
      () => false, // decided: the only way the sleep rejects
    );
    return Promise.race([isLate, ...calls.map((call) => call.then(no, no))]);
  }

  async enter(client: ModelClient, keySuffix: string, hedgedBy?: string): Promise<ModelAnswer> {
    const runner = new AbortController();
    const scope = this.#scope;
    this.#runners.push(runner);
    const answer = await client.complete(this.#call, {
      ...scope,
      idempotencyKey: `${scope.idempotencyKey}${keySuffix}`,
      signal: AbortSignal.any([scope.signal, runner.signal]),
      onToken: (text) => {
        if (this.#mayAnswer(runner)) scope.onToken?.(text);
      },
    });
    if (!this.#mayAnswer(runner)) throw new Beaten("the other call answered first");
    return hedgedBy === undefined ? answer : { ...answer, hedgedBy };
  }

  /** Whether this call is the one that answers: the first to ask is. */
  #mayAnswer(runner: AbortController): boolean {
    if (this.#winner === undefined) {
      this.#winner = runner;
      this.#decided.abort();
      for (const other of this.#runners) if (other !== runner) other.abort(new Beaten("the other call answers"));
    }
    return this.#winner === runner;
  }

  end(): void {
    this.#decided.abort();
    for (const runner of this.#runners) runner.abort(new Beaten("the answer is no longer read"));
  }
}

function smallest(a: number | undefined, b: number | undefined): number | undefined {
  if (a === undefined || b === undefined) return a ?? b;
  return Math.min(a, b);
}
