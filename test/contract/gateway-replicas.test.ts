/** Two gateways behind a proxy that gives each connection to the next one, and cuts them. No node runs: the test writes the records. */
import assert from "node:assert/strict";
import { connect } from "node:net";
import { after, before, test } from "node:test";
import { seededRandom, systemRandom } from "@troupe/runtime/internal";
import { EventClient } from "../support/event-client.ts";
import { type GatewayBed, hopOf, startGatewayBed, writtenBy } from "../support/gateway-bed.ts";
import { opened, say } from "../support/played-task.ts";
import { RoundRobinProxy } from "../support/round-robin-proxy.ts";

const CLIENTS = 16;
const RECORDS = 16;

let bed: GatewayBed;
let gateways: readonly string[];

before(async () => {
  bed = await startGatewayBed();
  await bed.deploy("v1");
  gateways = [(await bed.gateway()).url, (await bed.gateway()).url];
});
after(() => bed[Symbol.asyncDispose]());

async function submit(gateway: string): Promise<string> {
  const answer = await fetch(`${gateway}/api/v1/tasks`, {
    method: "POST",
    body: JSON.stringify({ role: "router", input: "x" }),
  });
  assert.equal(answer.status, 202);
  return ((await answer.json()) as { task_id: string }).task_id;
}

const progress = (task: string, number: number) =>
  bed.write(task, hopOf(1), "router", `s.emit.${number}`, writtenBy("n1"), { name: "line", data: `line ${number}` });

test("streams that are cut at random go on at the other gateway, with no gap and no repeat", async (t) => {
  const seed = Math.floor(systemRandom.unit() * 2 ** 31);
  t.diagnostic(`seed ${seed}`);
  const random = seededRandom(seed);
  await using proxy = await RoundRobinProxy.start({
    targets: gateways,
    // Shorter than the stream: every client is cut at least once.
    cutAfterBytes: () => 400 + Math.floor(random.unit() * 2_000),
  });
  const task = await submit(gateways[0] ?? "");
  const clients = Array.from({ length: CLIENTS }, () => new EventClient(proxy.url, task));
  await Promise.all(clients.map((client) => client.opened));
  for (let number = 1; number <= RECORDS; number++) await progress(task, number);
  await bed.done(task);
  await Promise.all(clients.map((client) => client.ended));

  using whole = new EventClient(gateways[1] ?? "", task);
  await whole.ended;
  assert.equal(whole.seen.length, RECORDS + 2);
  for (const { seen } of clients) assert.deepEqual(seen, whole.seen);
  assert.ok(proxy.cuts >= CLIENTS, `${proxy.cuts} cuts`);
  assert.ok(
    proxy.taken.every((count) => count >= CLIENTS),
    String(proxy.taken),
  );
});

test("a client that does not read is told what it missed, and has every record all the same", async () => {
  const [gateway = ""] = gateways;
  const task = await submit(gateway);
  const { hostname, port } = new URL(gateway);
  const socket = connect(Number(port), hostname);
  socket.write(`GET /api/v1/tasks/${task}/events HTTP/1.1\r\nHost: ${hostname}:${port}\r\nConnection: close\r\n\r\n`);
  await opened(bed, task);
  socket.pause();
  // More than sockets and buffers hold.
  const text = "x".repeat(4_100);
  for (let sent = 0; sent < 4_500; sent++) {
    say(bed, task, "router", 1, text);
    if (sent % 100 === 0) await bed.core.nc.flush();
  }
  await progress(task, 1);
  await bed.done(task);
  let answer = "";
  for await (const chunk of socket) answer += String(chunk);
  const frames = answer.split("\n\n").map((frame) => frame.replaceAll(text, "…"));
  const types = frames.flatMap((frame) => /event: (\w+)/.exec(frame)?.[1] ?? []);
  assert.ok(types.filter((type) => type === "token").length < 4_000, String(types.length));
  const gap = frames.find((frame) => frame.includes("event: gap"));
  assert.match(gap ?? "no gap", /"reason":"\d+ token chunks were dropped/);
  assert.deepEqual(
    types.filter((type) => type !== "token" && type !== "gap"),
    ["accepted", "progress", "done"],
  );
});
