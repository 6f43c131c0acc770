/** A supervisor on a real server with its accounts, and everything that tests do to it from outside: nodes that are only said to be there. */
import assert from "node:assert/strict";
import {
  type Clock,
  type ClusterHealth,
  createJetStreamLog,
  createLogger,
  createPublisher,
  type Deployment,
  type DoneBody,
  type EmbeddedServer,
  type Heartbeat,
  type HopId,
  hopId,
  jsonRecord,
  type Link,
  newTaskId,
  openLink,
  type Passport,
  PLACE_OF_USER,
  type Publisher,
  type RecordName,
  type StoredRecord,
  Subjects,
  SystemManifest,
  startEmbeddedServer,
  systemClock,
  systemRandom,
  type TaskId,
  type TaskLog,
  type UserName,
  type Version,
} from "@troupe/runtime/internal";
import { createSupervisor, type Supervisor, type SupervisorOptions, type SupervisorSettings } from "@troupe/supervisor";
import { heartbeatOf } from "./heartbeat.ts";
import { until } from "./stack.ts";

const logger = createLogger({ name: "test", level: "silent" });
/** Far beyond what an answer takes: a machine that is overloaded is no reason to fail. Where nobody listens the server says so at once. */
const ANSWER_LIMIT_MS = 10_000;
export const PASSPORT: Passport = { index: 0, tenant: "default", depth: 0, trail: [], taint: [], requires: [] };

/** client → a → b → client, with an escalation role. */
export const MANIFEST = SystemManifest.parse({
  name: "bed",
  graph: { client: ["a"], a: ["b"], b: ["client"], escalation: ["client"] },
  roles: { a: { kind: "actor" }, b: { kind: "actor" }, escalation: { kind: "actor" } },
});

/** A deploy request of a module that nobody loads here. `mark` tells contents apart. */
export const deployRequest = (manifest: unknown = MANIFEST, mark = "0") => ({
  manifest,
  source: { type: "module", path: "/nowhere/system.ts", sha256: mark.padEnd(64, "0") },
});

export class SupervisorBed implements AsyncDisposable {
  readonly server: EmbeddedServer;
  readonly subjects = new Subjects("bed");
  readonly core: Link;
  readonly client: Link;
  readonly node: Link;
  readonly log: TaskLog;
  readonly #publisher: Publisher;
  /** In the order in which they were started. */
  readonly supervisors: Supervisor[] = [];
  readonly #opened: AsyncDisposableStack;
  #sequence = 0;

  private constructor(
    opened: AsyncDisposableStack,
    server: EmbeddedServer,
    links: Record<"core" | "client" | "node", Link>,
  ) {
    this.#opened = opened;
    this.server = server;
    this.core = links.core;
    this.client = links.client;
    this.node = links.node;
    this.#publisher = createPublisher(this.core);
    this.log = createJetStreamLog({ link: this.core, publisher: this.#publisher, subjects: this.subjects });
  }

  static async start(): Promise<SupervisorBed> {
    const opened = new AsyncDisposableStack();
    const server = await startEmbeddedServer({ system: "bed", env: process.env, logger });
    opened.defer(() => server.stop());
    const open = async (user: UserName) => {
      const { apiPrefix, inboxPrefix } = PLACE_OF_USER[user];
      const seed = user === "client" ? undefined : server.seedOf(user);
      const link = await openLink({ servers: server.url, name: `test/${user}`, seed, apiPrefix, inboxPrefix, logger });
      opened.defer(() => link.close());
      return link;
    };
    return new SupervisorBed(opened, server, {
      core: await open("operator"),
      client: await open("client"),
      node: await open("node"),
    });
  }

  /** A supervisor with short times; ended with the bed. */
  async supervisor(
    settings: Partial<SupervisorSettings> = {},
    id = "s1",
    clock: Clock = systemClock,
    alertWebhooks: SupervisorOptions["alertWebhooks"] = [],
  ): Promise<Supervisor> {
    const { apiPrefix, inboxPrefix } = PLACE_OF_USER.supervisor;
    const supervisor = createSupervisor({
      system: "bed",
      link: { servers: this.server.url, seed: this.server.seedOf("supervisor"), apiPrefix, inboxPrefix },
      id,
      settings: { graceMs: 0, renewMs: 200, leaseMs: 10_000, ...settings },
      logger: process.env["BED_LOG"] ? createLogger({ name: id, level: "debug" }) : logger,
      clock,
      alertWebhooks,
    });
    this.#opened.defer(() => supervisor.stop());
    this.supervisors.push(supervisor);
    await supervisor.start();
    return supervisor;
  }

  /** Asks a verb of the supervisor; an operator unless told otherwise. Throws the error that came back. */
  async ask<T>(verb: string, body: unknown = {}, link = this.core, timeout = ANSWER_LIMIT_MS): Promise<T> {
    const answer = await link.nc.request(this.subjects.supervisor(verb), JSON.stringify(body), { timeout });
    const value = answer.json<T & { error?: { code: string; message: string; details?: unknown } }>();
    if (value.error) throw Object.assign(new Error(value.error.message), value.error);
    return value;
  }

  /** The cluster's health as far as it can be had soon: what is asked of somebody who dies meanwhile is never answered. */
  healthSoon(): Promise<ClusterHealth> {
    return this.ask<ClusterHealth>("health", {}, this.core, 1_000);
  }

  /** Asks the JetStream API. */
  async jetstream<T>(verb: string, body: unknown = {}): Promise<T> {
    return (
      await this.core.nc.request(`$JS.API.${verb}`, JSON.stringify(body), { timeout: ANSWER_LIMIT_MS })
    ).json<T>();
  }

  /** The durables of the log. */
  async durables(): Promise<{ name: string; filter: string; ackWaitNs: number; pending: number }[]> {
    const list = await this.jetstream<{
      consumers: {
        num_pending: number;
        config: { durable_name?: string; filter_subject?: string; ack_wait?: number };
      }[];
    }>("CONSUMER.LIST.BED_LOG_0");
    return list.consumers.flatMap(({ num_pending: pending, config }) => {
      const { durable_name: name, filter_subject: filter = "", ack_wait: ackWaitNs = 0 } = config;
      return name === undefined ? [] : [{ name, filter, ackWaitNs, pending }];
    });
  }

  async deploy(manifest: unknown = MANIFEST, mark = "0"): Promise<Version> {
    return (await this.ask<{ version: Version }>("deploy", deployRequest(manifest, mark))).version;
  }

  /** Says once that a node is there. */
  beat(changes: Partial<Heartbeat> = {}): void {
    const heartbeat = heartbeatOf({ sequence: ++this.#sequence, ...changes });
    this.node.nc.publish(this.subjects.heartbeat(heartbeat.node), JSON.stringify(heartbeat));
  }

  /** Says so again and again, until the returned function is called. */
  beating(changes: Partial<Heartbeat> = {}): () => void {
    this.beat(changes);
    const timer = setInterval(() => this.beat(changes), 100);
    const stop = () => clearInterval(timer);
    this.#opened.defer(stop);
    return stop;
  }

  /** Writes the start record of a task to role `a`. */
  async submit(version: Version, passport: Partial<Passport> = {}): Promise<TaskId> {
    const task = newTaskId(0, version, systemClock, systemRandom);
    await this.append(task, this.subjects.start(task, "a"), { input: "x" }, passport);
    return task;
  }

  async append(task: TaskId, subject: string, body: unknown, passport?: Partial<Passport>): Promise<number> {
    const header = passport ? { passport: { ...PASSPORT, ...passport } } : {};
    const outcome = await this.log.append(jsonRecord(subject, header, body));
    assert.equal(outcome.kind, "stored", `${task} ${subject}`);
    return outcome.kind === "stored" ? outcome.sequence : 0;
  }

  /** An own record of a hop, as an executor writes it. */
  async own(task: TaskId, hop: HopId, role: string, name: RecordName, body: unknown, segment = 0): Promise<number> {
    const writer = { node: "n1", incarnation: "i1", nonce: "x", claim: 0, segment };
    const record = jsonRecord(this.subjects.record(task, hop, role, name), { writer, passport: PASSPORT }, body);
    const outcome = await this.log.append(record);
    assert.equal(outcome.kind, "stored", record.subject);
    return outcome.kind === "stored" ? outcome.sequence : 0;
  }

  /** The hop that the start record opens. */
  async firstHop(task: TaskId, version: Version): Promise<HopId> {
    const stored = await this.core.nc.request(
      `$JS.API.DIRECT.GET.KV_bed-desired.${this.subjects.row("desired", `version.${version}`)}`,
      "",
    );
    const key = stored.json<Deployment>().hopKeys["a"] ?? "";
    return hopId(Buffer.from(key, "hex"), task, "start" as HopId, 0);
  }

  async done(task: TaskId, limitMs = 15_000): Promise<DoneBody> {
    return JSON.parse(Buffer.from((await this.record(this.subjects.done(task), limitMs)).body).toString()) as DoneBody;
  }

  /** Waits for a record under a filter. */
  async record(filter: string, limitMs = 15_000): Promise<StoredRecord> {
    let found: StoredRecord | undefined;
    await until(`a record ${filter}`, limitMs, async () => {
      found = await this.log.last(filter);
      return found !== undefined;
    });
    assert.ok(found);
    return found;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#publisher.close();
    await this.#opened.disposeAsync();
  }
}
