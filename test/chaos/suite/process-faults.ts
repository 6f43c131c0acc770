/** Processes that end, or stop for a while. */
import { readFile } from "node:fs/promises";
import { setTimeout as timer } from "node:timers/promises";
import type { Random } from "@troupe/runtime/internal";
import { oneOf } from "@troupe/runtime/internal-testing";
import { hostsOf } from "../../support/host-processes.ts";
import { until } from "../../support/stack.ts";
import type { ChaosBed } from "./bed.ts";
import type { Fault, Strike } from "./fault.ts";
import type { Part } from "./part.ts";

/** A deadline, not a claim: on a machine at its limit a node needs half a minute. */
const BACK_MS = 120_000;

export type PartKind = "node" | "supervisor" | "gateway";

const partsOf = (bed: ChaosBed, kind: PartKind): readonly Part[] =>
  kind === "node" ? bed.nodes : kind === "supervisor" ? bed.supervisors : bed.gateways;

/** A part of a kind; of supervisors half the time the one that leads, since the others do little. */
export async function victim(bed: ChaosBed, kind: PartKind, random: Random): Promise<Part> {
  const one = oneOf(partsOf(bed, kind), random);
  if (kind !== "supervisor" || random.unit() < 0.5) return one;
  const leader = await bed.health().catch(() => undefined);
  return bed.supervisors.find(({ name }) => name === leader?.supervisor.id) ?? one;
}

/** kill -9 of a part and all that it started; it is started again when it is healed. */
export const killed = (kind: PartKind): Fault => ({
  name: `${kind}-killed`,
  struck: kind,
  holdMs: [0, 4_000],
  async strike(bed, random): Promise<Strike> {
    const { name, process } = await victim(bed, kind, random);
    await process.killGroup();
    return { target: name, heal: async () => process.start() };
  },
});

/** SIGSTOP of a part and all that it started, SIGCONT when it is healed. */
export const frozen = (kind: PartKind): Fault => ({
  name: `${kind}-frozen`,
  struck: kind,
  holdMs: [500, 12_000],
  async strike(bed, random): Promise<Strike> {
    const { name, process: part } = await victim(bed, kind, random);
    const { pid } = part;
    process.kill(-pid, "SIGSTOP");
    let hasStood = false;
    return {
      target: name,
      async heal() {
        hasStood = await isStopped(pid);
        process.kill(-pid, "SIGCONT");
      },
      unseen: () => (hasStood ? undefined : "it did not stand still"),
    };
  },
});

/** kill -9 of the hosts of a node: their node starts them again. */
export const hostKilled: Fault = {
  name: "host-killed",
  struck: "host",
  holdMs: [0, 0],
  async strike(bed, random): Promise<Strike> {
    const running = bed.nodes.filter(({ process: part }) => part.isRunning);
    const { name, process: node } = oneOf(running, random);
    const hosts = await hostsOf(node.pid);
    if (hosts.length === 0) throw new Error(`${name} has no host just now`);
    for (const host of hosts) process.kill(host, "SIGKILL");
    return { target: name, heal: async () => undefined };
  },
};

/** A node drains, ends and is started again. */
export const nodeRestarted: Fault = {
  name: "node-restarted",
  struck: "node",
  holdMs: [0, 0],
  async strike(bed, random): Promise<Strike> {
    const node = oneOf(bed.nodes, random);
    node.process.signal("SIGTERM");
    return { target: node.name, heal: () => startedAgain(node) };
  },
};

/** One node after the other, each when the one before it is back: as machines are updated. */
export const rollingRestart: Fault = {
  name: "rolling-restart",
  struck: "node",
  holdMs: [0, 0],
  async strike(bed): Promise<Strike> {
    const before = bed.nodes.map((node) => node.process.pid);
    return {
      target: "node",
      async heal() {
        for (const node of bed.nodes) {
          node.process.signal("SIGTERM");
          await startedAgain(node);
          await bed.areNodesUp(BACK_MS);
        }
      },
      unseen: () => (bed.nodes.some((node, i) => node.process.pid === before[i]) ? "a node was left out" : undefined),
    };
  },
};

/** Waits for a part that was told to end, and starts it again. */
async function startedAgain({ name, process: part }: Part): Promise<void> {
  const ended = await Promise.race([part.ended(), timer(BACK_MS, "late", { ref: false })]);
  if (ended === "late") throw new Error(`${name} does not end after SIGTERM`);
  part.start();
}

/** Whether a process stands still (Linux). */
async function isStopped(pid: number): Promise<boolean> {
  return /^State:\s+T/m.test(await readFile(`/proc/${pid}/status`, "utf8"));
}

/** kill -9 of a nats-server: its guard starts it again on the same store. */
export const serverKilled: Fault = {
  name: "server-killed",
  struck: "server",
  holdMs: [0, 0],
  async strike({ store }, random): Promise<Strike> {
    const server = oneOf(store.servers, random);
    const before = server.pid;
    if (before === 0) throw new Error(`${server.name} is not running`);
    process.kill(before, "SIGKILL");
    return {
      target: server.name,
      heal: () => until("another nats-server", BACK_MS, async () => server.pid !== before && server.pid > 0),
    };
  },
};

/** SIGSTOP of a nats-server: where it is the only one, everything waits. */
export const serverFrozen: Fault = {
  name: "server-frozen",
  struck: "server",
  holdMs: [500, 5_000],
  async strike({ store }, random): Promise<Strike> {
    const { name, pid } = oneOf(store.servers, random);
    if (pid === 0) throw new Error(`${name} is not running`);
    process.kill(pid, "SIGSTOP");
    let hasStood = false;
    return {
      target: name,
      async heal() {
        hasStood = await isStopped(pid);
        process.kill(pid, "SIGCONT");
      },
      unseen: () => (hasStood ? undefined : "it did not stand still"),
    };
  },
};
