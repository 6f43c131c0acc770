import type { Clock } from "../clock.ts";
import { TroupeError } from "../errors.ts";
import type { NewRecord, StoredRecord, TaskLog } from "../log/task-log.ts";
import type { Random } from "../random.ts";

/** What a write-once append needs of its surroundings. */
export interface WriteOncePorts {
  readonly log: Pick<TaskLog, "append" | "get">;
  readonly clock: Clock;
  readonly random: Random;
}

/** `stored`: ours is the record. `exists`: somebody (perhaps our own lost attempt) stored this one first. */
export type WriteOnceResult =
  | { readonly kind: "stored"; readonly sequence: number }
  | { readonly kind: "exists"; readonly record: StoredRecord };

const ATTEMPTS = 8;
const FIRST_PAUSE_MS = 20;
const LONGEST_PAUSE_MS = 1_000;

/**
 * Stores a record whose subject may be written only once, whoever else tries. `exists` is answered only once the record can be read:
 * on a replicated stream the first writer's record may still get lost (DESIGN §5, the answer table).
 * Throws `store_full`; `outcome_unknown` when no answer came in about four seconds: the record may or may not be stored, write it again.
 */
export async function writeOnce(ports: WriteOncePorts, record: NewRecord): Promise<WriteOnceResult> {
  let why = "";
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    if (attempt > 0) await ports.clock.sleep(pauseMs(attempt, ports.random));
    const outcome = await ports.log.append(record);
    switch (outcome.kind) {
      case "stored":
        return { kind: "stored", sequence: outcome.sequence };
      case "exists": {
        const stored = await ports.log.get(record.subject);
        if (stored) return { kind: "exists", record: stored };
        why = "the record is not readable yet";
        break;
      }
      case "full":
        throw new TroupeError("store_full", outcome.text);
      case "refused":
        throw new TroupeError("unavailable", `the task log refused a record: ${outcome.text}`, {
          details: { server_code: outcome.code },
        });
      case "fence_moved":
      case "undecided":
        why = "a rival write is not decided yet";
        break;
      case "unknown":
        why = outcome.text;
        break;
    }
  }
  throw new TroupeError("outcome_unknown", `the task log gave no clear answer: ${why}`);
}

function pauseMs(attempt: number, random: Random): number {
  return Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** attempt) * (0.5 + random.unit() / 2);
}
