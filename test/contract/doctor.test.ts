/** `troupe doctor` against a real server and supervisor: each fault is made, and found with its remedy. */
import assert from "node:assert/strict";
import { once } from "node:events";
import { chmod, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { nkeys } from "@nats-io/transport-node";
import { type Clock, systemClock } from "@troupe/runtime";
import { rfc3339, serve } from "@troupe/runtime/internal";
import { z } from "zod";
import { runCommand } from "../support/cli-in-process.ts";
import { silentLogger, startTestServer } from "../support/nats-server.ts";
import { until } from "../support/stack.ts";
import { SupervisorBed } from "../support/supervisor-bed.ts";

const Finding = z.object({
  name: z.string(),
  status: z.enum(["ok", "skipped", "warning", "failed"]),
  text: z.string(),
  why: z.string().min(1).optional(),
  remedy: z.string().min(1).optional(),
});
type Finding = z.infer<typeof Finding>;

let bed: SupervisorBed;
before(async () => {
  bed = await SupervisorBed.start();
  await bed.supervisor();
  await bed.deploy();
});
after(() => bed[Symbol.asyncDispose]());

interface Visit {
  readonly code: number;
  readonly all: readonly Finding[];
  readonly of: (name: string) => Finding;
}

const keysFile = () => join(bed.server.storeDir, "keys.json");
const doctor = (variables: NodeJS.ProcessEnv = {}, isOperator = true) =>
  visit(bed.server.url, isOperator ? ["--keys", keysFile()] : [], variables);

async function visit(
  url: string,
  flags: readonly string[] = [],
  variables: NodeJS.ProcessEnv = {},
  clock: Clock = systemClock,
): Promise<Visit> {
  const args = ["doctor", "--json", "--nats", url, "--system", "bed", ...flags];
  const { code, stdout, stderr } = await runCommand(args, variables, undefined, clock);
  assert.notEqual(stdout, "", stderr);
  const all = z.object({ checks: z.array(Finding) }).parse(JSON.parse(stdout)).checks;
  for (const { status, text, why, remedy } of all)
    assert.equal(why !== undefined && remedy !== undefined, status === "warning" || status === "failed", text);
  const of = (name: string) => all.find((one) => one.name === name) ?? assert.fail(`no ${name}: ${stdout}`);
  return { code, all, of };
}

test("on a sound server and store everything that is not about nodes is fine", async () => {
  const { of } = await doctor();
  for (const name of ["nats", "server", "key files", "clock", "store", "durability", "room", "left-overs", "graph"])
    assert.equal(of(name).status, "ok", of(name).text);
  assert.match(of("server").text, /^nats-server 2\./);
  assert.equal(of("node clocks").status, "skipped");
});

test("the cluster's health is a finding: nobody runs what is deployed", async () => {
  const { code, of } = await doctor();
  assert.equal(of("supervisor").status, "failed");
  assert.match(of("supervisor").text, /no node is up/);
  assert.equal(code, 1);
});

/** Of a node whose clock is five minutes behind. */
const answerLate = (request: { respond: (body: unknown) => void }) =>
  request.respond({ v: 1, node: "n1", incarnation: "i1", at: rfc3339(Date.now() - 300_000) });

test("a node whose clock is wrong, and one that counts as up and is mute, are found by name", async () => {
  const stop = bed.beating({ node: "n1" });
  await until("n1 up", 10_000, async () => (await bed.ask<{ nodes: { up: number } }>("health")).nodes.up === 1);
  const mute = (await doctor()).of("node clocks");
  assert.equal(mute.status, "warning");
  assert.match(mute.text, /n1/);
  const subject = bed.subjects.node("n1", "probe");
  const about = { name: "probe", version: "0.0.1", description: "a node whose clock is wrong", logger: silentLogger };
  const probe = serve(bed.node, { ...about, endpoints: { probe: { subject, handle: answerLate } } });
  await bed.node.nc.flush();
  const wrong = (await doctor()).of("node clocks");
  assert.equal(wrong.status, "failed");
  assert.match(wrong.text, /n1: (299|300|301)\d{3} ms behind/);
  assert.match(wrong.remedy ?? "", /n1/);
  await probe.stop();
  stop();
});

test("a consumer, a bucket and a shard that belong to nothing are left over", async () => {
  const config = { durable_name: "v0-a", ack_policy: "explicit", filter_subject: "bed.log.0.v0.*.*.*.m.*.a" };
  await bed.jetstream("CONSUMER.DURABLE.CREATE.BED_LOG_0.v0-a", { stream_name: "BED_LOG_0", config });
  for (const name of ["KV_bed-old", "BED_LOG_5"])
    await bed.jetstream(`STREAM.CREATE.${name}`, { name, subjects: [`stray.${name}`], storage: "memory" });
  const found = (await doctor()).of("left-overs");
  assert.equal(found.status, "warning");
  for (const name of ["v0-a", "KV_bed-old", "BED_LOG_5"]) assert.ok(found.text.includes(name), found.text);
  await bed.jetstream("CONSUMER.DELETE.BED_LOG_0.v0-a");
  for (const name of ["KV_bed-old", "BED_LOG_5"]) await bed.jetstream(`STREAM.DELETE.${name}`);
  assert.equal((await doctor()).of("left-overs").status, "ok");
});

test("a stream with another setting than it was made with is found by name", async () => {
  const { config } = await bed.jetstream<{ config: Record<string, unknown> }>("STREAM.INFO.BED_CONTROL");
  const changed = await bed.jetstream<{ error?: object }>("STREAM.UPDATE.BED_CONTROL", {
    ...config,
    max_age: 3_600_000_000_000,
  });
  assert.equal(changed.error, undefined);
  const found = (await doctor()).of("store");
  assert.equal(found.status, "failed");
  assert.match(found.text, /BED_CONTROL has max_age/);
  await bed.jetstream("STREAM.UPDATE.BED_CONTROL", config);
});

test("a bucket that is not there is found by name, and a stream that is nearly full", async () => {
  const { config } = await bed.jetstream<{ config: Record<string, unknown> }>("STREAM.INFO.KV_bed-push");
  await bed.jetstream("STREAM.DELETE.KV_bed-push");
  const { of } = await doctor();
  assert.match(of("store").text, /1 streams and buckets are not there: KV_bed-push/);
  assert.match(of("store").remedy ?? "", /start it again/);
  assert.equal(of("durability").status, "ok");
  await bed.jetstream("STREAM.CREATE.KV_bed-push", config);

  const desired = await bed.jetstream<{ config: Record<string, unknown>; state: { bytes: number } }>(
    "STREAM.INFO.KV_bed-desired",
  );
  const room = async (share: number) => {
    const limited = { ...desired.config, max_bytes: Math.ceil(desired.state.bytes / share) };
    await bed.jetstream("STREAM.UPDATE.KV_bed-desired", limited);
    return (await doctor()).of("room");
  };
  assert.match((await room(0.85)).text, /KV_bed-desired is 8\d % full/);
  assert.equal((await room(0.97)).status, "failed");
  await bed.jetstream("STREAM.UPDATE.KV_bed-desired", desired.config);
  assert.equal((await doctor()).of("store").status, "ok");
});

test("this machine's clock is compared with the server's", async () => {
  const early: Clock = { ...systemClock, nowMs: () => Date.now() + 600_000 };
  const found = (await visit(bed.server.url, ["--keys", keysFile()], {}, early)).of("clock");
  assert.equal(found.status, "failed", found.text);
  assert.match(found.text, /this machine: (599|600)\d{3} ms ahead/);
});

test("a server that refuses us, has other settings, or no store is told apart from one that is away, with what mends it", async () => {
  const started = await Promise.all([
    oldServer(),
    startTestServer({ hasJetStream: false }),
    startTestServer({ config: "max_payload: 65536" }),
  ]);
  await using servers = new AsyncDisposableStack();
  for (const server of started) servers.use(server);
  const [aged, silent, narrow] = started;
  const keys = ["--keys", keysFile()];
  const [refused, old, withoutStreams, strange, open, mute] = await Promise.all([
    visit(bed.server.url, ["--keys", await foreignKeys()]),
    visit(aged.url),
    visit(silent.url, keys),
    visit(narrow.url, keys, { TROUPE_HTTP_URL: "http://127.0.0.1:9" }),
    visit(narrow.url),
    visit(silent.url),
  ]);
  assert.match(refused.of("nats").text, /refused/);
  assert.match(refused.of("nats").remedy ?? "", /--keys FILE/);
  assert.match(old.of("nats").text, /2\.10\.29/);
  assert.match(old.of("nats").remedy ?? "", /2\.14\.4 or newer/);
  assert.match(withoutStreams.of("server").text, /has no JetStream/);
  assert.match(strange.of("server").text, /max_payload of the server is 65536/);
  assert.match(strange.of("store").text, /no store of the system bed/);
  assert.equal(open.of("store").text, strange.of("store").text, "without accounts nobody needs keys to see it");
  assert.match(mute.of("server").text, /has no JetStream/);
  assert.equal(strange.of("durability").status, "skipped");
  assert.equal(strange.of("graph").status, "warning");
  assert.match(strange.of("graph").text, /does not check it/);
  assert.match(strange.of("gateway").text, /127\.0\.0\.1:9 cannot be reached/);
});

/** What a server of years ago says of itself. */
async function oldServer(): Promise<AsyncDisposable & { readonly url: string }> {
  const info = {
    server_id: "OLD",
    version: "2.10.29",
    proto: 1,
    headers: true,
    max_payload: 1_048_576,
    jetstream: true,
  };
  const server = createServer((socket) => {
    socket.on("error", () => socket.destroy());
    socket.on("data", (data) => data.includes("PING") && socket.write("PONG\r\n"));
    socket.write(`INFO ${JSON.stringify(info)}\r\n`);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  assert.ok(address !== null && typeof address === "object");
  return {
    url: `nats://127.0.0.1:${address.port}`,
    [Symbol.asyncDispose]: async () => {
      server.close();
    },
  };
}

/** Keys that no server here knows. */
async function foreignKeys(): Promise<string> {
  const file = join(bed.server.storeDir, "foreign.json");
  const seed = new TextDecoder().decode(nkeys.createUser().getSeed());
  await writeFile(file, JSON.stringify({ operator: seed }), { mode: 0o600 });
  return file;
}

test("a key or a log that others can read is found with the command that mends it", async () => {
  const log = join(bed.server.storeDir, "nats-server.log");
  await chmod(log, 0o644);
  const found = (await doctor()).of("key files");
  assert.equal(found.status, "failed");
  assert.match(found.remedy ?? "", /^chmod 600 .*nats-server\.log/);
  await chmod(log, 0o600);
});

test("in production one copy of the store is a warning, and the offline model and the missing TLS have failed", async () => {
  const { all, of } = await doctor({ TROUPE_ENV: "production" });
  assert.equal(of("durability").status, "warning");
  assert.match(of("durability").remedy ?? "", /--replicas 3/);
  const production = all.filter(({ name }) => name === "production").map(({ text }) => text.split(":", 1)[0]);
  assert.ok(production.includes("offline-model"), String(production));
});

test("a secret that the deployed system refers to and an endpoint that is not there are found", async () => {
  const { MANIFEST } = await import("../support/supervisor-bed.ts");
  const models = { fast: { model: "m", endpoint: "http://127.0.0.1:9/v1", key: { env: "SHOP_KEY" } } };
  await bed.deploy({ ...MANIFEST, models }, "1");
  const { of } = await doctor({ TROUPE_MODEL_MODE: "live" });
  assert.match(of("secret").text, /SHOP_KEY is not set/);
  assert.equal(of("model").status, "failed");
  assert.match(of("model").text, /127\.0\.0\.1:9/);
});

test("without the operator's key the store is not looked at, and it says what it needs", async () => {
  const { of } = await doctor({}, false);
  assert.equal(of("store").status, "skipped");
  assert.match(of("store").text, /--keys/);
});

test("without a supervisor that is found, and a server that is not there at all is too", async () => {
  await bed.supervisors[0]?.stop();
  const { code, of } = await doctor();
  assert.equal(code, 1);
  assert.match(of("supervisor").text, /no supervisor answers/);
  assert.match(of("supervisor").remedy ?? "", /troupe supervisor/);
  const gone = await runCommand(["doctor", "--json", "--nats", "nats://127.0.0.1:9", "--system", "bed"]);
  assert.equal(gone.code, 1);
  assert.match(gone.stdout, /"name":"nats","status":"failed"/);
});
