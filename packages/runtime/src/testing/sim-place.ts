/** Names and keys of the simulated system. */
import type { Passport } from "../contracts/record.ts";
import { Subjects } from "../contracts/subjects.ts";
import type { HopRole } from "../hop/ports.ts";
import { formatTaskId, type HopId, hopId, type SessionKey, START_HOP, type TaskId, type Version } from "../ids.ts";
import type { NewRecord } from "../log/task-log.ts";
import type { Scenario } from "./sim-scenario.ts";

export const SUBJECTS = new Subjects("sim");
// oxlint-disable-next-line typescript/no-unsafe-type-assertion -- a literal of the right form
export const VERSION = "v1" as Version;
/** All tasks of a scenario share it. */
// oxlint-disable-next-line typescript/no-unsafe-type-assertion -- a literal of the right form
const SESSION = "0123456789abcdefghjkmnpqrs" as SessionKey;

export const simTask = (number: number): TaskId => formatTaskId(0, VERSION, Uint8Array.of(number));
const hopKeys = new Map<string, Uint8Array>();
/** The same bytes each time: what is computed of a key is kept with them. */
export function hopKeyOf(role: string): Uint8Array {
  const key = hopKeys.get(role) ?? Buffer.from(`key of ${role}`);
  hopKeys.set(role, key);
  return key;
}
/** The hop that a stored `send` begins. */
export const hopOfSend = (to: string, task: TaskId, parent: HopId, index: number): HopId =>
  hopId(hopKeyOf(to), task, parent, index);

/** The client's message that starts a task, at the door `a`. */
export function startOf(scenario: Scenario, number: number): NewRecord {
  const passport: Passport = {
    index: 0,
    tenant: "sim",
    depth: 0,
    trail: [],
    taint: [],
    requires: [],
    session: SESSION,
    turn: scenario.hasTurns === true ? number : undefined,
  };
  const subject = SUBJECTS.record(simTask(number), START_HOP, "client", { class: "m", kind: "send", to: "a" });
  return { subject, header: { passport }, encoding: "json", body: Buffer.from("{}") };
}

/** Everything of a role but its instance. */
export function simRole(scenario: Scenario, role: string, executor: number): Omit<HopRole, "instance"> {
  return {
    subjects: SUBJECTS,
    version: VERSION,
    role,
    mailbox: role,
    hopKey: hopKeyOf(role),
    node: `n${executor}`,
    incarnation: "1",
    targets: new Set([...Object.keys(scenario.roles), "client", "human"]),
    escalation: scenario.escalation,
    limits: { hops: 50 },
    retry: { attempts: 3, baseMs: 10, factor: 2, maxMs: 100 },
    timeoutMs: 1_000_000,
    mailboxOf: (to) => to,
  };
}
