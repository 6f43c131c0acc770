import {
  advanceSession,
  jsonRecord,
  nextTurn,
  parseTaskId,
  parseTurn,
  type SessionKey,
  type SessionPorts,
  type TaskId,
  type TaskLog,
  type TaskOrder,
  turnRecord,
  writeOnce,
} from "@troupe/runtime/internal";
import type { EndWatch } from "./end-watch.ts";
import type { SessionTurn, TurnKeeper } from "./turn-keeper.ts";

/** What the door needs to give a task its turn in a session. */
export interface QueueTurnPorts extends SessionPorts {
  readonly log: TaskLog;
  /** The stream of tasks that are accepted and not started. */
  readonly waiting: Pick<TaskLog, "append" | "get">;
  readonly ends: EndWatch;
  readonly turns: TurnKeeper;
}

/**
 * Stores a task as the next turn of its session, and starts it if the turns before it have ended. Turns do not wait for admission: a session
 * has at most one task in flight. `mayBeStored`: another submission with the same key may have stored it.
 */
export async function queueTurn(
  ports: QueueTurnPorts,
  order: TaskOrder,
  key: SessionKey,
  mayBeStored: boolean,
): Promise<void> {
  const { ends, turns } = ports;
  const shard = parseTaskId(order.task)?.shard ?? 0;
  const number = await storeTurn(ports, order, shard, key, mayBeStored);
  turns.add(order.task, { shard, key, number });
  ends.watch(order.task, true);
  const started = await advanceSession(ports, shard, key, number, true);
  if (started === order.task) return;
  await storeWaiting(ports, order);
  if (started === undefined) return;
  // It may have ended already, and been looked after before this turn was stored: then only its end tells that this turn is due.
  turns.add(started, { shard, key, number: number - 1 });
  ends.watch(started);
}

/** Returns the turn's number. */
async function storeTurn(
  ports: QueueTurnPorts,
  order: TaskOrder,
  shard: number,
  key: SessionKey,
  mayBeStored: boolean,
): Promise<number> {
  const { subjects, log } = ports;
  let number = nextTurn(subjects, await log.last(subjects.turns(shard, key)));
  if (mayBeStored) number = (await findTurn(ports, order.task, { shard, key, number: number - 1 })) ?? number;
  for (;;) {
    const outcome = await writeOnce(ports, turnRecord(subjects, shard, key, number, order));
    if (outcome.kind === "stored" || parseTurn(subjects, outcome.record)?.task === order.task) return number;
    number++;
  }
}

/** The number of a task's turn, looked for from `last` on backwards. */
async function findTurn(ports: QueueTurnPorts, task: TaskId, last: SessionTurn): Promise<number | undefined> {
  const { subjects, log } = ports;
  for (let { number } = last; number >= 1; number--) {
    const stored = await log.get(subjects.turn(last.shard, last.key, number));
    if (!stored) return undefined;
    if (parseTurn(subjects, stored)?.task === task) return number;
  }
  return undefined;
}

/**
 * Nothing in the log names a turn by its task: whoever asks for the task finds it here until it starts. The turn holds the input; this only
 * says that the task exists.
 */
async function storeWaiting({ waiting, subjects, ...ports }: QueueTurnPorts, order: TaskOrder): Promise<void> {
  const { clock, random, patienceMs } = ports;
  const record = jsonRecord(subjects.waiting("session", order.task), {}, { ...order, input: null });
  await writeOnce({ log: waiting, clock, random, patienceMs }, record);
}
