/** A thousand open event streams on two gateways behind a proxy; one gateway is killed with `kill -9`. */
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { EventClient } from "../support/event-client.ts";
import { type GatewayBed, hopOf, startGatewayBed, writtenBy } from "../support/gateway-bed.ts";
import { PartProcess } from "../support/part-process.ts";
import { RoundRobinProxy } from "../support/round-robin-proxy.ts";
import { until } from "../support/stack.ts";

const STREAMS = 1_000;
const TASKS = 50;
/** A gateway holds a stream with its subscriptions, its sockets' buffers and what it last read. */
const MOST_KIB_A_STREAM = 256;

let bed: GatewayBed;
let gateways: readonly PartProcess[];

before(async () => {
  bed = await startGatewayBed();
  await bed.deploy("v1");
  const reach = ["--nats", bed.server.url, "--system", "demo", "--keys", join(bed.server.storeDir, "keys.json")];
  gateways = [1, 2].map((n) => new PartProcess(`gateway-${n}`, ["gateway", ...reach, "--port", "0"]));
  for (const gateway of gateways) gateway.start();
});
after(async () => {
  await Promise.all(gateways.map((gateway) => gateway.stop()));
  await bed[Symbol.asyncDispose]();
});

async function addressOf(gateway: PartProcess): Promise<string> {
  let url: string | undefined;
  await until("the gateway's address", 20_000, async () => {
    url = /gateway at (\S+)/.exec(gateway.log)?.[1];
    return url !== undefined;
  });
  return url ?? "";
}

async function submit(gateway: string): Promise<string> {
  const answer = await fetch(`${gateway}/api/v1/tasks`, {
    method: "POST",
    body: JSON.stringify({ role: "router", input: "x" }),
  });
  assert.equal(answer.status, 202);
  return ((await answer.json()) as { task_id: string }).task_id;
}

async function residentKib(gateway: PartProcess): Promise<number> {
  return Number(/VmRSS:\s+(\d+)/.exec(await readFile(`/proc/${gateway.pid}/status`, "utf8"))?.[1]);
}

const mib = (kib: number) => `${Math.round(kib / 1_024)} MiB`;

test("every client of a thousand streams finishes after one of two gateways is killed", async (t) => {
  const [killed, left] = gateways;
  assert.ok(killed && left);
  const targets = await Promise.all(gateways.map(addressOf));
  const tasks: string[] = [];
  for (let n = 0; n < TASKS; n++) tasks.push(await submit(targets[n % 2] ?? ""));
  const idle = await Promise.all(gateways.map(residentKib));

  await using proxy = await RoundRobinProxy.start({ targets });
  const clients = Array.from({ length: STREAMS }, (_, n) => new EventClient(proxy.url, tasks[n % TASKS] ?? ""));
  await Promise.all(clients.map((client) => client.opened));
  assert.deepEqual(proxy.taken, [STREAMS / 2, STREAMS / 2]);
  const open = await Promise.all(gateways.map(residentKib));

  await killed.killGroup();
  for (const task of tasks) {
    await bed.write(task, hopOf(1), "router", "s.emit.1", writtenBy("n1"), { name: "line", data: "x" });
    await bed.done(task);
  }
  await Promise.all(clients.map((client) => client.ended));

  for (const { seen } of clients) {
    assert.deepEqual(
      seen.map(({ type }) => type),
      ["accepted", "progress", "done"],
    );
  }
  const kibAStream = idle.map((kib, n) => ((open[n] ?? 0) - kib) / (STREAMS / 2));
  t.diagnostic(`resident before ${idle.map(mib).join(", ")}; ${STREAMS / 2} streams each ${open.map(mib).join(", ")}`);
  t.diagnostic(`all ${STREAMS} streams ended at the one that was left: ${mib(await residentKib(left))}`);
  for (const kib of kibAStream) assert.ok(kib < MOST_KIB_A_STREAM, `${kib} KiB a stream`);
});
