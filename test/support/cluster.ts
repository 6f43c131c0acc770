/**
 * A system on a real nats-server with its accounts, and nodes as processes of their own, without a supervisor: the test itself creates
 * durables, deploys and places. So what happens is the nodes' own doing.
 */
import { createHash, randomBytes } from "node:crypto";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { jetstreamManager } from "@nats-io/jetstream";
import {
  callService,
  createJetStreamLog,
  createPublisher,
  Deployment,
  type Desired,
  DoneBody,
  directGetBatch,
  directGetLast,
  type EmbeddedServer,
  ensureMailboxes,
  ensureResources,
  Heartbeat,
  type Link,
  type NodePlacement,
  newTaskId,
  openLink,
  PLACE_OF_USER,
  type Publisher,
  readTaskRecords,
  requireCompiled,
  requireTaskId,
  roleKeysFolderOf,
  type StoredRecord,
  Subjects,
  SystemManifest,
  startEmbeddedServer,
  startRecord,
  storedRecord,
  systemClock,
  systemRandom,
  type TaskId,
  type TaskOrder,
  type TaskRecord,
  type UserName,
  type Version,
} from "@troupe/runtime/internal";
import { silentLogger } from "./nats-server.ts";
import { type NodeProcess, startNodeProcess } from "./node-process.ts";

export const TEST_SYSTEM = "test";

const LOOK_AGAIN_MS = 250;

/** A replica to place; its version is that of the placement. */
export type PlacedReplica = { readonly role: string; readonly index?: number; readonly concurrency?: number };

export class TestCluster implements AsyncDisposable {
  readonly subjects = new Subjects(TEST_SYSTEM);
  readonly server: EmbeddedServer;
  /** A link with the supervisor's rights. */
  readonly core: Link;
  readonly #publisher: Publisher;
  readonly #nodes: NodeProcess[] = [];

  private constructor(server: EmbeddedServer, core: Link) {
    this.server = server;
    this.core = core;
    this.#publisher = createPublisher(core);
  }

  static async start(): Promise<TestCluster> {
    const server = await startEmbeddedServer({ system: TEST_SYSTEM, env: process.env, logger: silentLogger });
    const core = await openLink({
      servers: server.url,
      name: "test/core",
      seed: server.seedOf("supervisor"),
      ...PLACE_OF_USER.supervisor,
      logger: silentLogger,
    });
    const cluster = new TestCluster(server, core);
    await ensureResources(core, { subjects: cluster.subjects });
    return cluster;
  }

  /** Makes `ack_wait` longer than any test takes: what comes to a second host then was handed back, however slow the machine is. */
  async onlyByHandBack(version: `v${number}`, roles: readonly string[]): Promise<void> {
    const { consumers } = await jetstreamManager(this.core.nc);
    for (const role of roles) {
      const durable = this.subjects.durable(version as Version, role);
      await consumers.update(this.subjects.logStream(0), durable, { ack_wait: 600_000_000_000 });
    }
  }

  /** Stores a deployment of the system that a module exports, with its durables, and makes it the current one. */
  async deploy(version: `v${number}`, modulePath: string, manifest?: SystemManifest): Promise<Deployment> {
    const source = { type: "module", path: modulePath, sha256: sha256(await readFile(modulePath)) } as const;
    return this.deploySource(version, manifest ?? (await manifestOf(modulePath)), source);
  }

  /** The same for code that is anywhere. */
  async deploySource(version: `v${number}`, manifest: unknown, source: Deployment["source"]): Promise<Deployment> {
    const checked = SystemManifest.parse(manifest);
    const mailboxes = requireCompiled(checked).mailboxes.map(({ name }) => name);
    await ensureMailboxes(this.core, { subjects: this.subjects }, version as Version, mailboxes);
    const deployment = Deployment.parse({
      v: 1,
      version,
      manifest: checked,
      source,
      hopKeys: Object.fromEntries(Object.keys(checked.roles).map((role) => [role, randomBytes(32).toString("hex")])),
      deployedAt: new Date().toISOString(),
    });
    const desired: Desired = { v: 1, current: version, draining: [], paused: [], replicas: {} };
    await callService(this.core, this.subjects.identities("issue"), { v: 1, version, manifest: checked });
    await this.putRow("desired", `version.${version}`, deployment);
    await this.putRow("desired", "current", desired);
    return deployment;
  }

  /** Replaces what a node should run; `undefined` keys of a replica get their defaults. */
  async place(node: string, epoch: number, version: `v${number}`, replicas: readonly PlacedReplica[]): Promise<void> {
    const placement: NodePlacement = {
      v: 1,
      node,
      epoch,
      replicas: replicas.map(({ role, index = 0, concurrency = 1 }) => ({ version, role, index, concurrency })),
    };
    await this.putRow("placement", node, placement);
  }

  async putRow(bucket: "desired" | "placement", key: string, value: unknown): Promise<void> {
    const outcome = await this.#publisher.publish(this.subjects.row(bucket, key), Buffer.from(JSON.stringify(value)));
    if (outcome.kind !== "stored") throw new Error(`row ${key} was not stored: ${JSON.stringify(outcome)}`);
  }

  async startNode(name: string, flags: readonly string[] = [], env: NodeJS.ProcessEnv = {}): Promise<NodeProcess> {
    const node = await startNodeProcess({
      env,
      system: TEST_SYSTEM,
      name,
      url: this.server.url,
      nodeSeed: this.server.seedOf("node"),
      hostSeed: this.server.seedOf("host"),
      flags: ["--log-level", "debug", "--heartbeat-ms", "100", "--role-keys", this.roleKeys, ...flags],
    });
    this.#nodes.push(node);
    return node;
  }

  /** Folder with the keys of the roles. */
  get roleKeys(): string {
    return roleKeysFolderOf(join(this.server.storeDir, "keys.json"));
  }

  /** A link with the rights of any user of the system. */
  link(user: UserName): Promise<Link> {
    const { server } = this;
    return openLink({
      servers: server.url,
      name: `test/${user}`,
      seed: server.seedOf(user),
      ...PLACE_OF_USER[user],
      logger: silentLogger,
    });
  }

  /** Writes the start record of a new task. */
  async submit(
    version: `v${number}`,
    door: string,
    input: TaskRecord["body"],
    tenant = "test",
    session?: TaskOrder["session"],
  ): Promise<TaskId> {
    const task = newTaskId(0, version as Version, systemClock, systemRandom);
    const log = createJetStreamLog({ link: this.core, publisher: this.#publisher, subjects: this.subjects });
    const order = {
      v: 1 as const,
      task,
      mailbox: door,
      input: input as string,
      acceptedAtMs: Date.now(),
      tenant,
      priority: "normal" as const,
      requires: [],
      session,
    };
    const outcome = await log.append(startRecord(this.subjects, order, Date.now()));
    if (outcome.kind !== "stored") throw new Error(`start of ${task} was not stored: ${JSON.stringify(outcome)}`);
    return task;
  }

  /** The end of a task. Rejects, with the task's log, when it has not come in time. */
  async done(task: TaskId, withinMs = 60_000): Promise<DoneBody> {
    const record = await this.#found(this.subjects.doneEvent(task), withinMs, () =>
      this.#stored(this.subjects.done(task)),
    );
    if (record) return DoneBody.parse(JSON.parse(Buffer.from(record.body).toString()));
    const log = (await this.records(task)).map(
      ({ subject: s }) => `${s.hop} ${s.from} ${Object.values(s.name).join(".")}`,
    );
    throw new Error(`task ${task} has not ended within ${withinMs} ms; its log:\n${log.join("\n")}`);
  }

  /** All records of a task, in their order. */
  async records(task: TaskId): Promise<readonly TaskRecord[]> {
    return readTaskRecords(this.subjects, await this.storedRecords(task));
  }

  /** The same, as they are stored. */
  async storedRecords(task: TaskId): Promise<readonly StoredRecord[]> {
    const stream = this.subjects.logStream(requireTaskId(task).shard);
    const stored: StoredRecord[] = [];
    for await (const message of directGetBatch(this.core, stream, { filter: `${this.subjects.task(task)}.>` })) {
      stored.push(storedRecord(message));
    }
    return stored;
  }

  /** Resolves when a record of the task has this name: `s.step.1`. Rejects when none has in time. */
  async recorded(task: TaskId, name: RegExp, withinMs = 60_000): Promise<TaskRecord> {
    const found = await this.#found(this.subjects.live("*"), withinMs, async () =>
      (await this.records(task)).find(({ subject: { name: n } }) => name.test(`${n.class}.${n.kind}.${n.to}`)),
    );
    if (found) return found;
    throw new Error(`task ${task} has no record ${name} within ${withinMs} ms`);
  }

  /** The first heartbeat of a node that is as wanted. Rejects, with the last one seen, when none is in time. */
  async heartbeat(node: string, wanted: (heartbeat: Heartbeat) => boolean, withinMs = 60_000): Promise<Heartbeat> {
    const beats = this.core.nc.subscribe(this.subjects.heartbeat(node));
    const tooLate = setTimeout(() => beats.unsubscribe(), withinMs);
    let last: Heartbeat | undefined;
    try {
      for await (const message of beats) {
        last = Heartbeat.parse(message.json());
        if (wanted(last)) return last;
      }
      throw new Error(`no such heartbeat of ${node} within ${withinMs} ms; the last one: ${JSON.stringify(last)}`);
    } finally {
      clearTimeout(tooLate);
      beats.unsubscribe();
    }
  }

  /** Ends every node and the server. */
  async stop(): Promise<void> {
    for (const node of this.#nodes) {
      try {
        node.killGroup("SIGKILL");
      } catch {
        // It has gone before.
      }
      await node.exited;
    }
    this.#publisher.close();
    await this.core.close();
    await this.server.stop();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stop();
  }

  #stored(subject: string) {
    return directGetLast(this.core, this.subjects.logStream(0), subject);
  }

  /** Looks at once, on every notice, and now and then (notices and answers may get lost with a server) until the time is up. */
  async #found<T>(notices: string, withinMs: number, look: () => Promise<T | undefined>): Promise<T | undefined> {
    const deadline = performance.now() + withinMs;
    let notice = Promise.withResolvers<void>();
    const subscription = this.core.nc.subscribe(notices, { callback: () => notice.resolve() });
    try {
      while (performance.now() < deadline) {
        notice = Promise.withResolvers();
        const found = await look().catch(() => undefined);
        if (found) return found;
        const pause = setTimeout(() => notice.resolve(), LOOK_AGAIN_MS);
        await notice.promise;
        clearTimeout(pause);
      }
      return undefined;
    } finally {
      subscription.unsubscribe();
    }
  }
}

const sha256 = (content: Uint8Array) => createHash("sha256").update(content).digest("hex");

async function manifestOf(modulePath: string): Promise<SystemManifest> {
  const loaded = (await import(pathToFileURL(modulePath).href)) as { default: { manifest: SystemManifest } };
  return loaded.default.manifest;
}
