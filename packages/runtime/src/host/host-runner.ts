import type { Clock } from "../clock.ts";
import { errorBodyOf } from "../errors.ts";
import type { Random } from "../random.ts";
import type { Logger } from "../telemetry/logger.ts";
import type { MetricFigures } from "../telemetry/metric-figures.ts";
import type { ProcessTracing } from "../telemetry/start-tracing.ts";
import type { FailpointOf } from "./failpoints.ts";
import { Host } from "./host.ts";
import type { Configure, HostCommand, HostEvent } from "./ipc.ts";

/** So old are the figures that a node tells of its hosts at most. */
const FIGURES_EVERY_MS = 2_000;

/** Exit codes of a host, for its node's log. */
export const HOST_EXIT = { orderly: 0, cannotRun: 78, crashed: 70 } as const;

/** What surrounds a host: a process of its own, or its node's. */
export interface HostSurroundings {
  readonly clock: Clock;
  readonly random: Random;
  readonly loggerFor: (configure: Configure) => Logger;
  readonly memoryBytes: () => number;
  readonly tell: (event: HostEvent) => void;
  /** Sets up tracing where the node asks for it; absent = this process traces nothing. */
  readonly trace?: (configure: Configure, tell: (event: HostEvent) => void) => Promise<ProcessTracing | undefined>;
  /** The figures of this process, where its node asks for them; absent = they are the node's own. */
  readonly figures?: () => Promise<MetricFigures>;
  /** Called once; nothing is taken any more. */
  readonly exit: (code: number) => void;
  /** Where hops of a role are to die; for tests. */
  readonly failpointOf?: FailpointOf;
}

/** Carries a host from its first command to its exit. */
export class HostRunner {
  readonly #surroundings: HostSurroundings;
  #host: Promise<Host | undefined> | undefined;
  #opened: Host | undefined;
  #tracing: ProcessTracing | undefined;
  readonly #ending = new AbortController();

  constructor(surroundings: HostSurroundings) {
    this.#surroundings = surroundings;
  }

  /** Takes one command. Those that come while the system is loading wait for it. */
  take(command: HostCommand): void {
    switch (command.type) {
      case "configure":
        this.#host ??= this.#open(command);
        return;
      case "exit":
        return void this.#exit();
      case "replicas":
      case "drain":
      case "ended":
      case "died":
      case "flush":
      case "blob":
      case "blob_stored":
      case "answer":
        return void this.#forward(command);
    }
  }

  /** Says what its node must know when the process is about to end, whatever ends it: synchronous. */
  lastWords(): void {
    this.#opened?.flushHeld();
  }

  async #open(configure: Configure): Promise<Host | undefined> {
    const { clock, random, memoryBytes, tell, exit, loggerFor, failpointOf, trace } = this.#surroundings;
    const logger = loggerFor(configure);
    try {
      this.#tracing = await trace?.(configure, tell);
      const tracer = this.#tracing?.tracer;
      const host = await Host.open({ configure, clock, random, logger, memoryBytes, tell, failpointOf, tracer });
      this.#opened = host;
      if (configure.telemetry?.isMeasured === true) void this.#tellFigures();
      tell({ type: "ready" });
      return host;
    } catch (error) {
      const { code, message } = errorBodyOf(error, "invalid_config");
      logger.error({ code, reason: message }, "system cannot run here");
      tell({ type: "failed", code, message: message.slice(0, 8_000) });
      exit(HOST_EXIT.cannotRun);
      return undefined;
    }
  }

  async #forward(command: Parameters<Host["obey"]>[0]): Promise<void> {
    const host = await this.#host;
    host?.obey(command);
  }

  async #tellFigures(): Promise<void> {
    const { clock, figures, tell } = this.#surroundings;
    if (figures === undefined) return;
    while (!this.#ending.signal.aborted) {
      tell({ type: "metrics", figures: [...(await figures())] });
      await clock.sleep(FIGURES_EVERY_MS, this.#ending.signal).catch(() => undefined);
    }
  }

  async #exit(): Promise<void> {
    const host = await this.#host;
    await host?.close();
    this.#ending.abort();
    await this.#tracing?.close();
    this.#surroundings.exit(HOST_EXIT.orderly);
  }
}
