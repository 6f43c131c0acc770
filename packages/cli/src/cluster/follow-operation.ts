import { callService, type Link, Operation, type OperationKind, Subjects, TroupeError } from "@troupe/runtime/internal";
import { askedByHeader } from "../asked-by.ts";
import type { Scope } from "../cli.ts";
import { unlessInterrupted } from "../interruption.ts";

/** How often the supervisor is asked how far it is. */
const LOOK_MS = 250;

export interface FollowOptions {
  readonly link: Link;
  readonly system: string;
  /** Longest wait for the nodes' word, ms; 0 = none. */
  readonly waitMs: number;
}

/**
 * Asks for an operation and shows how it goes on, until it is confirmed or superseded, or the time is up; the operation goes on either
 * way. Throws what the supervisor refuses it with.
 */
export async function followOperation(
  scope: Scope,
  kind: OperationKind,
  body: object,
  { link, system, waitMs }: FollowOptions,
): Promise<Operation> {
  const { clock, terminal, interrupted } = scope;
  const subjects = new Subjects(system);
  const untilMs = clock.monotonicMs() + waitMs;
  let operation = Operation.parse(
    await callService(link, subjects.supervisor(kind), body, { headers: askedByHeader() }),
  );
  let shown = "";
  for (;;) {
    const line = `${operation.about}: ${operation.state}, ${operation.text}`;
    if (line !== shown) terminal.note(line);
    shown = line;
    if (isOver(operation) || clock.monotonicMs() >= untilMs) return operation;
    await unlessInterrupted(clock.sleep(LOOK_MS), interrupted);
    operation = (await look(link, subjects, operation.id)) ?? operation;
  }
}

const isOver = ({ state }: Operation): boolean => state === "confirmed" || state === "superseded";

/** `undefined` while nobody leads: the next leader knows as much. */
async function look(link: Link, subjects: Subjects, id: string): Promise<Operation | undefined> {
  try {
    const answer = await callService(link, subjects.supervisor("operation"), { id }, { ifLost: "unavailable" });
    return Operation.parse(answer);
  } catch (error) {
    if (TroupeError.is(error, "unavailable", "lease_lost")) return undefined;
    throw error;
  }
}
