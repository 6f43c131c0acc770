import { type Link, LiveHint, type Subjects, type TaskId } from "@troupe/runtime/internal";
import { readJson } from "../ingress/read-json.ts";

/** Hears which tasks something was recorded of, for all who watch here: one subscription, and none while nobody watches. */
export class HintListener {
  readonly #nc: Pick<Link["nc"], "subscribe">;
  readonly #subject: string;
  readonly #watchers = new Map<string, Set<() => void>>();
  #unsubscribe: (() => void) | undefined;

  constructor({ nc }: { readonly nc: Pick<Link["nc"], "subscribe"> }, subjects: Subjects) {
    this.#nc = nc;
    this.#subject = subjects.live("*");
  }

  /** Calls back when something of the task may have been recorded; must not throw. Returns how to stop that. */
  listen(task: TaskId, wake: () => void): () => void {
    this.#unsubscribe ??= this.#subscribe();
    const watchers = this.#watchers.get(task) ?? new Set();
    this.#watchers.set(task, watchers.add(wake));
    return () => this.#forget(task, wake);
  }

  #forget(task: TaskId, wake: () => void): void {
    const watchers = this.#watchers.get(task);
    watchers?.delete(wake);
    if (watchers?.size === 0) this.#watchers.delete(task);
    if (this.#watchers.size > 0) return;
    this.#unsubscribe?.();
    this.#unsubscribe = undefined;
  }

  #subscribe(): () => void {
    const subscription = this.#nc.subscribe(this.#subject, {
      callback: (error, message) => {
        if (!error) this.#take(message.data);
      },
    });
    return () => {
      if (!subscription.isClosed()) subscription.unsubscribe();
    };
  }

  /** What does not parse is no hint: any of them may be lost. */
  #take(body: Uint8Array): void {
    const hint = LiveHint.safeParse(readJson(body));
    for (const task of hint.data?.tasks ?? []) {
      for (const wake of this.#watchers.get(task) ?? []) wake();
    }
  }
}
