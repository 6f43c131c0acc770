/** API keys of a gateway bed, and calls as their owners. */
import { type AccessRole, type ApiKey, apiKeyBucket, newApiKey } from "@troupe/gateway/internal";
import { systemClock, systemRandom } from "@troupe/runtime";
import type { GatewayBed } from "./gateway-bed.ts";
import { silentLogger } from "./nats-server.ts";

export const keysOf = ({ core, subjects }: Pick<GatewayBed, "core" | "subjects">) =>
  apiKeyBucket({ link: core, subjects, logger: silentLogger, clock: systemClock });

/** Stores a key of a user; its text and its row. */
export async function makeKey(
  bed: Pick<GatewayBed, "core" | "subjects">,
  tenant: string,
  roles: readonly AccessRole[],
  change: Partial<ApiKey> & { readonly lifetimeMs?: number } = {},
): Promise<{ readonly text: string; readonly row: ApiKey }> {
  const { lifetimeMs, user = `${roles.join("-")}-of-${tenant}`, ...rest } = change;
  const asked = { name: "test", tenant, user, roles, lifetimeMs };
  const { row, text } = newApiKey(asked, { random: systemRandom, nowMs: systemClock.nowMs() });
  const stored = { ...row, ...rest };
  await keysOf(bed).create(row.id, stored);
  return { text, row: stored };
}

export interface Called {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  // Loose: each test says what it expects in it.
  readonly body: Record<string, unknown> & { task_id?: string; code?: string };
}

/** One request; a body is sent as JSON. */
export async function call(
  url: string,
  method: string,
  path: string,
  { key, body, headers = {} }: { key?: string | undefined; body?: unknown; headers?: Record<string, string> } = {},
): Promise<Called> {
  const answer = await fetch(`${url}${path}`, {
    method,
    headers: {
      ...(key === undefined ? {} : { authorization: `Bearer ${key}` }),
      ...(body === undefined ? {} : { "content-type": "application/json" }),
      ...headers,
    },
    ...(body === undefined ? {} : { body: typeof body === "string" ? body : JSON.stringify(body) }),
    signal: AbortSignal.timeout(10_000),
  });
  const text = await answer.text();
  const isJson = text !== "" && (answer.headers.get("content-type") ?? "").includes("json");
  return {
    status: answer.status,
    headers: answer.headers,
    text,
    body: (isJson ? JSON.parse(text) : {}) as Called["body"],
  };
}
