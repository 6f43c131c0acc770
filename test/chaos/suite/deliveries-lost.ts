import { jetstreamManager } from "@nats-io/jetstream";
import { directGetBatch } from "@troupe/runtime/internal";
import { hostsOf } from "../../support/host-processes.ts";
import type { ChaosBed } from "./bed.ts";
import type { Fault, Strike } from "./fault.ts";
import { beginLongSteps, WORKER } from "./long-steps.ts";

/** Longer than it takes to find who has the steps, and to strike. */
const WORK_MS = 3_000;

/**
 * The store forgets what it has delivered, and then those who had it die: messages that nobody will be given again unless somebody misses
 * them. Done by acks in the place of hosts that are stopped, and then killed.
 */
export const deliveriesLost: Fault = {
  name: "deliveries-lost",
  struck: "host",
  holdMs: [0, 0],
  async strike(bed, random): Promise<Strike> {
    const { node } = await beginLongSteps(bed, random, WORK_MS);
    const hosts = await hostsOf(node.process.pid);
    if (hosts.length === 0) throw new Error(`${node.name} has no host just now`);
    for (const host of hosts) process.kill(host, "SIGSTOP");
    let after: "SIGKILL" | "SIGCONT" = "SIGCONT";
    try {
      if ((await ackAll(bed)) === 0) throw new Error("nobody has a delivery just now");
      after = "SIGKILL";
      return { target: node.name, heal: async () => undefined };
    } finally {
      for (const host of hosts) process.kill(host, after);
    }
  },
};

/** Acks everything that hosts hold of the worker's mailbox. Returns how many messages may have been held. */
async function ackAll({ core, subjects }: ChaosBed): Promise<number> {
  const stream = subjects.logStream(0);
  const manager = await jetstreamManager(core.nc, { checkAPI: false });
  let acked = 0;
  for await (const { name, config, ack_floor: floor, delivered } of manager.consumers.list(stream)) {
    if (config.durable_name?.endsWith(`-${WORKER}`) !== true || config.filter_subject === undefined) continue;
    const query = { filter: config.filter_subject, from: floor.stream_seq + 1 };
    for await (const { sequence } of directGetBatch(core, stream, query)) {
      if (sequence > delivered.stream_seq) break;
      core.nc.publish(`$JS.ACK.${stream}.${name}.1.${sequence}.${delivered.consumer_seq}.1.0`, "+ACK");
      acked++;
    }
  }
  await core.nc.flush();
  return acked;
}
