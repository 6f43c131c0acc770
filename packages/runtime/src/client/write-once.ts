import type { Clock } from "../clock.ts";
import { TroupeError } from "../errors.ts";
import type { AppendOutcome, NewRecord, StoredRecord, TaskLog } from "../log/task-log.ts";
import type { Random } from "../random.ts";

/** What a write-once append needs of its surroundings. */
export interface WriteOncePorts {
  readonly log: Pick<TaskLog, "append" | "get">;
  readonly clock: Clock;
  readonly random: Random;
  /** How long the write is repeated while its outcome is open, ms; default 5,000. */
  readonly patienceMs?: number | undefined;
}

/** `stored`: ours is the record. `exists`: somebody (perhaps our own lost attempt) stored this one first. */
export type WriteOnceResult =
  | { readonly kind: "stored"; readonly sequence: number }
  | { readonly kind: "exists"; readonly record: StoredRecord };

const PATIENCE_MS = 5_000;
const FIRST_PAUSE_MS = 20;
const LONGEST_PAUSE_MS = 1_000;

/**
 * Stores a record whose subject may be written only once, whoever else tries. `exists` is answered only once the record can be read:
 * on a replicated stream the first writer's record may still get lost (DESIGN §5, the answer table).
 * Throws `store_full`; `outcome_unknown` when no clear answer came in time: the record may or may not be stored, write it again.
 */
export function writeOnce(ports: WriteOncePorts, record: NewRecord): Promise<WriteOnceResult> {
  const read = (outcome: AppendOutcome) => (outcome.kind === "exists" ? ports.log.get(record.subject) : undefined);
  return untilClear(ports, () => ports.log.append(record), read);
}

/** The same, where reading finds the winner of a fence. */
export interface DecideOncePorts extends WriteOncePorts {
  readonly log: Pick<TaskLog, "append" | "get" | "last">;
}

/**
 * Stores a record while there is none under `filter`, whoever else tries under whatever subject: the log takes the first and refuses every
 * other. All who try must give the same filter. Throws what {@link writeOnce} throws.
 */
export function decideOnce(ports: DecideOncePorts, filter: string, record: NewRecord): Promise<WriteOnceResult> {
  // On a replicated stream a fence sees the uncommitted rivals of the same filter only.
  const fence = { filter, sequence: 0 };
  const read = async (outcome: AppendOutcome) => {
    if (outcome.kind !== "exists" && outcome.kind !== "fence_moved") return undefined;
    return (await ports.log.last(filter)) ?? ports.log.get(record.subject);
  };
  return untilClear(ports, () => ports.log.append(record, fence), read);
}

async function untilClear(
  { clock, random, patienceMs = PATIENCE_MS }: WriteOncePorts,
  append: () => Promise<AppendOutcome>,
  read: (outcome: AppendOutcome) => Promise<StoredRecord | undefined> | undefined,
): Promise<WriteOnceResult> {
  const deadlineMs = clock.monotonicMs() + patienceMs;
  for (let attempt = 1; ; attempt++) {
    const outcome = await append();
    if (outcome.kind === "stored") return { kind: "stored", sequence: outcome.sequence };
    const stored = await read(outcome);
    if (stored) return { kind: "exists", record: stored };
    const why = openReason(outcome);
    if (clock.monotonicMs() >= deadlineMs) {
      throw new TroupeError("outcome_unknown", `the task log gave no clear answer: ${why}`);
    }
    await clock.sleep(pauseMs(attempt, random));
  }
}

/** Why an outcome is not the last word. Throws when it is. */
function openReason(outcome: Exclude<AppendOutcome, { kind: "stored" }>): string {
  switch (outcome.kind) {
    case "exists":
      return "the record is not readable yet";
    case "fence_moved":
    case "undecided":
      return "a rival write is not decided yet";
    case "unknown":
      return outcome.text;
    case "full":
      throw new TroupeError("store_full", outcome.text);
    case "refused":
      throw new TroupeError("unavailable", `the task log refused a record: ${outcome.text}`, {
        details: { server_code: outcome.code },
      });
    default:
      outcome satisfies never;
      throw new TroupeError("invariant_violated", "an append with an outcome that is none");
  }
}

function pauseMs(attempt: number, random: Random): number {
  return Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** attempt) * (0.5 + random.unit() / 2);
}
