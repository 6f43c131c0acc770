import type { Clock } from "../clock.ts";
import { errorBodyOf } from "../errors.ts";
import type { Random } from "../random.ts";
import type { Logger } from "../telemetry/logger.ts";
import type { FailpointOf } from "./failpoints.ts";
import { Host } from "./host.ts";
import type { Configure, HostCommand, HostEvent } from "./ipc.ts";

/** Exit codes of a host, for its node's log. */
export const HOST_EXIT = { orderly: 0, cannotRun: 78, crashed: 70 } as const;

/** What surrounds a host: a process of its own, or its node's. */
export interface HostSurroundings {
  readonly clock: Clock;
  readonly random: Random;
  readonly loggerFor: (configure: Configure) => Logger;
  readonly memoryBytes: () => number;
  readonly tell: (event: HostEvent) => void;
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
    const { clock, random, memoryBytes, tell, exit, loggerFor, failpointOf } = this.#surroundings;
    const logger = loggerFor(configure);
    try {
      const host = await Host.open({ configure, clock, random, logger, memoryBytes, tell, failpointOf });
      this.#opened = host;
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

  async #exit(): Promise<void> {
    const host = await this.#host;
    await host?.close();
    this.#surroundings.exit(HOST_EXIT.orderly);
  }
}
