import { NoRespondersError, RequestError } from "@nats-io/nats-core";
import type { Link, Subjects } from "@troupe/runtime/internal";
import type { Probe } from "./transitions.ts";

/** Asks a node whether it is there. `gone` is certain about the connection, not about the process. */
export type NodeProbe = (node: string) => Promise<Probe>;

const PROBE_TIMEOUT_MS = 1_000;

/** Probes over the node's own service. */
export const nodeProbe =
  (link: Link, subjects: Subjects): NodeProbe =>
  (node) =>
    serviceProbe(link, subjects.node(node, "probe"));

/** Asks a service whether somebody answers. */
export async function serviceProbe(link: Link, subject: string): Promise<Exclude<Probe, "not_asked">> {
  try {
    await link.nc.request(subject, "", { timeout: PROBE_TIMEOUT_MS });
    return "answered";
  } catch (error) {
    const isGone = error instanceof NoRespondersError || (error instanceof RequestError && error.isNoResponders());
    return isGone ? "gone" : "mute";
  }
}
