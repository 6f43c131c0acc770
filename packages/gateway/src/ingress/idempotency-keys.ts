/** Which task an idempotency key stands for: written before the task is, so that a repeat finds it whatever crashed meanwhile. */
import { createHash } from "node:crypto";
import {
  isMailboxName,
  jsonRecord,
  parseTaskId,
  type Subjects,
  type TaskId,
  type TaskRequest,
  TroupeError,
  type WriteOncePorts,
  writeOnce,
} from "@troupe/runtime/internal";
import { z } from "zod";
import { readJson } from "./read-json.ts";

/** What is kept of a key's first use, for 24 h. */
export const KeyEntry = z.strictObject({
  v: z.literal(1),
  task: z.custom<TaskId>((value) => typeof value === "string" && parseTaskId(value) !== undefined),
  mailbox: z.string().refine(isMailboxName),
  /** Hash of door and request: another request under the same key is a mistake of the caller. */
  digest: z.string().length(64),
});
export type KeyEntry = z.infer<typeof KeyEntry>;

const sha256 = (text: string): string => createHash("sha256").update(text).digest("hex");

/** The token of a caller's key; tenants cannot meet. */
export const callerKey = (tenant: string, key: string): string => sha256(`caller\0${tenant}\0${key}`);
/** The token of a stored `queue` message. */
export const queueKey = (streamSequence: number): string => sha256(`queue\0${streamSequence}`);

export const requestDigest = (role: string, request: TaskRequest): string =>
  sha256(`${role}\0${JSON.stringify(request)}`);

/** Keys of a system. */
export interface KeyStore {
  /** The first use's entry: ours, or the one that was there. */
  claim(hash: string, entry: KeyEntry): Promise<{ readonly entry: KeyEntry; readonly isFirst: boolean }>;
  find(hash: string): Promise<KeyEntry | undefined>;
}

export function createKeyStore(ports: WriteOncePorts & { readonly subjects: Subjects }): KeyStore {
  const { subjects, log } = ports;
  return {
    claim: async (hash, entry) => {
      const outcome = await writeOnce(ports, jsonRecord(subjects.key(hash), {}, entry));
      if (outcome.kind === "stored") return { entry, isFirst: true };
      const first = parseEntry(outcome.record.body);
      // Our own write may be the one that is there, its answer lost: nobody else has this task id.
      return { entry: first, isFirst: first.task === entry.task };
    },
    find: async (hash) => {
      const stored = await log.get(subjects.key(hash));
      return stored && parseEntry(stored.body);
    },
  };
}

function parseEntry(body: Uint8Array): KeyEntry {
  const parsed = KeyEntry.safeParse(readJson(body));
  if (parsed.success) return parsed.data;
  throw new TroupeError("malformed_record", "the stored idempotency key does not parse");
}

/** Throws `key_reused` when the key was first used for something else. */
export function requireSameRequest(entry: KeyEntry, digest: string): void {
  if (entry.digest === digest) return;
  throw new TroupeError("key_reused", `the idempotency key belongs to another request: task ${entry.task}`, {
    details: { task_id: entry.task },
  });
}
