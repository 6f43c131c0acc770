/** A standby that begins to lead gives what its index knows to everybody who acts: it must be as if they had seen everything. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { type HopId, type Passport, type SessionKey, Subjects, type TaskId } from "@troupe/runtime/internal";
import fc from "fast-check";
import { dueOf } from "../timers/due.ts";
import type { Observation } from "./observation.ts";
import { TaskIndex } from "./task-index.ts";

const subjects = new Subjects("troupe");
const task = (number: number) => `0-v3-${String(number).repeat(26)}` as TaskId;
const hop = (number: number) => String(number).repeat(26) as HopId;
const passport: Passport = {
  index: 0,
  tenant: "t",
  remainingMs: 1_000,
  depth: 0,
  trail: [],
  taint: [],
  requires: [],
};

type About = { readonly task: TaskId; readonly sequence: number; readonly atMs: number };

/** An observation of any kind, of one of three tasks with two hops each. */
const kinds: readonly ((at: About, hop: HopId) => Observation)[] = [
  (at) => {
    const session = at.task.slice(-26) as SessionKey;
    return { kind: "started", ...at, mailbox: "a", passport: { ...passport, session, turn: 1 }, origin: undefined };
  },
  (at, of) => {
    const slot = { type: "timer" as const, hop: of, index: 0, afterMs: 5 };
    const body = { need: 1, for: [slot], input: "x" };
    return { kind: "waiting", ...at, hop: of, role: "a", wait: at.sequence, body };
  },
  (at, of) => ({ kind: "answered", ...at, hop: of, from: "timer", reply: { value: null } }),
  (at) => ({ kind: "forked", ...at }),
  (at, of) => {
    const body = { error: { code: "x", message: "y" }, attempts: 3 };
    return { kind: "died", ...at, hop: of, role: "a", body, writer: undefined };
  },
  (at, of) => ({ kind: "handed_on", ...at, hop: of }),
  (at) => ({ kind: "ended", ...at, isFromOutside: at.sequence % 2 === 0 }),
];

const histories = fc
  .array(fc.record({ task: fc.nat({ max: 2 }), hop: fc.nat({ max: 1 }), kind: fc.nat({ max: kinds.length - 1 }) }), {
    maxLength: 30,
  })
  .map((records) =>
    // A start and an end are written once.
    records.filter(({ task: of, kind }, i) => {
      const isOnce = kind === 0 || kind === kinds.length - 1;
      return !isOnce || records.findIndex((other) => other.kind === kind && other.task === of) === i;
    }),
  )
  .map((records) =>
    records.flatMap(({ task: of, hop: under, kind }, i) => {
      const observation = kinds[kind]?.({ task: task(of), sequence: i + 1, atMs: 10 * (i + 1) }, hop(under + 3));
      return observation ? [observation] : [];
    }),
  );

/** What those who act make of what they are told, as far as it still matters at the end. */
class Actors {
  readonly #index: TaskIndex;
  readonly #told: Observation[] = [];
  readonly #turns = new Set<string>();

  constructor(index: TaskIndex) {
    this.#index = index;
  }

  tell(observation: Observation): void {
    this.#told.push(observation);
    const session = this.#index.ended(observation.task)?.session;
    if (session && (observation.kind === "ended" || observation.kind === "started")) this.#turns.add(session.key);
  }

  result() {
    const index = this.#index;
    const dues = this.#told.flatMap((observation) => dueOf(subjects, observation));
    const alive = dues.filter(({ due }) => {
      if (due.kind === "deadline") return index.open(due.task) !== undefined;
      const { task: of, hop: under, wait, awaited } = due.wait;
      return index.open(of)?.waits.get(under)?.wait === wait && !index.isAnswered(of, awaited.hop);
    });
    const deaths = this.#told.filter(({ kind, task: of }) => kind === "died" && index.open(of) !== undefined);
    return {
      due: new Set(alive.map(({ atMs, due }) => JSON.stringify([atMs, due]))),
      deaths: new Set(deaths.map(({ task: of, ...death }) => `${of} ${"hop" in death ? death.hop : ""}`)),
      ends: this.#told.filter(({ kind }) => kind === "ended").map(({ sequence }) => sequence),
      turns: this.#turns,
    };
  }
}

test("whoever acts from any moment on has the same to do as if it had acted from the beginning", () => {
  fc.assert(
    fc.property(histories, fc.nat({ max: 30 }), (history, cut) => {
      const index = new TaskIndex();
      const [always, later] = [new Actors(index), new Actors(index)];
      for (const [i, observation] of history.entries()) {
        if (i === cut) for (const known of index.observations()) later.tell(known);
        index.apply(observation);
        always.tell(observation);
        if (i >= cut) later.tell(observation);
      }
      if (cut >= history.length) for (const known of index.observations()) later.tell(known);
      assert.deepEqual(later.result(), always.result());
    }),
    { numRuns: 500 },
  );
});
