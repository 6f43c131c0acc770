/** A line of the message log: what a role was given, and what came of it. Pure. */
import { rfc3339 } from "../clock.ts";
import type { Subjects } from "../contracts/subjects.ts";
import { parseTraceparent } from "../contracts/trace-context.ts";
import type { HopEnd } from "../hop/hop-end.ts";
import type { StoredRecord } from "../log/task-log.ts";
import { maskSecrets } from "../telemetry/mask.ts";

/** A longer body is cut; it is whole in the task's own log. */
const MAX_BODY_CHARACTERS = 4_000;

/** Where and when a message was handled. */
export interface Handled {
  readonly atMs: number;
  readonly role: string;
  readonly node: string;
  readonly ranMs: number;
}

/** One line of JSON without its end, secrets masked. */
export function messageLine(
  record: StoredRecord,
  end: HopEnd,
  { atMs, role, node, ranMs }: Handled,
  subjects: Subjects,
): string {
  const at = subjects.parseLog(record.subject);
  const trace = record.header?.trace;
  const line = {
    time: rfc3339(atMs),
    role,
    node,
    task: at?.task,
    hop: at?.hop,
    from: at?.from,
    kind: at?.name.kind,
    sequence: record.sequence,
    trace_id: trace && parseTraceparent(trace.traceparent)?.traceId,
    end: end.kind,
    duration_ms: Math.round(ranMs * 10) / 10,
    ...bodyOf(record),
  };
  return maskSecrets(JSON.stringify(line));
}

function bodyOf({ body, encoding }: StoredRecord): Readonly<Record<string, unknown>> {
  if (encoding !== "json") return { body_bytes: body.length };
  const text = Buffer.from(body).toString();
  if (text.length > MAX_BODY_CHARACTERS) return { body_text: text.slice(0, MAX_BODY_CHARACTERS), is_cut: true };
  try {
    return { body: JSON.parse(text) as unknown };
  } catch {
    return { body_text: text };
  }
}
