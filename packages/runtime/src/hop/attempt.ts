/**
 * One run of the handler. Whatever ends the execution stops the attempt at once and leaves the handler at a promise that never resolves and
 * that nothing refers to: a handler that outlives its hop can write nothing, and a waiting one costs nothing.
 */
import type { Passport } from "../contracts/record.ts";
import type { Execution } from "./execution.ts";
import type { HopEnd } from "./hop-end.ts";
import type { Journal } from "./replay.ts";
import { Ended, isSignal } from "./signals.ts";
import type { HopWriter } from "./writer.ts";

/** What a handler did. */
export type AttemptResult =
  | { readonly kind: "returned"; readonly outcome: unknown }
  | { readonly kind: "threw"; readonly thrown: unknown };

interface Settle {
  readonly resolve: (result: AttemptResult) => void;
  readonly reject: (signal: Error) => void;
}

export class Attempt {
  readonly x: Execution;
  readonly writer: HopWriter;
  readonly journal: Journal;
  #steps = 0;
  #emits = 0;
  #waits = 0;
  #outputs = 0;
  #isOpen = true;
  #abort: AbortController | undefined;
  #settle: Settle | undefined;
  /** Effects that run; made with the first, since many hops have none. */
  #effects: Set<Promise<unknown>> | undefined;

  constructor(x: Execution, writer: HopWriter, journal: Journal) {
    this.x = x;
    this.writer = writer;
    this.journal = journal;
  }

  /** Runs the handler to its end. Rejects only with a signal of the protocol. */
  run(handler: () => unknown): Promise<AttemptResult> {
    return new Promise<AttemptResult>((resolve, reject) => {
      this.#settle = { resolve, reject };
      void this.#drive(handler);
    });
  }

  async #drive(handler: () => unknown): Promise<void> {
    try {
      const { span } = this.x;
      const outcome = await (span === undefined ? handler() : span.run(handler));
      this.#finish((settle) => settle.resolve({ kind: "returned", outcome }));
    } catch (thrown) {
      this.fail(thrown);
    }
  }

  /** Ends the attempt as if the handler had thrown. */
  fail(thrown: unknown): void {
    this.#finish((settle) => settle.resolve({ kind: "threw", thrown }), thrown);
  }

  /** Ends the attempt from outside of the handler. */
  stop(end: HopEnd): void {
    const signal = new Ended(end);
    this.#finish((settle) => settle.reject(signal), signal);
  }

  #finish(settle: (how: Settle) => void, abortWith?: unknown): void {
    if (!this.#isOpen || this.#settle === undefined) return;
    this.#isOpen = false;
    settle(this.#settle);
    if (this.#abort !== undefined && abortWith !== undefined) this.#abort.abort(abortWith);
  }

  /** Aborts when the attempt ends otherwise than by the handler's own return. */
  get signal(): AbortSignal {
    this.#abort ??= new AbortController();
    return this.#abort.signal;
  }

  /**
   * Runs an operation of the context on the handler's behalf. What ends the execution never reaches the handler; after the attempt's end
   * nothing resolves any more.
   */
  async guard<T>(operation: () => Promise<T>): Promise<T> {
    if (!this.#isOpen) return never<T>();
    try {
      const value = await operation();
      return this.#isOpen ? value : await never<T>();
    } catch (thrown) {
      if (this.#isOpen && !isSignal(thrown)) throw thrown;
      if (isSignal(thrown)) this.#finish((settle) => settle.reject(thrown), thrown);
      return never<T>();
    }
  }

  /** Whether the handler may still act; asked again after every effect, before its result is written. */
  get isOpen(): boolean {
    return this.#isOpen;
  }

  /** Steps that the handler has taken so far. */
  get stepsTaken(): number {
    return this.#steps;
  }

  /** Events that were told so far. */
  get emitsTaken(): number {
    return this.#emits;
  }

  nextStep(): number {
    return ++this.#steps;
  }
  nextEmit(): number {
    return ++this.#emits;
  }
  nextWait(): number {
    return ++this.#waits;
  }
  /** Output indexes run over all sends, fan outputs and awaited answers of the hop. */
  nextOutput(): number {
    return ++this.#outputs;
  }

  /** How many of them are taken. */
  get outputs(): number {
    return this.#outputs;
  }

  /** Remembers an effect that runs, so that a wait can let it finish first. */
  track(effect: Promise<unknown>): void {
    const effects = (this.#effects ??= new Set());
    effects.add(effect);
    const forget = () => effects.delete(effect);
    effect.then(forget, forget);
  }

  /** Resolves when no effect runs any more: its result would be lost with the handler. */
  async effectsDone(): Promise<void> {
    while (this.#effects !== undefined && this.#effects.size > 0) await Promise.allSettled(this.#effects);
  }

  passport(): Passport {
    return this.x.passport();
  }

  ranMs(): number {
    return Math.max(0, Math.round(this.x.ports.clock.monotonicMs() - this.x.startedMs));
  }
}

/** A fresh promise each time: one shared by all would keep every suspended handler in memory. */
async function never<T>(): Promise<T> {
  return new Promise<T>(() => undefined);
}
