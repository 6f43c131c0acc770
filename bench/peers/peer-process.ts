import { fork, spawn } from "node:child_process";
import { once } from "node:events";
import { connect } from "node:net";
import { join } from "node:path";
import { setTimeout as timer } from "node:timers/promises";
import { messageOf, startGuarded } from "@troupe/runtime/internal";
import type { Probes } from "../chain.ts";
import { usageOf } from "../server-usage.ts";
import { WorkerProcess } from "../worker-process.ts";
import type { PeerPlace } from "./peer.ts";

const START_MS = 120_000;
const STDIO = ["ignore", "inherit", "inherit", "ipc"] as const;

/** A part of a peer's relay in a process of its own: one of its roles, its client, or a server of its library. */
export interface PartCommand {
  readonly part: string;
  /** A module of ours, or a Python program. */
  readonly program: string;
  readonly args: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
}

/** Starts a part and waits until it says that it has joined. */
export async function startPart(
  { opened }: PeerPlace,
  { part, program, args, env }: PartCommand,
): Promise<WorkerProcess> {
  const options = { stdio: [...STDIO], env: { ...process.env, ...env } };
  const child = program.endsWith(".py")
    ? spawn("python3", [program, part, ...args], options)
    : fork(program, [part, ...args], options);
  const worker = new WorkerProcess(part, child);
  opened.defer(() => worker.stop());
  await worker.next("joined", START_MS);
  return worker;
}

/** Starts a server that ends with this process, however that ends. Returns its process id. */
export async function startServer(
  { store, opened }: PeerPlace,
  command: string,
  args: readonly string[],
): Promise<number> {
  const server = await startGuarded({ command, args, outputFile: join(store, "server.log") });
  opened.defer(() => server.stop());
  return server.pid;
}

/** Tries until it works. */
export async function eventually(what: string, attempt: () => Promise<unknown>): Promise<void> {
  for (const deadline = performance.now() + START_MS; ; ) {
    try {
      await attempt();
      return;
    } catch (error) {
      if (performance.now() > deadline) throw new Error(`${what}: ${messageOf(error)}`, { cause: error });
      await timer(200);
    }
  }
}

/** Waits until something listens on the port of this machine. */
export async function untilListening(port: number): Promise<void> {
  await eventually(`port ${port}`, async () => {
    const socket = connect(port, "127.0.0.1");
    await once(socket, "connect");
    socket.destroy();
  });
}

/** How to ask for the usage of processes, by name. */
export const probesOf = (pids: Readonly<Record<string, number | undefined>>): Probes =>
  Object.fromEntries(Object.entries(pids).map(([name, pid]) => [name, () => usageOf(pid ?? 0)]));
