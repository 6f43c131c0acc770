import { directGetBatch, type Link, type StoredRecord, type Subjects, storedRecord } from "@troupe/runtime/internal";
import { type History, toHistory } from "./history.ts";

/** Everything that the log of a one-shard system holds from a sequence on, in the store's order, and the sequence after it. */
export async function readHistory(
  core: Link,
  subjects: Subjects,
  from = 1,
): Promise<{ readonly history: History; readonly next: number }> {
  const records: StoredRecord[] = [];
  const query = { filter: `${subjects.system}.log.0.>`, from };
  for await (const message of directGetBatch(core, subjects.logStream(0), query)) records.push(storedRecord(message));
  return { history: toHistory(subjects, records), next: (records.at(-1)?.sequence ?? from - 1) + 1 };
}
