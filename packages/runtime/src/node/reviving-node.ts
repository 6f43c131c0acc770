import type { Clock } from "../clock.ts";
import { messageOf } from "../errors.ts";
import type { Logger } from "../telemetry/logger.ts";
import type { RunningNode } from "./running-node.ts";

/** One life of a node. `done` is its exit code, or that the cluster has declared it dead and it has let go of everything. */
export interface NodeLife extends Omit<RunningNode, "done"> {
  readonly done: Promise<number | "declared_dead">;
}

/** Between two tries to begin another life, ms. */
const REJOIN_EVERY_MS = 1_000;

/**
 * A node through its lives. A life that was declared dead while it was frozen or cut off may never act again, so when the node learns of it
 * that life ends, and another one joins: with nothing of the old one but its name.
 */
export class RevivingNode implements RunningNode {
  readonly done: Promise<number>;
  readonly #newLife: () => NodeLife;
  readonly #clock: Clock;
  readonly #logger: Logger;
  readonly #leave: (exitCode: number) => void;
  readonly #leaving = new AbortController();
  #life: NodeLife;
  /** Of a stop that came while no life was there to take it. */
  #exitCode = 0;

  constructor(newLife: () => NodeLife, { clock, logger }: { readonly clock: Clock; readonly logger: Logger }) {
    this.#newLife = newLife;
    this.#clock = clock;
    this.#logger = logger;
    this.#life = newLife();
    const { promise, resolve } = Promise.withResolvers<number>();
    this.done = promise;
    this.#leave = resolve;
    void this.#follow();
  }

  get name(): string {
    return this.#life.name;
  }
  get incarnation(): string {
    return this.#life.incarnation;
  }
  get hostPids(): readonly number[] {
    return this.#life.hostPids;
  }

  start(): Promise<void> {
    return this.#life.start();
  }

  async drain(limitMs?: number): Promise<void> {
    this.#leaving.abort();
    await this.#life.drain(limitMs);
    await this.done;
  }

  async stop(exitCode = 0): Promise<void> {
    this.#exitCode = exitCode;
    this.#leaving.abort();
    await this.#life.stop(exitCode);
    await this.done;
  }

  async #follow(): Promise<void> {
    for (;;) {
      const end = await this.#life.done;
      if (end !== "declared_dead") return this.#leave(end);
      if (!(await this.#rejoin())) return this.#leave(this.#exitCode);
    }
  }

  /** Whether another life has begun; not when the node is to leave. */
  async #rejoin(): Promise<boolean> {
    const { signal } = this.#leaving;
    while (!signal.aborted) {
      const life = this.#newLife();
      try {
        await life.start();
        this.#life = life;
        // Whoever came to end the node meanwhile has asked the life before.
        if (signal.aborted) await life.stop(this.#exitCode);
        return true;
      } catch (error) {
        this.#logger.warn({ node: this.name, reason: messageOf(error) }, "the node could not join again; trying again");
        await this.#clock.sleep(REJOIN_EVERY_MS, signal).catch(() => undefined);
      }
    }
    return false;
  }
}
