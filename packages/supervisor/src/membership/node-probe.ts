import { NoRespondersError, RequestError } from "@nats-io/nats-core";
import type { Clock, Link, Subjects } from "@troupe/runtime/internal";
import type { Probe } from "./transitions.ts";

/** Asks a node whether it is there. `gone` is certain about the connection, not about the process. */
export type NodeProbe = (node: string, timeoutMs: number) => Promise<Exclude<Probe, "not_asked">>;

/** How long an answer may take where there is time. */
export const PROBE_TIMEOUT_MS = 1_000;
/** Nobody there is known at once; a request that was under way when its receiver died is never answered, so this is short. */
const QUICK_TIMEOUT_MS = 150;
/** By then a process that only lost its connection has it back. */
const RECONNECT_MS = 80;

/** Probes over the node's own service. */
export const nodeProbe =
  (link: Link, subjects: Subjects): NodeProbe =>
  (node, timeoutMs) =>
    serviceProbe(link, subjects.node(node, "probe"), timeoutMs);

/** Whether nobody is there any more: asked twice, with time for a reconnect in between. */
export async function hasGone(ask: (timeoutMs: number) => Promise<Probe>, clock: Clock): Promise<boolean> {
  if ((await ask(QUICK_TIMEOUT_MS)) === "answered") return false;
  await clock.sleep(RECONNECT_MS);
  return (await ask(QUICK_TIMEOUT_MS)) === "gone";
}

/** Asks a service whether somebody answers. */
export async function serviceProbe(
  link: Link,
  subject: string,
  timeoutMs: number,
): Promise<Exclude<Probe, "not_asked">> {
  try {
    await link.nc.request(subject, "", { timeout: timeoutMs });
    return "answered";
  } catch (error) {
    const isGone = error instanceof NoRespondersError || (error instanceof RequestError && error.isNoResponders());
    return isGone ? "gone" : "mute";
  }
}
