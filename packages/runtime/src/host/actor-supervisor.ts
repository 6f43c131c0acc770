import type { Clock } from "../clock.ts";
import type { Random } from "../random.ts";
import type { SupervisedGroup } from "../supervision/groups.ts";
import { decideFailure, type RestartHistory, withoutFailures } from "../supervision/strategy.ts";
import type { Logger } from "../telemetry/logger.ts";
import type { HostEvent } from "./ipc.ts";

/** How an actor failed while it ran a message: its handler threw what it should not have, or was aborted since it was stuck. */
export interface RunFailure {
  readonly kind: "crashed" | "stuck";
  readonly reason: string;
  /** Names the message among all. */
  readonly message: string;
}

/** How an actor is replaced. */
export interface Restart {
  /** How long it takes nothing. */
  readonly delayMs: number;
  /** It failed more often than its intensity allows, or stands beside one that did. */
  readonly isResting: boolean;
  /** Whether what it runs is aborted and given back; else that finishes on the old instance. */
  readonly isAborting: boolean;
}

/** An actor of this host as its supervisor sees it. */
export interface RestartableActor {
  readonly id: string;
  readonly role: string;
  restart(how: Restart): Promise<void>;
}

export interface ActorSupervisorOptions {
  readonly groups: readonly SupervisedGroup[];
  /** The actors of the host. */
  readonly actors: () => readonly RestartableActor[];
  readonly tell: (event: HostEvent) => void;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
}

const REASON_LIMIT = 500;

/**
 * Restarts the actors of a host as their groups' strategies say. What restarting in place does not mend is told to the node, for whoever
 * supervises the cluster; nobody needs to answer for the actor to be tried again.
 */
export class ActorSupervisor {
  readonly #options: ActorSupervisorOptions;
  readonly #lastMessage = new Map<string, string>();
  #history: RestartHistory = new Map();

  constructor(options: ActorSupervisorOptions) {
    this.#options = options;
  }

  /** An actor failed. One message counts once, however often it makes its actor fail: it has its own attempts. */
  failed(actor: RestartableActor, { kind, reason, message }: RunFailure): void {
    const { actors, clock, random, logger } = this.#options;
    const isSameMessage = this.#lastMessage.get(actor.id) === message;
    this.#lastMessage.set(actor.id, message);
    if (kind === "stuck") this.#report(actor, kind, reason, message);
    const group = this.#options.groups.find(({ roles }) => roles.includes(actor.role));
    if (isSameMessage || group === undefined) {
      void actor.restart({ delayMs: 0, isResting: false, isAborting: false });
      return;
    }
    const present = actors();
    const decision = decideFailure(group, present, this.#history, actor, clock.monotonicMs(), random.unit());
    this.#history = decision.history;
    const { directive, delayMs } = decision;
    const isResting = directive === "escalate";
    logger.warn({ actor: actor.id, kind, reason, restarts: decision.actors, delayMs, directive }, "actor failed");
    if (isResting) this.#report(actor, "exhausted", `restarted too often; last: ${reason}`, message);
    for (const id of decision.actors) {
      const other = present.find((one) => one.id === id);
      void other?.restart({ delayMs, isResting, isAborting: other !== actor });
    }
  }

  /** An actor finished a message: whatever made it fail before has passed. */
  worked({ id }: RestartableActor): void {
    if (!this.#lastMessage.delete(id)) return;
    this.#history = withoutFailures(this.#history, id);
  }

  /** The instance of an actor could not be made, again and again. */
  notCreated(actor: RestartableActor, reason: string): void {
    this.#report(actor, "exhausted", `its instance cannot be made: ${reason}`);
  }

  #report({ id }: RestartableActor, kind: "stuck" | "exhausted", reason: string, message?: string): void {
    this.#options.tell({
      type: "failure",
      failure: {
        actor: id,
        kind,
        reason: reason.slice(0, REASON_LIMIT),
        ...(message === undefined ? {} : { message }),
      },
    });
  }
}
