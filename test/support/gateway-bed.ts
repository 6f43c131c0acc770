/** A server with accounts, a deployed system without nodes, and the pens to write a task's records as a fake role: what gateway tests stand on. */

import { jetstreamManager } from "@nats-io/jetstream";
import { createGateway, type Gateway, type GatewayOptions } from "@troupe/gateway";
import type { TaskId } from "@troupe/runtime";
import {
  CasBucket,
  createJetStreamLog,
  createPublisher,
  Deployment,
  Desired,
  type DoneBody,
  directGetAll,
  doneRecord,
  type EmbeddedServer,
  ensureMailboxes,
  ensureResources,
  type HopId,
  headersOfPackedPart,
  isVersion,
  jsonRecord,
  type Link,
  type NewRecord,
  openLink,
  type Publisher,
  packTask,
  parseRecordName,
  type RecordHeader,
  type RoleManifest,
  requireCompiled,
  type StoredRecord,
  Subjects,
  SystemManifest,
  startEmbeddedServer,
  storedRecord,
  type TaskLog,
  type Version,
} from "@troupe/runtime/internal";
import { z } from "zod";
import { silentLogger } from "./nats-server.ts";

export const MANIFEST = SystemManifest.parse({
  name: "demo",
  graph: { client: ["router", "developer"], router: ["developer"], developer: ["client"] },
  roles: { router: { kind: "actor" }, developer: { kind: "actor", variants: { gpu: ["gpu"] } } },
});

const DesiredRow = z.union([Desired, Deployment]);
type DesiredRow = z.infer<typeof DesiredRow>;

/** A gateway that a busy machine makes late turns nobody away. */
export const UNHURRIED = { loopDelayMs: 600_000 };

/** Starts the server; nothing is deployed and no gateway runs yet. Everything is gone after it is disposed of. */
export async function startGatewayBed(): Promise<GatewayBed> {
  return openBed(await startEmbeddedServer({ system: "demo", env: process.env, logger: silentLogger }));
}

/** Makes the stores on a server of the system `demo`. */
export async function openBed(server: EmbeddedServer): Promise<GatewayBed> {
  const seed = server.seedOf("supervisor");
  const core = await openLink({ servers: server.url, name: "test", user: "supervisor", seed, logger: silentLogger });
  await ensureResources(core, { subjects: new Subjects("demo") });
  return new GatewayBed(server, core);
}

export class GatewayBed implements AsyncDisposable {
  readonly server: EmbeddedServer;
  readonly core: Link;
  readonly subjects = new Subjects("demo");
  readonly log: TaskLog;
  readonly #desired: CasBucket<DesiredRow>;
  readonly #publisher: Publisher;
  readonly #links: Link[] = [];
  readonly #gateways: Gateway[] = [];

  constructor(server: EmbeddedServer, core: Link) {
    const { subjects } = this;
    this.server = server;
    this.core = core;
    this.#publisher = createPublisher(core);
    this.log = createJetStreamLog({ link: core, publisher: this.#publisher, subjects });
    this.#desired = new CasBucket({
      link: core,
      subjects,
      bucket: "desired",
      schema: DesiredRow,
      logger: silentLogger,
    });
  }

  /** A link of the anonymous user, as any plain NATS client has it. */
  async client(): Promise<Link> {
    const link = await openLink({
      servers: this.server.url,
      name: "test/client",
      user: "client",
      logger: silentLogger,
    });
    this.#links.push(link);
    return link;
  }

  async gateway(options: Partial<GatewayOptions> = {}): Promise<Gateway> {
    const { url: servers } = this.server;
    const seed = this.server.seedOf("gateway");
    const loadLimits = { ...UNHURRIED, ...options.loadLimits };
    const gateway = createGateway({ system: "demo", servers, seed, logger: silentLogger, ...options, loadLimits });
    this.#gateways.push(gateway);
    await gateway.start();
    return gateway;
  }

  /** Makes a version of the demo system the current one, with its durables; no node runs it. */
  async deploy(
    text: string,
    limits?: Partial<SystemManifest["limits"]>,
    roles?: Readonly<Record<string, Partial<RoleManifest>>>,
  ): Promise<void> {
    const version = requireVersion(text);
    const manifest = SystemManifest.parse({ ...MANIFEST, limits, roles: { ...MANIFEST.roles, ...roles } });
    const mailboxes = requireCompiled(manifest).mailboxes.map(({ name }) => name);
    await ensureMailboxes(this.core, { subjects: this.subjects }, version, mailboxes);
    const source: Deployment["source"] = { type: "yaml", text: "x", sha256: "0".repeat(64) };
    await this.#desired.create(`version.${version}`, {
      v: 1,
      version,
      manifest,
      source,
      hopKeys: {},
      deployedAt: "now",
    });
    const earlier = await this.#desired.get("current");
    const draining = earlier && "current" in earlier.value ? [earlier.value.current] : [];
    const row: Desired = { v: 1, current: version, draining, paused: [], replicas: {} };
    if (earlier) await this.#desired.update("current", row, earlier.revision);
    else await this.#desired.create("current", row);
  }

  /** Writes a record of a fake role and hints at it, as an executor does. */
  async write(task: string, hop: string, from: string, name: string, header: RecordHeader = {}, body: unknown = null) {
    const parsed = parseRecordName(name);
    if (!parsed) throw new Error(name);
    await this.#append(
      jsonRecord(this.subjects.record(task as TaskId, hop as HopId, from, parsed), header, body),
      task,
    );
  }

  /** Ends a task as its last role would. */
  async done(task: string, body: Partial<DoneBody> = {}): Promise<void> {
    const whole: DoneBody = { status: "completed", by: "developer", result: "done", ...body };
    await this.#append(doneRecord(this.subjects, task as TaskId, whole), task);
  }

  /** The start record of a task, once it is there. */
  async started(task: string): Promise<StoredRecord | undefined> {
    for (const door of ["router", "developer", "developer_gpu"]) {
      const found = await this.log.get(this.subjects.start(task as TaskId, door));
      if (found) return found;
    }
    return undefined;
  }

  /** Moves a task to the archive, as the janitor does. */
  async archive(task: string): Promise<void> {
    const stream = this.subjects.logStream(0);
    const filter = `${this.subjects.task(task as TaskId)}.>`;
    const messages = await directGetAll(this.core, stream, { filter });
    const parts = packTask(messages.map(storedRecord));
    for (const [part, body] of parts.entries()) {
      const headers = headersOfPackedPart(parts.length);
      const outcome = await this.#publisher.publish(this.subjects.archive(task as TaskId, part), body, headers);
      if (outcome.kind !== "stored") throw new Error(outcome.kind);
    }
    const manager = await jetstreamManager(this.core.nc);
    for (const { sequence } of messages) await manager.streams.deleteMessage(stream, sequence, false);
  }

  async stopGateways(): Promise<void> {
    await Promise.all(this.#gateways.splice(0).map((gateway) => gateway.stop()));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stopGateways();
    await Promise.all([this.core, ...this.#links].map((opened) => opened.close()));
    await this.server.stop();
  }

  async #append(record: NewRecord, task: string): Promise<void> {
    const outcome = await this.log.append(record);
    if (outcome.kind !== "stored") throw new Error(`${record.subject}: ${outcome.kind}`);
    this.core.nc.publish(this.subjects.live("test"), JSON.stringify({ tasks: [task] }));
  }
}

function requireVersion(text: string): Version {
  if (isVersion(text)) return text;
  throw new Error(text);
}

/** Header of a record by an executor on a node. */
export const writtenBy = (node: string, ranMs?: number): RecordHeader => ({
  writer: {
    node,
    incarnation: "i",
    nonce: `${node}-n`,
    claim: 0,
    segment: 0,
    ...(ranMs === undefined ? {} : { ranMs }),
  },
});

export const hopOf = (n: number): string => String(n).padStart(26, "0");
