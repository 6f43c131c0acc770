/** What model calls used, as the records of tasks tell it: each recorded step counts once, however often it was tried. Pure. */
import { z } from "zod";
import { rfc3339 } from "../clock.ts";
import type { TaskRecord } from "./task-record.ts";

const count = z.int().min(0);
const name = z.string().max(256);

/** Use of models, summed. */
export const UsageSum = z.strictObject({
  /** Calls that were paid for. */
  calls: count,
  /** Calls that the cache answered. */
  cached_calls: count,
  input_tokens: count,
  output_tokens: count,
  /** Millionths of a dollar. */
  cost_micros: count,
  /** What the cached answers cost the first time. */
  saved_micros: count,
});
export type UsageSum = z.infer<typeof UsageSum>;

/** What usage can be looked at by. */
export const USAGE_KEYS = ["tenant", "user", "role", "model", "day"] as const;
export type UsageKey = (typeof USAGE_KEYS)[number];

/** One line of usage: of one day (UTC), tenant, user, role and model, or of what is left of them. `user` is "" where nobody is known. */
export const UsageLine = UsageSum.extend({
  tenant: name.optional(),
  user: name.optional(),
  role: name.optional(),
  model: name.optional(),
  day: z.iso.date().optional(),
});
export type UsageLine = z.infer<typeof UsageLine>;

/** Request of the service `<sys>.supervisor.usage`. Days are inclusive; absent = all that is kept (30 days). */
export const UsageRequest = z.strictObject({
  by: z.array(z.enum(USAGE_KEYS)).max(USAGE_KEYS.length).default(["day", "model"]),
  from: z.iso.date().optional(),
  to: z.iso.date().optional(),
  tenant: name.optional(),
});
export type UsageRequest = z.infer<typeof UsageRequest>;

/** Answer of that service. `is_complete` is false when there were more lines than it shows. */
export const UsageAnswer = z.strictObject({ lines: z.array(UsageLine), is_complete: z.boolean() });

const StepValue = z.looseObject({
  name: z.string(),
  value: z
    .looseObject({
      model: z.string().optional(),
      cached: z.looseObject({ savedMicros: z.number() }).optional().catch(undefined),
    })
    .optional()
    .catch(undefined),
});

/** Whose a task is. */
export interface UsageOwner {
  readonly tenant: string;
  readonly user?: string | undefined;
}

/** The owner that a start record names. */
export function usageOwner({ subject, header }: TaskRecord): UsageOwner | undefined {
  if (subject.from !== "client" || subject.name.class !== "m" || !header?.passport) return undefined;
  return { tenant: header.passport.tenant, user: header.origin?.user };
}

/** The use that a record tells of; `undefined` for what is no step with usage. */
export function usageOfStep(record: TaskRecord, { tenant, user = "" }: UsageOwner): UsageLine | undefined {
  const { subject, header, atMs, body } = record;
  if (subject.name.class !== "s" || subject.name.kind !== "step" || !header?.usage) return undefined;
  const step = StepValue.safeParse(body).data;
  const { inputTokens, outputTokens, costMicros } = header.usage;
  const cached = step?.value?.cached;
  return {
    tenant,
    user,
    role: subject.from,
    model: (step?.value?.model ?? step?.name.replace(/^model:/, "") ?? "unknown").slice(0, 256),
    day: rfc3339(atMs).slice(0, 10),
    calls: cached ? 0 : 1,
    cached_calls: cached ? 1 : 0,
    input_tokens: inputTokens,
    output_tokens: outputTokens,
    cost_micros: costMicros,
    saved_micros: cached ? Math.max(0, Math.round(cached.savedMicros)) : 0,
  };
}

/** The use of a whole task; empty when it called no model. */
export function usageOfTask(records: readonly TaskRecord[]): readonly UsageLine[] {
  const owner = records.map(usageOwner).find((found) => found !== undefined) ?? { tenant: "" };
  const lines = records.flatMap((record) => usageOfStep(record, owner) ?? []);
  return sumUsage(lines, USAGE_KEYS);
}

/** Sums lines that are alike in these keys, sorted by them. */
export function sumUsage(lines: Iterable<UsageLine>, by: readonly UsageKey[]): readonly UsageLine[] {
  const sums = new Map<string, UsageLine>();
  for (const line of lines) {
    const keys = USAGE_KEYS.filter((key) => by.includes(key)).map((key) => [key, line[key] ?? ""] as const);
    const place = JSON.stringify(keys);
    const sum = sums.get(place);
    sums.set(place, { ...Object.fromEntries(keys), ...(sum === undefined ? sumOf(line) : plus(sum, line)) });
  }
  return [...sums.entries()].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([, line]) => line);
}

const sumOf = ({
  calls,
  cached_calls,
  input_tokens,
  output_tokens,
  cost_micros,
  saved_micros,
}: UsageSum): UsageSum => ({
  calls,
  cached_calls,
  input_tokens,
  output_tokens,
  cost_micros,
  saved_micros,
});

const plus = (a: UsageSum, b: UsageSum): UsageSum => ({
  calls: a.calls + b.calls,
  cached_calls: a.cached_calls + b.cached_calls,
  input_tokens: a.input_tokens + b.input_tokens,
  output_tokens: a.output_tokens + b.output_tokens,
  cost_micros: a.cost_micros + b.cost_micros,
  saved_micros: a.saved_micros + b.saved_micros,
});

/** Header of the first part of an archived task: its use, so that nobody has to unpack it to know. */
export const USAGE_HEADER = "Troupe-Usage";
const MAX_HEADER_LENGTH = 32_768;

/** Lines as a header's value, in printable ASCII; `undefined` when there are none, or too many for a header. */
export function usageHeader(lines: readonly UsageLine[]): string | undefined {
  if (lines.length === 0) return undefined;
  const text = JSON.stringify(lines).replace(
    /[^\x20-\x7e]/g,
    (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
  return text.length > MAX_HEADER_LENGTH ? undefined : text;
}

/** Reads such a header; `undefined` when it does not parse. */
export function parseUsageHeader(text: string): readonly UsageLine[] | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  return z.array(UsageLine).safeParse(value).data;
}
