import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, statSync } from "node:fs";
import { mkdir, mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { after, before, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import {
  createLogger,
  createPublisher,
  directGetLast,
  type EmbeddedServer,
  ensureResources,
  openLink,
  Subjects,
  startEmbeddedServer,
  storeHolder,
} from "@troupe/runtime/internal";
import { disconnection } from "../support/disconnection.ts";

const logger = createLogger({ name: "test", level: "silent" });
const subjects = new Subjects("emb");
let base = "";

before(async () => {
  base = await mkdtemp(join(tmpdir(), "troupe-embedded-test-"));
});
after(() => rm(base, { recursive: true, force: true }));

const start = (storeDir?: string, progress?: (line: string) => void): Promise<EmbeddedServer> =>
  startEmbeddedServer({ system: "emb", storeDir, env: process.env, logger, ...(progress && { progress }) });

const supervisorLink = (server: EmbeddedServer) =>
  openLink({ servers: server.url, name: "test", user: "supervisor", seed: server.seedOf("supervisor"), logger });

async function until(what: string, holds: () => boolean | Promise<boolean>): Promise<void> {
  const deadline = performance.now() + 60_000;
  while (!(await holds())) {
    if (performance.now() > deadline) throw new Error(`not in time: ${what}`);
    await sleep(10);
  }
}

const isRunning = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
};

interface Parent {
  readonly child: ChildProcess;
  readonly said: { pid: number; url: string; storeDir: string; error?: string };
}

/** Starts a server in a process of its own, which the test may kill. */
async function startParent(...args: string[]): Promise<Parent> {
  const script = new URL("../support/embedded-parent.ts", import.meta.url).pathname;
  const child = spawn(process.execPath, [script, ...args], { stdio: ["ignore", "pipe", "inherit"] });
  assert.ok(child.stdout);
  const [line] = (await once(createInterface({ input: child.stdout }), "line")) as [string];
  return { child, said: JSON.parse(line) as Parent["said"] };
}

test("keys, configuration and lock are for their owner only, and what was stored is there after a restart with the same keys", async () => {
  const dir = join(base, "restart");
  const first = await start(dir);
  for (const file of ["keys.json", "nats-server.conf", "nats-server.log", "lock"]) {
    assert.equal(statSync(join(dir, file)).mode & 0o077, 0, `${file} is open to others`);
  }
  const seed = first.seedOf("supervisor");
  const link = await supervisorLink(first);
  await ensureResources(link, { subjects });
  const publisher = createPublisher(link);
  assert.equal((await publisher.publish(subjects.key("k"), Buffer.from("kept"))).kind, "stored");
  publisher.close();
  await link.close();
  await first.stop();
  assert.equal(isRunning(first.pid), false);

  const second = await start(dir);
  assert.equal(second.seedOf("supervisor"), seed);
  const again = await supervisorLink(second);
  const kept = await directGetLast(again, subjects.stream("KEYS"), subjects.key("k"));
  assert.equal(Buffer.from(kept?.body ?? []).toString(), "kept");
  await again.close();
  await second.stop();
});

test("a second start on the same store learns who holds it and where its server answers", async () => {
  const dir = join(base, "lock");
  const server = await start(dir);
  await assert.rejects(start(dir), (error: Error & { code?: string; details?: Record<string, unknown> }) => {
    assert.equal(error.code, "store_in_use");
    assert.equal(error.details?.["pid"], process.pid);
    assert.equal(error.details?.["url"], server.url);
    return true;
  });
  assert.equal((await storeHolder(dir))?.url, server.url);
  await server.stop();
  assert.equal(await storeHolder(dir), undefined);
});

test("of several processes that start on one store at once exactly one gets it", async () => {
  const dir = join(base, "at-once");
  const parents = await Promise.all(Array.from({ length: 3 }, () => startParent(dir)));
  const errors = parents.map(({ said }) => said.error).filter((error) => error !== undefined);
  assert.deepEqual(errors, ["store_in_use", "store_in_use"]);
  await Promise.all(
    parents.map(async ({ child, said }) => {
      if (said.error !== undefined || child.exitCode !== null) return;
      child.kill("SIGKILL");
      await once(child, "exit");
      await until("its server is gone", () => !isRunning(said.pid));
    }),
  );
});

test("kill -9 of the parent leaves no server, and its store can be taken over", async () => {
  const dir = join(base, "orphan");
  const { child, said } = await startParent(dir);
  assert.ok(isRunning(said.pid));
  child.kill("SIGKILL");
  await once(child, "exit");
  await until("the server is gone", () => !isRunning(said.pid));
  const next = await start(dir);
  await next.stop();
});

test("kill -9 of the parent of a throw-away server removes its folder too", async () => {
  const { child, said } = await startParent();
  assert.ok(existsSync(said.storeDir));
  child.kill("SIGKILL");
  await once(child, "exit");
  await until("the folder is gone", () => !existsSync(said.storeDir));
  assert.equal(isRunning(said.pid), false);
});

test("a throw-away server leaves nothing behind", async () => {
  const server = await start();
  assert.ok(existsSync(server.storeDir));
  await server.stop();
  assert.equal(existsSync(server.storeDir), false);
});

test("a server that dies by itself is started again on the same port and store, and both are told", async () => {
  const told: string[] = [];
  const server = await start(undefined, (line) => told.push(line));
  const { url, pid } = server;
  const link = await supervisorLink(server);
  await ensureResources(link, { subjects });
  const publisher = createPublisher(link, { timeoutMs: 20_000 });
  await publisher.publish(subjects.key("before"), Buffer.from("kept"));
  const disconnected = disconnection(link);
  process.kill(pid, "SIGKILL");
  await disconnected;
  assert.equal((await publisher.publish(subjects.key("after"), Buffer.from("x"))).kind, "stored");
  assert.notEqual(server.pid, pid);
  assert.equal(server.url, url);
  assert.ok(await directGetLast(link, subjects.stream("KEYS"), subjects.key("before")));
  await until("the last line", () => told.length > 1);
  assert.match(told.join("\n"), /^nats-server ended \(status 137\);.*\nnats-server is there again after [\d.]+ s$/);
  publisher.close();
  await link.close();
  await server.stop();
});

test("a port that is taken stops the start with the server's own words, and frees the store", async () => {
  const first = await start();
  const dir = join(base, "port");
  const port = Number(new URL(first.url).port);
  await assert.rejects(
    startEmbeddedServer({ system: "emb", storeDir: dir, port, env: process.env, logger }),
    (error: Error & { code?: string }) => {
      assert.equal(error.code, "unavailable");
      assert.match(error.message, /address already in use/);
      return true;
    },
  );
  assert.equal(await storeHolder(dir), undefined);
  await first.stop();
});

test("keys that are none stop the start and free the store", async () => {
  const dir = join(base, "bad-keys");
  await mkdir(dir);
  await writeFile(join(dir, "keys.json"), '{"supervisor":"x"}');
  await assert.rejects(start(dir), { code: "invalid_config" });
  assert.equal(await storeHolder(dir), undefined);
  assert.deepEqual(await readdir(dir), ["keys.json"]);
});

test("on another address than loopback nobody comes in without a key", async () => {
  const server = await startEmbeddedServer({ system: "emb", host: "0.0.0.0", env: process.env, logger });
  const port = new URL(server.url).port;
  const servers = `nats://127.0.0.1:${port}`;
  await assert.rejects(openLink({ servers, name: "anonymous", logger, firstConnectMs: 500 }), { code: "unauthorized" });
  const link = await openLink({ servers, name: "client", user: "client", seed: server.seedOf("client"), logger });
  await link.close();
  await server.stop();
});
