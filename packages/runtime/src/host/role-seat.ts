import type { RoleDefinition } from "../actor/define.ts";
import type { Clock } from "../clock.ts";
import { Subjects } from "../contracts/subjects.ts";
import { INLINE_BODY_BYTES } from "../contracts/task.ts";
import { messageOf, TroupeError } from "../errors.ts";
import type { CompiledSystem } from "../graph/compile.ts";
import { mailboxFor } from "../graph/variants.ts";
import { JoinTurns } from "../hop/join-turns.ts";
import type { HopPorts, HopRole } from "../hop/ports.ts";
import { RunningHops } from "../hop/running-hops.ts";
import type { Suspects } from "../hop/suspects.ts";
import { taintRulesOf } from "../hop/taint.ts";
import { type HopId, isVersion, type TaskId } from "../ids.ts";
import { createJetStreamLog } from "../log/jetstream-log.ts";
import type { Blobs } from "../nats/blobs.ts";
import { type Link, type LinkOptions, openLink } from "../nats/connection.ts";
import type { Credentials } from "../nats/credentials.ts";
import { nodeInboxPrefix } from "../nats/node-permissions.ts";
import { createPublisher, type Publisher } from "../nats/publisher.ts";
import { PLACE_OF_ROLE } from "../nats/users.ts";
import type { Random } from "../random.ts";
import { compileRules } from "../rules/compile-rules.ts";
import type { Logger } from "../telemetry/logger.ts";
import type { ActorSupervisor } from "./actor-supervisor.ts";
import type { DeadIncarnations } from "./dead-incarnations.ts";
import { DISCONNECT_LIMIT_MS, guardDisconnects } from "./disconnect-guard.ts";
import { guardOf } from "./guard-of-role.ts";
import type { HeldDeliveries } from "./held.ts";
import { measureHops } from "./hop-measure.ts";
import type { Configure, ReplicaSpec, RoleCredentials } from "./ipc.ts";
import { LiveHints } from "./live-hints.ts";
import { measureGuardrails } from "./measure-guardrails.ts";
import type { NodeAsks } from "./node-asks.ts";
import { Replica } from "./replica.ts";
import { RoleSeals } from "./role-seals.ts";

/** Deliveries older than this write nothing any more: half of the hour for which finished tasks stay in the log. */
const MAX_DELIVERY_AGE_MS = 1_800_000;

/**
 * How a role reaches NATS: as itself, where roles have accounts, else as the user that all of them share. A role without a seed among
 * others that have one is refused (`unauthorized`): it must not get the wider rights instead.
 */
export function roleLink(
  { link: { servers, tls, ...shared }, node }: Pick<Configure, "link" | "node">,
  given: () => RoleCredentials | undefined,
  role: string,
): RoleLink {
  const transport = { servers, ...(tls && { tls }) };
  const first = given();
  if (first === undefined) return { ...transport, ...shared };
  const own = first[role];
  if (own === undefined) throw new TroupeError("unauthorized", `this host was given no key of role ${role}`);
  let newest: Credentials = own;
  const credentials = () => {
    newest = given()?.[role] ?? newest;
    return newest;
  };
  // Where credentials are issued to nodes one by one, nodes have inboxes of their own.
  const inboxPrefix = own.jwt === undefined ? PLACE_OF_ROLE.inboxPrefix : nodeInboxPrefix(node);
  return { ...transport, apiPrefix: PLACE_OF_ROLE.apiPrefix, inboxPrefix, credentials };
}

/** How a role reaches NATS. */
export type RoleLink = Pick<
  LinkOptions,
  "servers" | "tls" | "seed" | "credentials" | "apiPrefix" | "inboxPrefix" | "onRefused"
>;

export interface RoleSeatOptions {
  readonly configure: Configure;
  /** How this role signs in; default as `configure.link` says. */
  readonly signIn?: RoleLink;
  readonly system: CompiledSystem;
  readonly role: string;
  readonly definition: RoleDefinition;
  readonly held: HeldDeliveries;
  readonly supervisor: ActorSupervisor;
  readonly failpoint?: HopPorts["failpoint"];
  readonly tracer?: HopPorts["tracer"];
  /** Takes a line for each message that was handled; absent = nobody reads them. */
  readonly logMessage?: ((line: string) => void) | undefined;
  readonly dead: DeadIncarnations;
  readonly suspects: Suspects;
  readonly blobs: Blobs;
  /** One of its replicas takes messages now, or takes none any more. */
  readonly onTaking: () => void;
  /** Questions to the node; absent = there is none. */
  readonly asks?: Pick<NodeAsks, "ask">;
  /** Says that these called hops are not waited for any more. */
  readonly endHops: (task: TaskId, hops: readonly HopId[]) => void;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
}

/** A role's place in a host: one connection with that role's rights, shared by all replicas of the role and of its variants. */
export class RoleSeat {
  readonly running: RunningHops;
  readonly #options: RoleSeatOptions;
  readonly #link: Link;
  readonly #publisher: Publisher;
  readonly #hints: LiveHints;
  readonly #ports: HopPorts;
  readonly #closed = new AbortController();
  #revoked: ReadonlySet<string> = new Set();

  private constructor(options: RoleSeatOptions, link: Link) {
    const { configure, role, clock, logger } = options;
    const subjects = new Subjects(configure.system);
    this.#options = options;
    this.#link = link;
    this.#hints = new LiveHints(clock, (hint) => this.#say(subjects.live(role), JSON.stringify(hint)));
    this.#publisher = createPublisher(link, { clock });
    this.running = new RunningHops({ clock });
    this.#ports = this.#buildPorts(subjects);
    void this.running.run(this.#closed.signal);
    void guardDisconnects(link, clock, DISCONNECT_LIMIT_MS, () => {
      logger.error({ role, running: this.running.size }, "NATS is gone for too long; running hops are aborted");
      this.running.abortAll("disconnected");
    });
  }

  /** Connects. Throws what {@link openLink} throws. */
  static async open(options: RoleSeatOptions): Promise<RoleSeat> {
    const { configure, role, logger, clock } = options;
    const link = await openLink({
      ...(options.signIn ?? configure.link),
      name: `${configure.node}/${configure.deployment.version}/${role}`,
      logger,
      clock,
    });
    return new RoleSeat(options, link);
  }

  /** A replica of this role; it does not pull before it is started. */
  replica(id: string, spec: ReplicaSpec): Replica {
    const { configure, definition, held, supervisor, onTaking, logMessage, clock, logger } = this.#options;
    const role = this.#hopRole(spec);
    return new Replica({
      id,
      spec,
      link: this.#link,
      stream: role.subjects.logStream(0),
      durable: role.subjects.durable(role.version, role.mailbox),
      definition,
      role,
      ports: this.#ports,
      held,
      supervisor,
      onTaking,
      measure: measureHops({ ...role, clock, isMeasured: configure.telemetry?.isMeasured === true, logMessage }),
      clock,
      logger: logger.child({ replica: id }),
    });
  }

  /** Takes the edges that the role has lost, all of them: hops that run are held to it as well. */
  cut(revoked: readonly string[]): void {
    this.#revoked = new Set(revoked);
  }

  /** Resolves when everything that the server had sent before is in hand: it answers in order. Rejects when the connection is closed. */
  catchUp(): Promise<void> {
    this.#link.outbox.flush();
    return this.#link.nc.flush();
  }

  /** Signs in again, with the credentials of now. */
  renew(): Promise<void> {
    return this.#link.renewal.renew();
  }

  async close(): Promise<void> {
    this.#closed.abort();
    this.#hints.flush();
    this.#publisher.close();
    await this.#link.close();
  }

  #hopRole({ variant }: ReplicaSpec): Omit<HopRole, "instance"> {
    const { configure, system, role, definition } = this.#options;
    const { version, hopKeys, manifest } = configure.deployment;
    const compiled = system.roles.get(role);
    const key = hopKeys[role];
    if (!compiled || key === undefined || !isVersion(version)) {
      throw new TroupeError("invalid_config", `deployment ${version} has no role ${role}, or no key for it`);
    }
    return {
      subjects: new Subjects(configure.system),
      version,
      role,
      mailbox: variant === undefined ? role : `${role}_${variant}`,
      hopKey: Buffer.from(key, "hex"),
      node: configure.node,
      incarnation: configure.incarnation,
      targets: compiled.targets,
      escalation: system.escalation,
      limits: manifest.limits,
      retry: compiled.manifest.retry,
      timeoutMs: compiled.manifest.timeoutMs,
      stuckAfterMs: compiled.manifest.stuckAfterMs,
      accepts: definition.accepts,
      approvals: manifest.approvals,
      edgeApprovals: compiled.manifest.approvals,
      taint: taintRulesOf(manifest, role),
      guard: guardOf(manifest, role, definition),
      rules: compileRules(manifest.escalationRules, definition.ruleFunctions),
      mailboxOf: (to, requires) => {
        const receiver = system.roles.get(to);
        return (receiver && mailboxFor(receiver, requires)?.name) ?? to;
      },
    };
  }

  #buildPorts(subjects: Subjects): HopPorts {
    const { role: owner, clock, random, dead, blobs, asks, endHops, failpoint, tracer, logger } = this.#options;
    const executor = Buffer.from(random.bytes(6)).toString("base64url");
    let executions = 0;
    return {
      log: createJetStreamLog({ link: this.#link, publisher: this.#publisher, subjects }),
      clock,
      random,
      running: this.running,
      suspects: this.#options.suspects,
      joins: new JoinTurns(),
      logger: logger.child({ part: "hop", role: owner }),
      maxAgeMs: MAX_DELIVERY_AGE_MS,
      nonce: () => `${executor}${(executions++).toString(36)}`,
      largeBodies: { put: (bytes) => blobs.put(owner, bytes), get: (ref) => blobs.get(ref) },
      seals: asks && this.#seals(asks),
      askNode: asks && ((task, service, body) => asks.ask({ service, role: owner, task, body })),
      endHops,
      failpoint,
      tracer,
      isRevoked: (to) => this.#revoked.has(to),
      onGuardrail: measureGuardrails(owner),
      isDead: (node, incarnation) => dead.has(node, incarnation),
      hint: (task) => this.#hints.add(task),
      token: (task, hop, role, text) => {
        if (text.length <= INLINE_BODY_BYTES / 4) this.#say(subjects.tokens(task, hop), JSON.stringify({ role, text }));
      },
    };
  }

  #seals(asks: Pick<NodeAsks, "ask">): RoleSeals {
    const { configure, role, clock, random, logger } = this.#options;
    const { manifest } = configure.deployment;
    return new RoleSeals({
      manifest,
      role,
      ask: (service, body) => asks.ask({ service, role, body }),
      clock,
      random,
      logger,
    });
  }

  /** For watchers; may be lost, so a closed connection is nothing to report. */
  #say(subject: string, body: string): void {
    try {
      this.#link.nc.publish(subject, body);
    } catch (error) {
      this.#options.logger.debug({ subject, reason: messageOf(error) }, "not published");
    }
  }
}
