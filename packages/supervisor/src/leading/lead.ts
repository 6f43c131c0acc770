/** A term from its first request to its last round. */
import { ensureMailboxes, serve, TroupeError } from "@troupe/runtime/internal";
import { type AuditSigning, sealAudit } from "../audit/seal-audit.ts";
import { requireVersion } from "../desired/deploy.ts";
import { untilAnswered } from "../loop.ts";
import { mailboxesOf } from "../placement/wanted.ts";
import { keepCluster } from "./cluster-keeping.ts";
import type { LeadingPorts } from "./leading-ports.ts";
import { keepTasks } from "./task-keeping.ts";

/** A term begins with some requests to the store, each of which may meet an election there; by then another supervisor may try. */
const BEGIN_MS = 20_000;

/** A term that has begun. */
export interface Led {
  /** Ends when everything of the term has. */
  readonly done: Promise<unknown>;
}

/**
 * Begins a term; resolves when the supervisor answers. A store that is between leaders is asked again for 20 s. What was begun has ended when
 * it throws.
 */
export async function lead(term: LeadingPorts, signing: AuditSigning): Promise<Led> {
  const { id, epoch, controlLink, events } = term;
  const beginning = serveBeginning(term);
  let led: Led;
  try {
    led = await untilAnswered("the beginning of a term", BEGIN_MS, term, () => begin(term, signing));
  } finally {
    void beginning.stop();
  }
  // Whoever is told that this supervisor leads may ask it at once: the server must know its subscriptions. It does after a reconnect anyway.
  await controlLink.nc.flush().catch(() => undefined);
  events.record({ name: "leader", about: id, reason: `leads with epoch ${epoch}` });
  return led;
}

async function begin(term: LeadingPorts, signing: AuditSigning): Promise<Led> {
  const givenUp = new AbortController();
  const ports = { ...term, signal: AbortSignal.any([term.signal, givenUp.signal]) };
  const begun: Promise<unknown>[] = [];
  try {
    const { desired, deployments } = await ports.store.refresh();
    for (const version of desired ? [desired.current, ...desired.draining] : []) {
      const deployment = deployments.get(version);
      if (!deployment) continue;
      await ensureMailboxes(ports.controlLink, ports.resources, requireVersion(version), mailboxesOf(deployment));
    }
    const sealing = sealAudit(ports, signing);
    const tasks = keepTasks(ports);
    begun.push(sealing.done, tasks.done);
    begun.push((await keepCluster(ports, tasks, sealing)).done);
    return { done: Promise.allSettled(begun) };
  } catch (error) {
    givenUp.abort();
    await Promise.allSettled(begun);
    throw error;
  }
}

/** Says that somebody leads while nobody can answer yet: a standby that found nobody would take the lease. */
function serveBeginning({ controlLink, subjects, system, id, logger, clock }: LeadingPorts) {
  const refuse = () => {
    throw new TroupeError("unavailable", `supervisor ${id} has just begun to lead`);
  };
  return serve(controlLink, {
    name: "troupe-supervisor",
    version: "0.1.0",
    description: `Control plane of the system ${system}, not ready yet`,
    metadata: { system, supervisor: id },
    logger,
    clock,
    endpoints: { health: { subject: subjects.supervisor("health"), handle: refuse } },
  });
}
