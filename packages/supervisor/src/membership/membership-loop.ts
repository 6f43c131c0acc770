/**
 * Keeps the membership: takes in heartbeats, judges silence, writes each change as a row by compare-and-set and as a control event.
 * The rows only outlive the leader; what it acts on is its own snapshot.
 */
import {
  type CasBucket,
  type Clock,
  type Heartbeat,
  type Logger,
  type Member,
  messageOf,
  rfc3339,
} from "@troupe/runtime/internal";
import type { ControlEvents } from "../control-events.ts";
import type { SupervisorSettings } from "../settings.ts";
import { type BrakeState, brake, isMassSuspicion } from "./brakes.ts";
import type { ObserverHealth } from "./observer-health.ts";
import type { Reachability } from "./reachability.ts";
import { EMPTY_MEMBERSHIP, type Membership, withHeartbeat, withMember, withoutMember } from "./snapshot.ts";
import {
  isForgettable,
  isOfEndedLife,
  type MemberChange,
  onForgotten,
  onHeartbeat,
  onSilence,
  onUnreachable,
  type Probe,
  toProbe,
} from "./transitions.ts";

export interface MembershipLoopOptions {
  readonly members: Pick<CasBucket<Member>, "list" | "get" | "put" | "remove">;
  readonly reachability: Reachability;
  readonly observer: ObserverHealth;
  readonly events: Pick<ControlEvents, "record">;
  readonly settings: SupervisorSettings;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Throws `lease_lost` when this process may not command. */
  readonly requireLeading: () => void;
  /** Called after a change is stored. */
  readonly onChange: (change: MemberChange) => void;
  /** Called with each heartbeat of a life that was declared dead, or let go: it does not know. */
  readonly onRevenant: (node: string, incarnation: string) => void;
}

/** How often rows are compared with what this leader knows. */
const COMPARE_MS = 10_000;

export class MembershipLoop {
  readonly #options: MembershipLoopOptions;
  #comparedMs: number;
  #membership: Membership = EMPTY_MEMBERSHIP;
  /** Newest heartbeat of each node since the last tick. */
  readonly #heard = new Map<string, Heartbeat>();
  /** Since when this leader knows a node as dead or left. */
  readonly #goneSinceMs = new Map<string, number>();
  /** Nodes whose lost connection is being looked into. */
  readonly #followed = new Set<string>();
  #brakes: BrakeState;
  /** Changes are made one after the other: each is decided on what the one before it stored. */
  #turn: Promise<unknown> = Promise.resolve();

  constructor(options: MembershipLoopOptions) {
    this.#options = options;
    this.#comparedMs = options.clock.monotonicMs();
    this.#brakes = {
      leadingSinceMs: this.#comparedMs,
      lastDeathMs: undefined,
      massSuspicionSinceMs: undefined,
    };
  }

  get membership(): Membership {
    return this.#membership;
  }

  /** Takes over the rows that an earlier leader left. Nobody is judged by silence from before. */
  async start(): Promise<void> {
    const { members, reachability } = this.#options;
    for (const { value } of await members.list()) {
      this.#membership = withMember(this.#membership, value);
      reachability.contact(value.node);
    }
  }

  /** Marks a node as draining, before it says so itself. Returns whether there is such a node. */
  drain(node: string, reason: string): Promise<boolean> {
    return this.#inTurn(() => this.#drain(node, reason));
  }

  async #drain(node: string, reason: string): Promise<boolean> {
    const known = this.#membership.nodes.get(node);
    if (!known || known.member.status === "dead" || known.member.status === "left") return false;
    if (known.member.status === "draining") return true;
    const member: Member = { ...known.member, status: "draining", since: this.#now(), reason };
    await this.#store({ member, before: known.member });
    return true;
  }

  /** After the observer itself was cut off its view proves nothing: everybody's silence starts anew. */
  resetSilence(): void {
    this.#options.reachability.reset();
  }

  /** A heartbeat came; the next round takes it in. */
  hear(heartbeat: Heartbeat): void {
    const { node, incarnation } = heartbeat;
    const earlier = this.#heard.get(node);
    const knownLife = earlier?.incarnation ?? this.#membership.nodes.get(node)?.member.incarnation;
    // An earlier life that beats on says nothing of the present one.
    if (knownLife !== undefined && incarnation < knownLife) return;
    this.#options.reachability.heard(node, knownLife !== undefined && incarnation > knownLife);
    this.#heard.set(node, heartbeat);
  }

  /** Something else than a heartbeat came from a node. */
  contact(node: string): void {
    if (this.#membership.nodes.has(node)) this.#options.reachability.contact(node);
  }

  /** One round: heartbeats first, then silence. */
  async tick(): Promise<void> {
    await this.#inTurn(() => this.#takeHeartbeats());
    if (this.#options.observer.pulse()) this.resetSilence();
    const { reachability } = this.#options;
    const probes = await reachability.probe(toProbe(this.#membership, (node) => reachability.judge(node)));
    await this.#inTurn(() => this.#judgeSilence(probes));
    await this.#inTurn(() => this.#compareRows());
  }

  /**
   * The server says that a node's connection has ended. A hint, which the node's probe confirms or not: who is back in a moment is left
   * alone, who is not is suspected now, long before its silence would tell.
   */
  async onDisconnect(node: string): Promise<void> {
    const { reachability, logger } = this.#options;
    if (this.#followed.has(node) || !this.#membership.nodes.has(node)) return;
    this.#followed.add(node);
    try {
      if (await reachability.hasGone(node)) await this.#inTurn(() => this.#suspectUnreachable(node));
    } catch (error) {
      logger.warn({ node, reason: messageOf(error) }, "a lost connection could not be looked into; silence will tell");
    } finally {
      this.#followed.delete(node);
    }
  }

  async #suspectUnreachable(node: string): Promise<void> {
    // Its last words may say that it left in order.
    await this.#takeHeartbeats();
    const known = this.#membership.nodes.get(node);
    const isBack = this.#options.reachability.judge(node) === "alive";
    const change = known && !isBack ? onUnreachable(known, this.#now()) : undefined;
    if (change) await this.#store(change);
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const done = this.#turn.then(work);
    this.#turn = done.catch(() => undefined);
    return done;
  }

  async #takeHeartbeats(): Promise<void> {
    const heard = [...this.#heard.values()];
    this.#heard.clear();
    for (const heartbeat of heard) {
      const { node, incarnation } = heartbeat;
      if (isOfEndedLife(this.#membership.nodes.get(node), heartbeat)) {
        this.#options.onRevenant(node, incarnation);
        continue;
      }
      const change = onHeartbeat(this.#membership.nodes.get(node), heartbeat, this.#now());
      if (change) await this.#store(change);
      this.#membership = withHeartbeat(this.#membership, heartbeat);
    }
  }

  async #judgeSilence(probes: ReadonlyMap<string, Probe>): Promise<void> {
    const { reachability, clock, settings } = this.#options;
    const nowMs = clock.monotonicMs();
    for (const known of this.#membership.nodes.values()) {
      const { node } = known.member;
      const answer: Probe = probes.get(node) ?? "not_asked";
      const change =
        onSilence(known, reachability.judge(node), answer, this.#now()) ??
        onForgotten(known, this.#goneForMs(node, nowMs), settings.forgetDeadMs, this.#now());
      if (change && this.#mayHappen(change, known.heartbeat !== undefined)) await this.#store(change);
      else if (isForgettable(known, this.#goneForMs(node, nowMs), settings.forgetDeadMs)) await this.#forget(node);
    }
    this.#noticeMassSuspicion();
  }

  #noticeMassSuspicion(): void {
    const { reachability } = this.#options;
    const isMass = isMassSuspicion(this.#membership, (node) => reachability.judge(node) !== "alive");
    const sinceMs = isMass ? (this.#brakes.massSuspicionSinceMs ?? this.#options.clock.monotonicMs()) : undefined;
    this.#brakes = { ...this.#brakes, massSuspicionSinceMs: sinceMs };
  }

  #goneForMs(node: string, nowMs: number): number {
    const sinceMs = this.#goneSinceMs.get(node) ?? nowMs;
    this.#goneSinceMs.set(node, sinceMs);
    return nowMs - sinceMs;
  }

  async #forget(node: string): Promise<void> {
    const { members, requireLeading, reachability } = this.#options;
    requireLeading();
    const row = await members.get(node);
    if (row) await members.remove(node, row.revision);
    this.#membership = withoutMember(this.#membership, node);
    this.#goneSinceMs.delete(node);
    reachability.forget(node);
  }

  #mayHappen({ member }: MemberChange, wasHeard: boolean): boolean {
    if (member.status !== "dead") return true;
    const { clock, settings, logger } = this.#options;
    this.#noticeMassSuspicion();
    const held = brake(this.#brakes, settings, clock.monotonicMs(), wasHeard);
    if (held !== undefined) logger.debug({ node: member.node, reason: held }, "a death is held back");
    return held === undefined;
  }

  async #store(change: MemberChange): Promise<void> {
    const { members, events, clock } = this.#options;
    const { member, before } = change;
    this.#options.requireLeading();
    const row = await members.get(member.node);
    if (row && row.value.incarnation > member.incarnation) {
      // Another leader has heard a later life, of which this one knows nothing yet.
      this.#membership = withMember(this.#membership, row.value);
      return;
    }
    await members.put(member.node, member, row?.revision);
    this.#membership = withMember(this.#membership, member);
    const nowMs = clock.monotonicMs();
    this.#goneSinceMs.delete(member.node);
    if (member.status === "dead") this.#brakes = { ...this.#brakes, lastDeathMs: nowMs };
    events.record({
      name: `node.${member.status}`,
      about: member.node,
      reason: member.reason,
      details: { incarnation: member.incarnation, before: before?.status ?? null },
    });
    this.#options.onChange(change);
  }

  /** A row that says something else was written after all when nobody answered, or later than it was given up: it is put right. */
  async #compareRows(): Promise<void> {
    const { members, requireLeading, clock } = this.#options;
    if (clock.monotonicMs() - this.#comparedMs < COMPARE_MS) return;
    for (const { key, value, revision } of await members.list()) {
      const known = this.#membership.nodes.get(key)?.member;
      if (!known || known.incarnation < value.incarnation || known.status === value.status) continue;
      requireLeading();
      await members.put(key, known, revision);
    }
    this.#comparedMs = clock.monotonicMs();
  }

  #now(): string {
    return rfc3339(this.#options.clock.nowMs());
  }
}
