import { isDeepStrictEqual } from "node:util";
import { JetStreamApiError, type JetStreamManager, jetstreamManager } from "@nats-io/jetstream";
import { messageOf, TroupeError } from "../errors.ts";
import type { Version } from "../ids.ts";
import type { Link } from "./connection.ts";
import { type DurableSpec, ingressDurables, mailboxDurable, type ResourceSettings, streamSpecs } from "./resources.ts";

const NO_STREAM = 10059;
const NO_CONSUMER = 10014;
/** Exists with another configuration: consumer, stream. */
const DIFFERS = [10148, 10058];
/** More than one copy of a stream was asked of a single server. */
const NO_CLUSTER = 10074;

/**
 * Creates what is missing of a system's streams and buckets and compares all of them with what was asked for. Safe to repeat.
 * Throws `wrong_server` with a sentence that says what to do, `unavailable` when JetStream does not answer.
 */
export async function ensureResources(link: Link, settings: ResourceSettings): Promise<void> {
  const jsm = await managerOf(link);
  for (const spec of streamSpecs(settings)) {
    const info = await orUndefined(jsm.streams.info(spec.name), NO_STREAM);
    const { config } = info ?? (await created(jsm.streams.add(spec), `stream ${spec.name}`));
    requireAsAsked(`stream ${spec.name}`, spec, config);
  }
  for (const spec of ingressDurables(settings)) await ensureDurable(jsm, settings.subjects.stream("INGRESS"), spec);
}

/** Creates what is missing of the durables of a version's mailboxes, in every shard, and compares them. Safe to repeat. */
export async function ensureMailboxes(
  link: Link,
  settings: ResourceSettings,
  version: Version,
  mailboxes: readonly string[],
): Promise<void> {
  const jsm = await managerOf(link);
  for (let shard = 0; shard < (settings.shards ?? 1); shard++) {
    const stream = settings.subjects.logStream(shard);
    for (const mailbox of mailboxes) {
      await ensureDurable(jsm, stream, mailboxDurable(settings, shard, version, mailbox));
    }
  }
}

/** Removes the durables of a version that has drained. */
export async function removeMailboxes(
  link: Link,
  settings: ResourceSettings,
  version: Version,
  mailboxes: readonly string[],
): Promise<void> {
  const jsm = await managerOf(link);
  for (let shard = 0; shard < (settings.shards ?? 1); shard++) {
    const stream = settings.subjects.logStream(shard);
    for (const mailbox of mailboxes) {
      await orUndefined(jsm.consumers.delete(stream, settings.subjects.durable(version, mailbox)), NO_CONSUMER);
    }
  }
}

async function managerOf(link: Link): Promise<JetStreamManager> {
  try {
    return await jetstreamManager(link.nc, { apiPrefix: link.apiPrefix, timeout: 5_000, sendRequiredApiLevel: true });
  } catch (error) {
    throw new TroupeError("unavailable", `JetStream does not answer: ${messageOf(error)}`, { cause: error });
  }
}

async function ensureDurable(jsm: JetStreamManager, stream: string, spec: DurableSpec): Promise<void> {
  const what = `durable ${spec.durable_name} of ${stream}`;
  const info = await orUndefined(jsm.consumers.info(stream, spec.durable_name), NO_CONSUMER);
  const { config } = info ?? (await created(jsm.consumers.add(stream, spec), what));
  requireAsAsked(what, spec, config);
}

async function orUndefined<T>(pending: Promise<T>, absent: number): Promise<T | undefined> {
  try {
    return await pending;
  } catch (error) {
    if (error instanceof JetStreamApiError && error.code === absent) return undefined;
    throw new TroupeError("unavailable", `JetStream refused: ${messageOf(error)}`, { cause: error });
  }
}

async function created<T>(pending: Promise<T>, what: string): Promise<T> {
  try {
    return await pending;
  } catch (error) {
    if (error instanceof JetStreamApiError && DIFFERS.includes(error.code)) {
      throw new TroupeError("wrong_server", `${what} was made with other settings a moment ago; start again`, {
        cause: error,
      });
    }
    const isAlone = error instanceof JetStreamApiError && error.code === NO_CLUSTER;
    const code = isAlone ? "wrong_server" : "unavailable";
    throw new TroupeError(code, `${what} could not be made: ${messageOf(error)}`, { cause: error });
  }
}

/** Compares every setting that was asked for. What the server adds by itself is its own affair. */
export function requireAsAsked(what: string, asked: object, got: object): void {
  const actual = new Map<string, unknown>(Object.entries(got));
  for (const [setting, value] of Object.entries(asked)) {
    if (value === undefined || isDeepStrictEqual(plain(value), plain(actual.get(setting) ?? absentValue(value))))
      continue;
    throw new TroupeError(
      "wrong_server",
      `${what} has ${setting} = ${JSON.stringify(actual.get(setting))} where ${JSON.stringify(value)} was asked for. ` +
        "Either the server is too old (2.14.4 or newer is needed), or the store was made by another version or with other settings: use those, or a fresh store.",
      { details: { what, setting } },
    );
  }
}

/** The server leaves out what is false, zero or empty. */
function absentValue(asked: unknown): unknown {
  if (typeof asked === "boolean") return false;
  return typeof asked === "number" ? 0 : undefined;
}

const plain = (value: unknown): unknown => JSON.parse(JSON.stringify(value ?? null));
