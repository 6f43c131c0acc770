import {
  directGetBatch,
  type Link,
  type StoredRecord,
  type Subjects,
  storedRecord,
  TroupeError,
} from "@troupe/runtime/internal";
import { type History, toHistory } from "./history.ts";

/** Unanswered reads that are tried again: on a machine at its limit one page may come late. */
const RETRIES = 10;

/** Sequence that the log of a one-shard system gives to its next record. */
export async function nextSequence(core: Link, subjects: Subjects): Promise<number> {
  const answer = await core.nc.request(`$JS.API.STREAM.INFO.${subjects.logStream(0)}`, "");
  return answer.json<{ state: { last_seq: number } }>().state.last_seq + 1;
}

/** Everything that the log of a one-shard system holds from a sequence on, in the store's order, and the sequence after it. */
export async function readHistory(
  core: Link,
  subjects: Subjects,
  from = 1,
): Promise<{ readonly history: History; readonly next: number }> {
  const records: StoredRecord[] = [];
  const next = () => (records.at(-1)?.sequence ?? from - 1) + 1;
  for (let retries = 0; ; retries++) {
    try {
      const query = { filter: `${subjects.system}.log.0.>`, from: next() };
      for await (const message of directGetBatch(core, subjects.logStream(0), query))
        records.push(storedRecord(message));
      return { history: toHistory(subjects, records), next: next() };
    } catch (error) {
      if (!TroupeError.is(error, "unavailable") || retries === RETRIES) throw error;
    }
  }
}
