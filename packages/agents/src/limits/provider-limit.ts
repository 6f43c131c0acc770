/** What the fleet knows of one provider's limit, and what one node may take of it. Pure. */
import { z } from "zod";
import { type Observed, RateLimits } from "./rate-headers.ts";

const at = z.number().min(0);

/** Row of `<sys>-limits`: one key at one endpoint, one model. Times are wall clock, ms. */
export const ProviderLimit = z.strictObject({
  v: z.literal(1),
  /** For people. */
  name: z.string().max(512),
  limits: RateLimits,
  observedAtMs: at,
  /** The provider asked to be left alone until then. */
  restUntilMs: at,
  /** Nodes that call it, and when they last said so. */
  nodes: z.record(z.string().max(64), at),
});
export type ProviderLimit = z.infer<typeof ProviderLimit>;

/** What a call takes: one request, and its tokens. */
export interface CallCost {
  readonly requests: number;
  readonly tokens: number;
}

/** A limit that nobody was told of for so long is not believed any more, ms. */
export const BELIEVED_MS = 300_000;
/** A node that has not called for so long shares no more, ms. */
export const NODE_SHARES_MS = 30_000;
const MINUTE_MS = 60_000;
/** A little slower than the provider refills: clocks and answers lag. */
const PACE = 0.97;

export const unlimited = (name: string): ProviderLimit => ({
  v: 1,
  name,
  limits: {},
  observedAtMs: 0,
  restUntilMs: 0,
  nodes: {},
});

/** Among how many nodes the limit is shared now; this one counts in any case. */
export function sharers({ nodes }: ProviderLimit, node: string, nowMs: number): number {
  const others = Object.entries(nodes).filter(([name, atMs]) => name !== node && nowMs - atMs < NODE_SHARES_MS);
  return others.length + 1;
}

/** What one node may take at a moment: its part of the limit, fuller with time. `Infinity` = not limited. */
export interface Share extends CallCost {
  readonly atMs: number;
}

const MEASURES = ["requests", "tokens"] as const;

/** The share of a node that has heard of no limit yet. */
export const fullShare = (nowMs: number): Share => ({ requests: Infinity, tokens: Infinity, atMs: nowMs });

/** The same share later: refilled, and without bound where the limit is not known, or not believed, any more. */
export function refilled(share: Share, limit: ProviderLimit, part: number, nowMs: number): Share {
  const isBelieved = nowMs - limit.observedAtMs <= BELIEVED_MS;
  const levelOf = (measure: (typeof MEASURES)[number]) => {
    const seen = isBelieved ? limit.limits[measure] : undefined;
    if (seen === undefined) return Infinity;
    return Math.min(seen.limit * part, share[measure] + refillOf(seen) * part * Math.max(0, nowMs - share.atMs));
  };
  return { requests: levelOf("requests"), tokens: levelOf("tokens"), atMs: Math.max(share.atMs, nowMs) };
}

/**
 * The share after the provider has told what remains. With calls in flight that is older news than what was taken since, so it only ever
 * lowers the share; a share that was not limited so far is what remains without the calls in flight.
 */
export function corrected(share: Share, limit: ProviderLimit, part: number, inFlight: number): Share {
  const levelOf = (measure: (typeof MEASURES)[number], taken: number) => {
    const seen = limit.limits[measure];
    if (seen === undefined) return Infinity;
    if (inFlight === 0) return seen.remaining * part;
    return Math.min(
      share[measure] === Infinity ? seen.remaining * part - taken : share[measure],
      seen.remaining * part,
    );
  };
  return { ...share, requests: levelOf("requests", inFlight), tokens: levelOf("tokens", 0) };
}

/** How long a call has to wait, ms; 0 = it may go now. One that is larger than the whole share waits until that is full. */
export function waitFor(share: Share, limit: ProviderLimit, part: number, call: CallCost, nowMs: number): number {
  const waits = MEASURES.map((measure) => {
    const seen = limit.limits[measure];
    const needed = Math.min(call[measure], (seen?.limit ?? Infinity) * part);
    if (seen === undefined || share[measure] >= needed) return 0;
    return Math.ceil((needed - share[measure]) / (refillOf(seen) * part));
  });
  return Math.max(0, limit.restUntilMs - nowMs, ...waits);
}

function refillOf({ limit, remaining, fullInMs }: Observed): number {
  const used = limit - remaining;
  return PACE * (used > 0 && fullInMs > 0 ? used / fullInMs : limit / MINUTE_MS);
}

/** The part of all limits that a call takes: what tenants are compared by. Above 0. */
export function shareOf({ limits: { requests, tokens } }: ProviderLimit, call: CallCost): number {
  const ofRequests = requests === undefined ? 0 : call.requests / requests.limit;
  const ofTokens = tokens === undefined ? 0 : call.tokens / tokens.limit;
  return Math.max(ofRequests, ofTokens, 1e-9);
}

/** What an answer told, merged into what is known: the newest limits, the longest rest. */
export function observed(
  limit: ProviderLimit,
  told: { readonly limits?: RateLimits | undefined; readonly restMs?: number | undefined },
  node: string,
  nowMs: number,
): ProviderLimit {
  const nodes = Object.entries({ ...limit.nodes, [node]: nowMs }).filter(([, atMs]) => nowMs - atMs < NODE_SHARES_MS);
  return {
    ...limit,
    ...(told.limits === undefined ? {} : { limits: told.limits, observedAtMs: nowMs }),
    restUntilMs: Math.max(limit.restUntilMs, nowMs + (told.restMs ?? 0)),
    nodes: Object.fromEntries(nodes),
  };
}

/** Two views of one provider: the newer limits, the longer rest, all nodes. */
export function merged(a: ProviderLimit, b: ProviderLimit): ProviderLimit {
  const newer = a.observedAtMs >= b.observedAtMs ? a : b;
  const nodes: Record<string, number> = { ...a.nodes };
  for (const [node, atMs] of Object.entries(b.nodes)) nodes[node] = Math.max(atMs, nodes[node] ?? 0);
  return { ...newer, restUntilMs: Math.max(a.restUntilMs, b.restUntilMs), nodes };
}
