/** A task's records as people read them, page by page. Pure. */
import { rfc3339, type TaskId, type TaskLogEntry, type TaskLogPage, type TaskRecord } from "@troupe/runtime/internal";

/** A page goes into one NATS message with room to spare. */
const PAGE_BYTES = 512 * 1024;
const DEFAULT_LIMIT = 200;
/** A longer body is shown as its size: read it over HTTP or from the log itself. */
const LONGEST_BODY_BYTES = 128 * 1024;

/** The records after `after`, at most `limit` (default 200) and about 512 KiB of them. */
export function taskLogPage(
  task: TaskId,
  records: readonly TaskRecord[],
  { after = 0, limit = DEFAULT_LIMIT }: { readonly after?: number | undefined; readonly limit?: number | undefined },
): TaskLogPage {
  const entries: TaskLogEntry[] = [];
  let bytes = 0;
  const rest = records.filter((record) => record.sequence > after);
  for (const record of rest) {
    const entry = logEntry(record);
    bytes += Buffer.byteLength(JSON.stringify(entry));
    if (entries.length >= limit || (entries.length > 0 && bytes > PAGE_BYTES)) break;
    entries.push(entry);
  }
  const last = entries.at(-1);
  return { task_id: task, records: entries, ...(last && entries.length < rest.length ? { next: last.id } : {}) };
}

function logEntry({ sequence, atMs, subject, header, body }: TaskRecord): TaskLogEntry {
  const { name, hop, from } = subject;
  return {
    id: sequence,
    at: rfc3339(atMs),
    hop,
    from,
    kind: `${name.class}.${name.kind}`,
    to: name.to,
    ...(header?.writer ? { node: header.writer.node } : {}),
    ...(body === undefined ? {} : { body: shown(body) }),
    ...(header?.usage ? { usage: header.usage } : {}),
  };
}

/** Values that only MessagePack holds (bigint, Date, Map, bytes) in the nearest form that JSON has. */
const jsonForm = (_key: string, value: unknown): unknown => {
  if (typeof value === "bigint") return value.toString();
  if (value instanceof Map) return Object.fromEntries(value);
  return value instanceof Uint8Array ? { bytes: value.byteLength } : value;
};

function shown(body: unknown): unknown {
  const text = JSON.stringify(body, jsonForm);
  if (text.length > LONGEST_BODY_BYTES) return { omitted_bytes: Buffer.byteLength(text) };
  const plain: unknown = JSON.parse(text);
  return plain;
}
