/**
 * A node joins one machine to a system. It reads which replicas it should run (`-placement`, `-desired`), keeps one host alive for each
 * version among them, says every half second how it is, and brokers for its hosts: it hands them the notices of the control plane and
 * gives back what a dead one held. It decides nothing about the cluster and holds nothing that must not be lost.
 *
 * Converging is level-triggered: whatever wakes it (a changed row, a host's end, the clock), it compares what should be with what is.
 * A lost notice is therefore harmless, and so is a node that comes up with no supervisor there: it runs what its row says.
 */
import { nodeLinkName } from "../contracts/link-names.ts";
import { Subjects } from "../contracts/subjects.ts";
import { messageOf, TroupeError } from "../errors.ts";
import { type LoopDelay, watchLoopDelay } from "../host/loop-delay.ts";
import type { Link } from "../nats/connection.ts";
import type { Service } from "../nats/service.ts";
import { isWithin } from "../within.ts";
import { buildHeartbeat } from "./heartbeat.ts";
import { newIncarnation } from "./incarnation.ts";
import { type JoinedNode, joinedNode, openNodeLink } from "./joined-node.ts";
import { type NodeOptions, type ResolvedNodeOptions, resolveNodeOptions } from "./node-options.ts";
import { serveNode } from "./node-services.ts";
import { subscribeNotices } from "./notices.ts";
import { type NodeLife, RevivingNode } from "./reviving-node.ts";
import type { RunningNode } from "./running-node.ts";

/** Even if nothing wakes it, a node compares what should be with what is this often. */
const CONVERGE_EVERY_MS = 5_000;
/** After a round that could not do everything. */
const CONVERGE_RETRY_MS = 500;
/** A node gets its share once a second heartbeat has come: a new one does not let the system wait for it. */
const SECOND_BEAT_MS = 100;

/** Makes a node; nothing happens before it is started. Throws `invalid_id` or `invalid_config`. */
export function createNode(options: NodeOptions): RunningNode {
  const resolved = resolveNodeOptions(options);
  return new RevivingNode(() => new ReconcilingNode(resolved), resolved);
}

interface Joined extends JoinedNode {
  readonly loop: LoopDelay;
  readonly services: Service;
}

/** One life of a node. */
class ReconcilingNode implements NodeLife {
  readonly name: string;
  readonly incarnation: string;
  readonly done: Promise<number | "declared_dead">;
  readonly #options: ResolvedNodeOptions;
  readonly #subjects: Subjects;
  readonly #leave: (end: number | "declared_dead") => void;
  readonly #left = new AbortController();
  #joined: Joined | undefined;
  #sequence = 0;
  #isDraining = false;
  /** Exit code of a stop; it counts even when a drain that it cut short ends first. */
  #stoppedWith: number | undefined;
  /** Ends the wait of the converging loop; replaced with each round. */
  #wake = Promise.withResolvers<void>();

  constructor(options: ResolvedNodeOptions) {
    this.#options = options;
    this.name = options.name;
    this.incarnation = newIncarnation(options.clock, options.random);
    this.#subjects = new Subjects(options.system);
    const { promise, resolve } = Promise.withResolvers<number | "declared_dead">();
    this.done = promise;
    this.#leave = resolve;
  }

  get hostPids(): readonly number[] {
    return this.#joined?.fleet.pids ?? [];
  }

  async start(): Promise<void> {
    if (this.#joined || this.#left.signal.aborted)
      throw new TroupeError("conflict", `node ${this.name} was started before`);
    const { logger, clock } = this.#options;
    const link = await openNodeLink(this.#options, nodeLinkName(this.name));
    if (this.#left.signal.aborted) return link.close();
    const parts = this.#join(link);
    const { desired, fleet } = parts;
    const services = serveNode(link, this.#subjects, {
      name: this.name,
      incarnation: this.incarnation,
      logger,
      clock,
      held: () => fleet.held(),
      drain: (limitMs) => void this.drain(limitMs),
      stop: () => void this.stop(),
      onDeclaredDead: () => void this.#onDeclaredDead(),
      leaderEpoch: () => desired.leaderEpoch,
    });
    this.#joined = { ...parts, loop: watchLoopDelay(), services };
    subscribeNotices(link, this.#subjects, logger, {
      ended: (ended) => fleet.tellEnded(ended),
      died: (died) => fleet.tellDied(died),
    });
    void this.#beat(this.#joined);
    void this.#converge(this.#joined);
    void desired.follow(this.#left.signal, () => this.#wake.resolve());
    if (this.#options.roleKeys === undefined)
      logger.warn(
        { node: this.name },
        "no keys of roles: all roles sign in as one user, the server does not check the graph",
      );
    logger.info({ node: this.name, incarnation: this.incarnation }, "node has joined");
  }

  async drain(limitMs: number = this.#options.drainLimitMs): Promise<void> {
    if (!this.#isDraining) {
      this.#isDraining = true;
      this.#options.logger.info({ node: this.name, limitMs }, "node drains");
      if (this.#joined) {
        this.#say(this.#joined, false);
        await this.#joined.fleet.drain(limitMs);
      }
      await this.#end(0);
    }
    await this.done;
  }

  async stop(exitCode = 0): Promise<void> {
    this.#isDraining = true;
    this.#stoppedWith ??= exitCode;
    await this.#joined?.fleet.stop();
    await this.#end(exitCode);
  }

  /** Others do its work by now: what its hosts still do is in vain, and what they hold is not theirs any more. */
  async #onDeclaredDead(): Promise<void> {
    const { logger } = this.#options;
    logger.error({ node: this.name, incarnation: this.incarnation }, "node was declared dead; this life of it ends");
    const wasDraining = this.#isDraining;
    this.#isDraining = true;
    await this.#joined?.fleet.abandon();
    // Whoever drains it waits for just this.
    if (!wasDraining) await this.#end("declared_dead");
  }

  async #end(end: number | "declared_dead"): Promise<void> {
    if (this.#left.signal.aborted) return;
    this.#left.abort();
    this.#wake.resolve();
    const joined = this.#joined;
    if (joined) {
      if (end !== "declared_dead") this.#say(joined, true);
      joined.loop.stop();
      // Without a server there is nobody to say goodbye to.
      await isWithin(this.#options.clock, 1_000, joined.services.stop());
      await joined.blobs.close();
      await joined.broker.close();
      await joined.link.close();
    }
    const how = this.#stoppedWith ?? end;
    this.#options.logger.info({ node: this.name, exitCode: how }, "node has left");
    this.#leave(how);
  }

  #join(link: Link): JoinedNode {
    const { name, incarnation } = this;
    const identity = { name, incarnation, subjects: this.#subjects, options: this.#options };
    return joinedNode(link, identity, {
      signal: this.#left.signal,
      onChange: () => this.#wake.resolve(),
      onReplicas: () => this.#joined && this.#say(this.#joined, false),
    });
  }

  async #converge({ desired, fleet }: Joined): Promise<void> {
    const { clock, logger } = this.#options;
    while (!this.#left.signal.aborted && !this.#isDraining) {
      this.#wake = Promise.withResolvers();
      let isComplete = false;
      try {
        isComplete = await fleet.converge(desired.assignments());
      } catch (error) {
        logger.error({ reason: messageOf(error) }, "node could not converge; trying again");
      }
      await isWithin(clock, isComplete ? CONVERGE_EVERY_MS : CONVERGE_RETRY_MS, this.#wake.promise);
    }
  }

  async #beat(joined: Joined): Promise<void> {
    const { clock, heartbeatMs } = this.#options;
    let pauseMs = Math.min(SECOND_BEAT_MS, heartbeatMs);
    while (!this.#left.signal.aborted) {
      this.#say(joined, false);
      await clock.sleep(pauseMs, this.#left.signal).catch(() => undefined);
      pauseMs = heartbeatMs;
    }
  }

  #say({ announcements, fleet, loop, broker }: Joined, hasLeft: boolean): void {
    const { labels, capabilities, slots, memoryLimitBytes, memoryBytes } = this.#options;
    const heartbeat = buildHeartbeat(
      {
        node: this.name,
        incarnation: this.incarnation,
        labels,
        capabilities,
        slots,
        memoryLimitBytes,
        replicas: hasLeft ? [] : fleet.reports(),
        failures: fleet.failures(),
        dependencies: broker.dependencies(),
        spentBudgets: broker.spentBudgets(),
        memoryBytes: memoryBytes() + fleet.memoryBytes,
        loopP99Ms: Math.max(loop.p99Ms(), fleet.loopP99Ms),
        isDraining: this.#isDraining,
        hasLeft,
      },
      ++this.#sequence,
    );
    this.#options.metrics?.beat(heartbeat);
    announcements.heartbeat(heartbeat);
  }
}
