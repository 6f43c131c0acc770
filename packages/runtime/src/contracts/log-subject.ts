/** What the tokens of a subject of the task log say. Pure; {@link Subjects} splits them off. */
import { type HopId, isHopId, isSessionKey, parseTaskId, type SessionKey, type TaskId, type Version } from "../ids.ts";
import { isRoleName } from "./names.ts";
import { NUMBER, type RecordName, recordName } from "./record-name.ts";

/** A parsed subject of the task log. `from` is the writer's role, or `client`, `human`, `timer`, `supervisor`, `end`. */
export interface LogSubject {
  readonly shard: number;
  readonly version: Version;
  readonly task: TaskId;
  readonly hop: HopId | "end";
  readonly from: string;
  readonly name: RecordName;
}

/** A parsed subject of a session: a revision of a role's state, or a waiting turn (no role). */
export interface SessionSubject {
  readonly shard: number;
  readonly session: SessionKey;
  readonly role?: string;
  readonly number: number;
}

/** What stands behind `<sys>.log`. */
export type EightTokens = [string, string, string, string, string, string, string, string];
const WRITERS: ReadonlySet<string> = new Set(["client", "human", "timer", "supervisor", "end"]);
const isWriter = (from: string): boolean => WRITERS.has(from) || isRoleName(from);

/** A record of a task; `undefined` for anything else, hostile tokens included. */
export function logSubjectOf(tokens: EightTokens): LogSubject | undefined {
  const [shard, version, taskText, hop, from, cls, kind, to] = tokens;
  const task = parseTaskId(taskText);
  if (!task || String(task.shard) !== shard || task.version !== version) return undefined;
  const name = recordName(cls, kind, to);
  if (!name || !isWriter(from)) return undefined;
  const place = { shard: task.shard, version: task.version, task: task.id, from, name };
  // The end of a task has a place of its own, and nothing else may stand there.
  if (name.class === "t") return hop === "end" && from === "end" ? { ...place, hop } : undefined;
  return isHopId(hop) && from !== "end" ? { ...place, hop } : undefined;
}

/** A record of a session; `undefined` for anything else. */
export function sessionSubjectOf(tokens: EightTokens): SessionSubject | undefined {
  const [shard, all, session, place, writer, cls, kind, number] = tokens;
  if (!NUMBER.test(shard) || all !== "all" || cls !== "v") return undefined;
  if (!isSessionKey(session) || !NUMBER.test(number)) return undefined;
  const at = { shard: Number(shard), session, number: Number(number) };
  if (`${place}.${kind}` === "queue.turn") return writer === "client" ? at : undefined;
  if (`${place}.${kind}` === "state.rev") return isRoleName(writer) ? { ...at, role: writer } : undefined;
  return undefined;
}
