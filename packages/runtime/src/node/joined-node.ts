/** What a node has only while it is part of the system: what works on its connection, and its hosts. */
import { nodeLinkName } from "../contracts/link-names.ts";
import type { Subjects } from "../contracts/subjects.ts";
import { type Link, openLink } from "../nats/connection.ts";
import { Announcements } from "./announcements.ts";
import { BlobBroker } from "./blob-broker.ts";
import { Broker } from "./broker.ts";
import { childHosts } from "./child-host.ts";
import { DesiredState } from "./desired-state.ts";
import { HostCode } from "./host-code.ts";
import { HostFleet } from "./host-fleet.ts";
import { HostTelemetry } from "./host-telemetry.ts";
import { inlineHosts } from "./inline-host.ts";
import type { ResolvedNodeOptions } from "./node-options.ts";
import { roleCredentialsOf } from "./role-credentials.ts";

/** One life of a node. */
export interface NodeIdentity {
  readonly name: string;
  readonly incarnation: string;
  readonly subjects: Subjects;
  readonly options: ResolvedNodeOptions;
}

export interface JoinedNodePorts {
  /** Aborted at the end of this life. */
  readonly signal: AbortSignal;
  /** Something may have to be started or ended. */
  readonly onChange: () => void;
  /** There is something new to say of the replicas. */
  readonly onReplicas: () => void;
}

export interface JoinedNode {
  readonly link: Link;
  readonly announcements: Announcements;
  readonly desired: DesiredState;
  readonly fleet: HostFleet;
  readonly blobs: BlobBroker;
  readonly broker: Broker;
}

/** `link` is for heartbeats and notices, which never wait behind payloads. */
export function joinedNode(link: Link, identity: NodeIdentity, ports: JoinedNodePorts): JoinedNode {
  const { name: node, subjects, options } = identity;
  const { clock, logger } = options;
  const desired = new DesiredState({ link, subjects, node, clock, logger });
  const openBrokerLink = () => openNodeLink(options, `${nodeLinkName(node)}/broker`);
  const blobs = new BlobBroker(openBrokerLink, subjects, clock);
  const broker = openBroker(identity, openBrokerLink, desired);
  const announcements = new Announcements({ link, subjects, clock, logger });
  const fleet = openFleet(identity, ports, { link, announcements, desired, blobs, broker });
  return { link, announcements, desired, fleet, blobs, broker };
}

/** A connection with the node's own rights. */
export const openNodeLink = ({ nodeLink, logger, clock }: ResolvedNodeOptions, name: string): Promise<Link> =>
  openLink({ ...nodeLink, name, logger, clock });

function openBroker(
  { name, incarnation, subjects, options }: NodeIdentity,
  openBrokerLink: () => Promise<Link>,
  desired: DesiredState,
): Broker {
  const { brokerServices, clock, random, logger } = options;
  return new Broker(brokerServices, {
    openLink: openBrokerLink,
    subjects,
    clock,
    random,
    logger,
    node: name,
    incarnation,
    deploymentOf: (version) => desired.deploymentOf(version),
  });
}

function openFleet(
  { name: node, incarnation, subjects, options }: NodeIdentity,
  { signal, onChange, onReplicas }: JoinedNodePorts,
  { link, announcements, desired, blobs, broker }: Omit<JoinedNode, "fleet">,
): HostFleet {
  const { system, hostLink, loader, isolation, drainLimitMs, hostSilenceMs } = options;
  const { clock, random, logger, memoryBytes, tracing, metrics, hostOutput, roleKeys } = options;
  const telemetry = new HostTelemetry(tracing, metrics !== undefined, options.messageLog);
  const code = options.bundles && new HostCode(options.bundles, (bundle) => blobs.bundle(bundle), clock);
  const fleet = new HostFleet({
    telemetry,
    system,
    node,
    incarnation,
    hostLink,
    loader,
    bundleOf: async (source) => code?.of(source),
    drainLimitMs,
    startHost:
      isolation === "process" ? childHosts(logger, hostOutput) : inlineHosts({ clock, random, logger, memoryBytes }),
    deploymentOf: (version) => desired.deploymentOf(version),
    credentials: roleCredentialsOf(roleKeys, { link, subjects, node, onDue: onChange, signal, clock, logger }),
    blobs,
    broker,
    onHopsEnded: (task, hops) => announcements.hopsEnded(task, hops),
    giveBack: (held) => announcements.giveBack(held),
    onDeath: (died) => {
      metrics?.hostDied();
      announcements.hostDied(died);
    },
    onChange,
    onReplicas,
    silenceLimitMs: hostSilenceMs,
    clock,
    random,
    logger,
  });
  metrics?.follow(() => ({
    count: fleet.pids.length,
    figures: telemetry.figures,
    budgets: broker.budgetUses(),
  }));
  return fleet;
}
