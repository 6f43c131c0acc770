/** A supervisor while the store takes its time, as three servers do that elect a leader: requests wait, or nobody serves a stream. */
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { jetstreamManager } from "@nats-io/jetstream";
import {
  createLogger,
  directGetAll,
  directGetLast,
  ensureResources,
  Lease,
  type Link,
  Subjects,
} from "@troupe/runtime/internal";
import { createSupervisor, type Supervisor } from "@troupe/supervisor";
import { startTestServer, type TestServer } from "../support/nats-server.ts";
import { until } from "../support/stack.ts";
import { deployRequest } from "../support/supervisor-bed.ts";

/** A deadline, not a claim. */
const LIMIT_MS = 60_000;
const RENEWALS = 4;

let server: TestServer;
let core: Link;
const opened = new AsyncDisposableStack();
before(async () => {
  server = opened.use(await startTestServer());
  core = await server.link();
  opened.defer(() => core.close());
});
after(() => opened.disposeAsync());

/** Serves the JetStream API under a prefix; requests on the subjects that are held wait. */
function serveStore(prefix: string, held?: RegExp) {
  const waiting: (() => void)[] = [];
  let isHolding = true;
  core.nc.subscribe(`${prefix}.>`, {
    callback: (_error, { subject, data, reply = "", headers }) => {
      const pass = () =>
        core.nc.publish(subject.replace(prefix, "$JS.API"), data, { reply, ...(headers && { headers }) });
      if (isHolding && held?.test(subject)) waiting.push(pass);
      else pass();
    },
  });
  return {
    isAsked: () => waiting.length > 0,
    release: () => {
      isHolding = false;
      for (const pass of waiting.splice(0)) pass();
    },
  };
}

function candidate(system: string, id: string, { apiPrefix, lines = [] }: Partial<Told> = {}): Supervisor {
  const supervisor = createSupervisor({
    system,
    link: { servers: server.url, apiPrefix },
    id,
    settings: { renewMs: 200, leaseMs: 10_000 },
    logger: createLogger({ name: id, level: "info", destination: { write: (line) => void lines.push(line) } }),
  });
  opened.defer(() => supervisor.stop());
  return supervisor;
}

interface Told {
  readonly apiPrefix: string;
  readonly lines: string[];
}

async function leaseOf(subjects: Subjects): Promise<Lease & { readonly revision: number }> {
  const row = await directGetLast(core, subjects.bucketStream("leases"), subjects.row("leases", "supervisor"));
  assert.ok(row);
  return { ...Lease.parse(JSON.parse(Buffer.from(row.body).toString())), revision: row.sequence };
}

test("a supervisor that finds no store says so, asks again, and leads once there is one", async () => {
  const lines: string[] = [];
  const supervisor = candidate("absent", "s1", { apiPrefix: "ABSENT.API", lines });
  const started = supervisor.start();
  const saysSo = async () => lines.some((line) => line.includes("NATS does not answer for the streams yet"));
  await until("a line about the store", LIMIT_MS, saysSo);
  assert.equal(supervisor.isLeading, false);
  serveStore("ABSENT.API");
  await started;
  assert.equal(supervisor.isLeading, true);
});

test("while a term begins slowly its lease is renewed, and nobody else takes it", async () => {
  const subjects = new Subjects("slow");
  const first = candidate("slow", "s1");
  await first.start();
  await core.nc.request(subjects.supervisor("deploy"), JSON.stringify(deployRequest()), { timeout: LIMIT_MS });
  await first.stop();

  const store = serveStore("SLOW.API", /\.CONSUMER\.INFO\.SLOW_LOG_0\./);
  const slow = candidate("slow", "s2", { apiPrefix: "SLOW.API" });
  const started = slow.start();
  await until("the beginning of a term", LIMIT_MS, async () => store.isAsked());
  const { holder, epoch, revision } = await leaseOf(subjects);
  assert.equal(holder, "s2");
  const rival = candidate("slow", "s3");
  await rival.start();
  const revisions = new Set([revision]);
  await until("renewals", LIMIT_MS, async () => revisions.add((await leaseOf(subjects)).revision).size > RENEWALS);
  store.release();
  await started;
  const last = await leaseOf(subjects);
  assert.deepEqual([last.holder, last.epoch, slow.isLeading, rival.isLeading], ["s2", epoch, true, false]);
});

test("what a leader notices while nobody serves the stream of control events is stored once, as soon as somebody does", async () => {
  const subjects = new Subjects("deaf");
  const supervisor = candidate("deaf", "s1");
  await supervisor.start();
  const { streams } = await jetstreamManager(core.nc);
  await streams.delete(subjects.stream("CONTROL"));
  let tries = 0;
  core.nc.subscribe(subjects.controlEvent("deploy"), { callback: () => void tries++ });
  await core.nc.request(subjects.supervisor("deploy"), JSON.stringify(deployRequest()), { timeout: LIMIT_MS });
  await until("another try", LIMIT_MS, async () => tries > 1);
  await ensureResources(core, { subjects });
  const stored = () => directGetAll(core, subjects.stream("CONTROL"), { filter: subjects.controlEvent("deploy") });
  await until("the event", LIMIT_MS, async () => (await stored()).length > 0);
  assert.equal((await stored()).length, 1);
});
