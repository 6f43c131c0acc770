import { type JsMsg, jetstream } from "@nats-io/jetstream";
import {
  decodeRecordHeader,
  type Link,
  parseUsageHeader,
  readTaskRecords,
  type StoredRecord,
  type Subjects,
  USAGE_HEADER,
  type UsageLine,
  type UsageOwner,
  usageOfStep,
  usageOwner,
} from "@troupe/runtime/internal";

export interface UsageSource {
  readonly link: Link;
  readonly subjects: Subjects;
  readonly shards: number;
}

/**
 * All use of models that is known: of finished tasks from the archive's headers, of the others from the log. Every recorded step is in
 * it once: the archive goes first, and a task that is there is left out of the log. Throws `unavailable` when the store does not answer.
 */
export async function readUsage({ link, subjects, shards }: UsageSource): Promise<readonly UsageLine[]> {
  const owners = new Map<string, UsageOwner>();
  const inLog: { readonly task: string; readonly line: UsageLine }[] = [];
  // The log before the archive: a task that moves meanwhile is then seen in at least one of the two.
  for (let shard = 0; shard < shards; shard++) {
    const stream = subjects.logStream(shard);
    const recordsOf = (message: JsMsg) => readTaskRecords(subjects, [recordOf(message)]);
    await readAll(
      link,
      stream,
      { filter: subjects.writtenBy(shard, "client", "m.send.*"), headersOnly: true },
      (message) => {
        for (const start of recordsOf(message)) {
          const owner = usageOwner(start);
          if (owner) owners.set(start.subject.task, owner);
        }
      },
    );
    await readAll(link, stream, { filter: subjects.everywhere(shard, "s.step.*"), headersOnly: false }, (message) => {
      for (const step of recordsOf(message)) {
        const owner = owners.get(step.subject.task);
        const line = owner && usageOfStep(step, owner);
        if (line) inLog.push({ task: step.subject.task, line });
      }
    });
  }
  const archived = new Set<string>();
  const lines: UsageLine[] = [];
  const firstParts = { filter: subjects.archivedFirstParts(), headersOnly: true };
  await readAll(link, subjects.stream("ARCHIVE"), firstParts, (message) => {
    const task = subjects.parseArchivedTask(message.subject);
    if (task !== undefined) archived.add(task);
    lines.push(...(parseUsageHeader(message.headers?.get(USAGE_HEADER) ?? "") ?? []));
  });
  for (const { task, line } of inLog) if (!archived.has(task)) lines.push(line);
  return lines;
}

const BATCH = 1_000;
const SILENCE_MS = 1_000;

interface Filter {
  readonly filter: string;
  readonly headersOnly: boolean;
}

/** Tells every message of a stream's filter that is there now. */
async function readAll(link: Link, stream: string, { filter, headersOnly }: Filter, take: (message: JsMsg) => void) {
  const consumer = await jetstream(link.nc).consumers.get(stream, {
    filter_subjects: filter,
    headers_only: headersOnly,
  });
  for (let pending = (await consumer.info()).num_pending; pending > 0; ) {
    let told = 0;
    for await (const message of await consumer.fetch({ max_messages: BATCH, expires: SILENCE_MS })) {
      take(message);
      told += 1;
      pending = message.info.pending;
      // A batch that is not full would be waited for until it expires.
      if (pending === 0) break;
    }
    // The last ones may have been deleted before they were delivered.
    if (told === 0) pending = 0;
  }
}

function recordOf(message: JsMsg): StoredRecord {
  const headers = message.headers?.values("Troupe") ?? [];
  return {
    subject: message.subject,
    sequence: message.seq,
    storedAtMs: Math.floor(message.info.timestampNanos / 1e6),
    header: headers.length === 1 ? decodeRecordHeader(headers[0] ?? "") : undefined,
    encoding: message.headers?.get("Content-Type") === "application/msgpack" ? "msgpack" : "json",
    body: message.data,
  };
}
