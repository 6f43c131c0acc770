/** The few calls of the JetStream API that the benchmark makes for itself. */
import type { Link } from "@troupe/runtime/internal";
import { z } from "zod";

const Answer = z.object({ error: z.object({ code: z.number(), description: z.string() }).optional() });
const StreamInfo = z.object({ state: z.object({ messages: z.number(), bytes: z.number() }) });

export interface StreamSize {
  readonly messages: number;
  readonly bytes: number;
}

async function call(link: Link, verb: string, body: unknown): Promise<unknown> {
  const answer = await link.nc.request(`${link.apiPrefix}.${verb}`, JSON.stringify(body), { timeout: 10_000 });
  const { error } = Answer.parse(answer.json());
  if (error) throw new Error(`${verb}: ${error.code} ${error.description}`);
  return answer.json();
}

export async function createStream(
  link: Link,
  config: { readonly name: string; readonly deny_purge: boolean },
): Promise<void> {
  await call(link, `STREAM.CREATE.${config.name}`, config);
}

export async function createDurable(
  link: Link,
  stream: string,
  config: { readonly durable_name: string },
): Promise<void> {
  await call(link, `CONSUMER.CREATE.${stream}.${config.durable_name}`, {
    stream_name: stream,
    config,
    action: "create",
  });
}

export async function sizeOf(link: Link, stream: string): Promise<StreamSize> {
  return StreamInfo.parse(await call(link, `STREAM.INFO.${stream}`, {})).state;
}

/** Empties a stream, so that one measurement does not pay for the records of another. */
export async function purge(link: Link, stream: string): Promise<void> {
  await call(link, `STREAM.PURGE.${stream}`, {});
}
