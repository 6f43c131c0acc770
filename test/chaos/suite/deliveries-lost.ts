import { handBackSubject } from "@troupe/runtime/internal";
import { outstanding, QueueReader } from "@troupe/supervisor/internal";
import { hostsOf } from "../../support/host-processes.ts";
import type { ChaosBed } from "./bed.ts";
import { type Fault, MissedStrike, type Strike } from "./fault.ts";
import { beginLongSteps, WORKER } from "./long-steps.ts";

/** Longer than it takes to find who has the steps, and to strike. */
const WORK_MS = 3_000;

/**
 * The store forgets what it has delivered, and then those who had it die: messages that nobody will be given again unless somebody misses
 * them. Done by acks in the place of hosts that are stopped, and then killed.
 */
export const deliveriesLost: Fault = {
  name: "deliveries-lost",
  // All hosts of one node die, and whoever else strikes a node must not find them dead.
  struck: "node",
  holdMs: [0, 0],
  async strike(bed, random): Promise<Strike> {
    const { node } = await beginLongSteps(bed, random, WORK_MS);
    const hosts = await hostsOf(node.process.pid);
    if (hosts.length === 0) throw new Error(`${node.name} has no host just now`);
    for (const host of hosts) process.kill(host, "SIGSTOP");
    let after: "SIGKILL" | "SIGCONT" = "SIGCONT";
    try {
      if ((await ackAll(bed)) === 0) throw new MissedStrike(node.name, "nobody has a delivery just now");
      after = "SIGKILL";
      return { target: node.name, heal: async () => undefined };
    } finally {
      for (const host of hosts) process.kill(host, after);
    }
  },
};

/** Acks everything that hosts may hold of the worker's mailbox. Returns how many messages that are. */
async function ackAll({ core: link, subjects }: ChaosBed): Promise<number> {
  let acked = 0;
  for (const queue of await new QueueReader(link, subjects, 1).read()) {
    if (queue.mailbox !== WORKER) continue;
    const stream = subjects.logStream(queue.shard);
    for (const sequence of await outstanding(link, stream, queue)) {
      link.nc.publish(handBackSubject(stream, queue.durable, sequence, queue.consumerSequence), "+ACK");
      acked++;
    }
  }
  await link.nc.flush();
  return acked;
}
