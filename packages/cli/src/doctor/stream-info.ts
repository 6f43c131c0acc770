import { TroupeError } from "@troupe/runtime";
import type { Link } from "@troupe/runtime/internal";
import { z } from "zod";

const Copy = z.looseObject({ name: z.string(), current: z.boolean(), offline: z.boolean().optional() });

/** What the server says of a stream, as far as checks look at it. */
export const StreamInfo = z.looseObject({
  ts: z.iso.datetime({ offset: true }),
  config: z.looseObject({ name: z.string(), num_replicas: z.number(), max_bytes: z.number(), discard: z.string() }),
  state: z.looseObject({ messages: z.number(), bytes: z.number() }),
  cluster: z.looseObject({ replicas: z.array(Copy).optional() }).optional(),
});
export type StreamInfo = z.infer<typeof StreamInfo>;

const Refusal = z.object({ error: z.object({ err_code: z.number().optional(), description: z.string() }) });

/** Asks the JetStream API. Throws `unavailable` with what it was refused for. */
export async function askJetStream(link: Link, verb: string, body: object = {}): Promise<unknown> {
  const answer = await link.nc.request(`${link.apiPrefix}.${verb}`, JSON.stringify(body), { timeout: 5_000 });
  const value: unknown = answer.json();
  const refused = Refusal.safeParse(value);
  if (refused.success) throw new TroupeError("unavailable", `${verb}: ${refused.data.error.description}`);
  return value;
}

export const streamInfo = async (link: Link, name: string): Promise<StreamInfo> =>
  StreamInfo.parse(await askJetStream(link, `STREAM.INFO.${name}`));
