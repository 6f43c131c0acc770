import { setTimeout as timer } from "node:timers/promises";
import { hostsOf } from "../../test/support/host-processes.ts";
import { violationsOf } from "../../test/support/invariants.ts";
import { nextSequence, readHistory } from "../../test/support/read-history.ts";
import { RELAY_FILE } from "../../test/support/relay-file.ts";
import { relayLoad } from "../../test/support/relay-load.ts";
import { Stack, until } from "../../test/support/stack.ts";
import { type Kill, takeOversAfter } from "../../test/support/take-overs.ts";
import type { FaultName } from "./settings.ts";
import { Supervisors } from "./supervisors.ts";

const NODES = 3;
const IN_FLIGHT = 64;
/** One journaled step of 200 ms: nearly every task is in it when the kill comes. */
const WORK_MS = 200;
/** How long a load runs before a kill, and after it until everything that was struck must have come back. */
const WARM_UP_MS = 1_200;
const SETTLE_MS = 2_500;
/** As long, where only `ack_wait` (6 s) helps. */
const SETTLE_ALONE_MS = 9_000;
const FREEZE_MS = 8_000;
/** What the thawed processes may try to write afterwards. */
const THAWED_MS = 2_000;
const DRAIN_MS = 30_000;

/** What the kills of one sort led to. */
export interface Outcome {
  readonly fault: FaultName;
  readonly kills: number;
  readonly delaysMs: readonly number[];
  readonly needless: number;
  /** What the checker found in the log: nothing, or the figures mean nothing. */
  readonly violations: readonly string[];
}

const flagsOf = (fault: FaultName): readonly string[] =>
  fault === "node-silent" ? ["--disconnect-events", "off"] : [];

/** Kills again and again; each kill has its own load and is judged by the log alone. */
export async function measureFault(fault: FaultName, kills: number, note: (text: string) => void): Promise<Outcome> {
  await using stack = await Stack.start({ system: "failover", nodes: NODES, systemFile: RELAY_FILE });
  await stack.supervisor.stop();
  await using supervisors = await Supervisors.open(stack, flagsOf(fault));
  const delaysMs: number[] = [];
  const violations: string[] = [];
  let needless = 0;
  for (let i = 0; i < kills; i++) {
    await stack.isWhole();
    if (fault === "leader") {
      delaysMs.push(await killLeader(supervisors));
      await supervisors.start();
    } else {
      const result = await killUnderLoad(stack, supervisors, fault, i % NODES);
      delaysMs.push(...result.delaysMs);
      needless += result.needless;
      violations.push(...result.violations);
    }
    note(`${fault}: kill ${i + 1} of ${kills}, ${delaysMs.length} figures`);
  }
  return { fault, kills, delaysMs, needless, violations };
}

/** How long nobody answers as the leader, ms. */
async function killLeader(supervisors: Supervisors): Promise<number> {
  const leader = await supervisors.leader();
  if (leader === undefined) throw new Error("nobody leads");
  const atMs = performance.now();
  await supervisors.kill(leader);
  await until("another leader", 30_000, async () => {
    const next = await supervisors.leader();
    return next !== undefined && next !== leader;
  });
  return performance.now() - atMs;
}

async function killUnderLoad(stack: Stack, supervisors: Supervisors, fault: FaultName, index: number) {
  const { subjects, core } = stack;
  const from = await nextSequence(core, subjects);
  await using load = await relayLoad(stack, IN_FLIGHT, WORK_MS);
  if (fault === "node-alone") await supervisors.killAll();
  load.start();
  await timer(WARM_UP_MS);
  const kill = await strike(stack, fault, index);
  await timer(fault === "node-alone" ? SETTLE_ALONE_MS : SETTLE_MS);
  await load.drain(DRAIN_MS);
  const { history } = await readHistory(core, subjects, from);
  if (fault === "node-alone") await supervisors.start();
  const node = stack.nodes[index];
  if (node && !node.isRunning) node.start();
  const violations = violationsOf(history, load.accepted).map(({ invariant, detail }) => `${invariant}: ${detail}`);
  return { ...takeOversAfter(history, kill), violations };
}

function strike(stack: Stack, fault: FaultName, index: number): Promise<Kill> {
  if (fault === "host") return killHosts(stack, index);
  return fault === "node-frozen" ? freezeNode(stack, index) : killNode(stack, index);
}

/** Stops all processes of a node at once, and lets them go on when everybody has taken them for dead. */
async function freezeNode(stack: Stack, index: number): Promise<Kill> {
  const { name: node, pid } = partOf(stack, index);
  const atMs = Date.now();
  process.kill(-pid, "SIGSTOP");
  await timer(FREEZE_MS);
  const thawedAtMs = Date.now();
  process.kill(-pid, "SIGCONT");
  await timer(THAWED_MS);
  return { node, atMs, thawedAtMs };
}

async function killNode(stack: Stack, index: number): Promise<Kill> {
  const node = partOf(stack, index);
  const atMs = Date.now();
  await node.killGroup();
  return { node: node.name, atMs };
}

async function killHosts(stack: Stack, index: number): Promise<Kill> {
  const node = partOf(stack, index);
  const hosts = await hostsOf(node.pid);
  const atMs = Date.now();
  for (const pid of hosts) process.kill(pid, "SIGKILL");
  return { node: node.name, atMs };
}

function partOf(stack: Stack, index: number) {
  const node = stack.nodes[index];
  if (!node) throw new RangeError(`no node ${index}`);
  return node;
}
