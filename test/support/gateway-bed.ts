/** A server with accounts, a deployed system without nodes, and the pens to write a task's records as a fake role: what gateway tests stand on. */

import { headers as newHeaders } from "@nats-io/transport-node";
import { createGateway, type Gateway, type GatewayOptions } from "@troupe/gateway";
import type { TaskAccepted, TaskEvent, TaskId } from "@troupe/runtime";
import {
  CasBucket,
  createJetStreamLog,
  createPublisher,
  Deployment,
  Desired,
  type DoneBody,
  doneRecord,
  type EmbeddedServer,
  ensureMailboxes,
  ensureResources,
  type HopId,
  isVersion,
  jsonRecord,
  type Link,
  openLink,
  parseRecordName,
  type RecordHeader,
  requireCompiled,
  type StoredRecord,
  Subjects,
  SystemManifest,
  startEmbeddedServer,
  type TaskLog,
  type UserName,
  type Version,
} from "@troupe/runtime/internal";
import { z } from "zod";
import { silentLogger } from "./nats-server.ts";

export const MANIFEST = SystemManifest.parse({
  name: "demo",
  graph: { client: ["router", "developer"], router: ["developer"], developer: ["client"] },
  roles: { router: { kind: "actor" }, developer: { kind: "actor", variants: { gpu: ["gpu"] } } },
});

export interface GatewayBed extends AsyncDisposable {
  readonly server: EmbeddedServer;
  readonly subjects: Subjects;
  readonly log: TaskLog;
  readonly core: Link;
  /** A link of a user; `client` is the anonymous one, as a plain NATS client has it. */
  link(user: UserName): Promise<Link>;
  gateway(options?: Partial<GatewayOptions>): Promise<Gateway>;
  deploy(version: string, limits?: Partial<SystemManifest["limits"]>): Promise<void>;
  /** Writes a record of a fake role and hints at it, as an executor does. */
  write(task: string, hop: string, from: string, name: string, header?: RecordHeader, body?: unknown): Promise<void>;
  done(task: string, body?: Partial<DoneBody>): Promise<void>;
  /** The start record of a task, once it is there. */
  started(task: string): Promise<StoredRecord | undefined>;
}

const DesiredRow = z.union([Desired, Deployment]);

export async function startGatewayBed(): Promise<GatewayBed> {
  const server = await startEmbeddedServer({ system: "demo", env: process.env, logger: silentLogger });
  const subjects = new Subjects("demo");
  const links: Link[] = [];
  const gateways: Gateway[] = [];
  const link = async (user: UserName) => {
    const seed = user === "client" ? undefined : server.seedOf(user);
    const opened = await openLink({ servers: server.url, name: `test/${user}`, user, seed, logger: silentLogger });
    links.push(opened);
    return opened;
  };
  const core = await link("supervisor");
  await ensureResources(core, { subjects });
  const log = createJetStreamLog({ link: core, publisher: createPublisher(core), subjects });
  const desired = new CasBucket({ link: core, subjects, bucket: "desired", schema: DesiredRow, logger: silentLogger });
  const id = (task: string) => task as TaskId;
  const append = async (record: Parameters<TaskLog["append"]>[0], task: string) => {
    const outcome = await log.append(record);
    if (outcome.kind !== "stored") throw new Error(`${record.subject}: ${outcome.kind}`);
    core.nc.publish(subjects.live(id(task)), "");
  };
  return {
    server,
    subjects,
    log,
    core,
    link,
    gateway: async (options = {}) => {
      const gateway = createGateway({
        system: "demo",
        servers: server.url,
        seed: server.seedOf("gateway"),
        logger: silentLogger,
        ...options,
      });
      gateways.push(gateway);
      await gateway.start();
      return gateway;
    },
    deploy: async (text, limits) => {
      const version = requireVersion(text);
      const manifest = SystemManifest.parse({ ...MANIFEST, limits });
      const mailboxes = requireCompiled(manifest).mailboxes.map(({ name }) => name);
      await ensureMailboxes(core, { subjects }, version, mailboxes);
      const source = { type: "yaml", text: "x", sha256: "0".repeat(64) } as const;
      const deployment = { v: 1, version, manifest, source, hopKeys: {}, deployedAt: "now" } as const;
      await desired.create(`version.${version}`, deployment);
      const earlier = await desired.get("current");
      const draining = earlier && "current" in earlier.value ? [earlier.value.current] : [];
      const row = { v: 1, current: version, draining, paused: [], replicas: {} } as const;
      await (earlier
        ? desired.update("current", { ...row, draining }, earlier.revision)
        : desired.create("current", { ...row, draining }));
    },
    write: async (task, hop, from, name, header = {}, body = null) => {
      const parsed = parseRecordName(name);
      if (!parsed) throw new Error(name);
      await append(jsonRecord(subjects.record(id(task), hop as HopId, from, parsed), header, body), task);
    },
    done: (task, body = {}) =>
      append(doneRecord(subjects, id(task), { status: "completed", by: "developer", result: "done", ...body }), task),
    started: async (task) => {
      for (const door of ["router", "developer", "developer_gpu"]) {
        const found = await log.get(subjects.start(id(task), door));
        if (found) return found;
      }
      return undefined;
    },
    [Symbol.asyncDispose]: async () => {
      await Promise.all(gateways.map((gateway) => gateway.stop()));
      await Promise.all(links.map((opened) => opened.close()));
      await server.stop();
    },
  };
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

/** Waits until `look` gives something, at most 5 s. */
export async function eventually<T>(look: () => Promise<T | undefined>): Promise<T> {
  const limit = performance.now() + 5_000;
  for (;;) {
    const found = await look();
    if (found !== undefined) return found;
    if (performance.now() > limit) throw new Error("it did not happen within 5 s");
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

export interface PlainAnswer {
  readonly body: TaskAccepted & { readonly error?: { readonly code: string; readonly message: string } };
  readonly code: string | undefined;
}

/** A request as any NATS client makes it. */
export async function plainRequest(
  link: Link,
  subject: string,
  body: string | Uint8Array,
  headers?: Record<string, string>,
): Promise<PlainAnswer> {
  const block = newHeaders();
  for (const [name, value] of Object.entries(headers ?? {})) block.set(name, value);
  const answer = await link.nc.request(subject, body, { timeout: 3_000, headers: block });
  return { body: answer.json(), code: answer.headers?.get("Nats-Service-Error-Code") || undefined };
}

export const brief = (event: TaskEvent): string => ("role" in event ? `${event.type} ${event.role}` : event.type);
