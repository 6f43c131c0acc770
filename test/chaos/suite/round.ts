import { setTimeout as timer } from "node:timers/promises";
import { messageOf, type TaskId } from "@troupe/runtime";
import { directGetBatch, StoredControlEvent, seededRandom } from "@troupe/runtime/internal";
import { LoadClient } from "../../support/load-client.ts";
import { readHistory } from "../../support/read-history.ts";
import type { ChaosBed } from "./bed.ts";
import type { Fault } from "./fault.ts";
import { HttpLoad } from "./http-load.ts";
import { type Round, STRAY_LIMIT_MS, type Struck } from "./judge.ts";
import { type Planned, planFaults } from "./schedule.ts";

const CLIENTS_ON_NATS = 24;
const CLIENTS_ON_HTTP = 8;
/** Numbers of tasks over HTTP begin here, so that no two tasks of a round have one number. */
const HTTP_FROM = 1_000_000_000;
const STRIKE_AGAIN_MS = 250;
const STRIKE_LIMIT_MS = 20_000;

export interface RoundPlan {
  readonly seed: number;
  readonly minutes: number;
  readonly faults: readonly Fault[];
}

/** Where the log and the control events go on after a round. */
export interface Position {
  readonly records: number;
  readonly events: number;
}

export const FIRST_POSITION: Position = { records: 1, events: 1 };

const workMs = (number: number) => 20 + ((number * 377) % 280);

/** A load while the faults of a seed strike, until all is healed and every task has ended; then what the log and the books say. */
export async function runRound(
  bed: ChaosBed,
  plan: RoundPlan,
  from: Position,
  note: (line: string) => void,
): Promise<{ readonly round: Round; readonly overdue: string | undefined; readonly next: Position }> {
  const receivedBefore = bed.effects.received.length;
  const askedBefore = bed.model.requestCount;
  bed.strays.splice(0);
  const { server, subjects, core, effects } = bed;
  const input = (number: number) => ({ workMs: workMs(number), number, effects: effects.url });
  const inFlight = CLIENTS_ON_NATS;
  await using load = await LoadClient.open({ natsUrl: server.url, subjects, core, inFlight, door: "door", input });
  load.start();
  const overHttp = new HttpLoad({
    urlOf: (n) => gatewayUrl(bed, n),
    clients: CLIENTS_ON_HTTP,
    input: (number) => input(HTTP_FROM + number),
  });
  const struck = await strikeAll(bed, plan, note);
  const overdue = await drained(bed, load, overHttp);
  const { history, next } = await readHistory(core, subjects, from.records);
  const { events, last } = await controlEvents(bed, from.events);
  const accepted: readonly TaskId[] = [...load.accepted, ...overHttp.accepted];
  const received = effects.received.slice(receivedBefore);
  const modelCalls = lastOf(bed.model.requests, bed.model.requestCount - askedBefore);
  const round: Round = { history, accepted, strays: [...bed.strays], received, modelCalls, events, struck };
  return { round, overdue, next: { records: next, events: last } };
}

const lastOf = <T>(all: readonly T[], count: number): readonly T[] => all.slice(Math.max(0, all.length - count));

function gatewayUrl(bed: ChaosBed, n: number): string {
  const gateway = bed.gateways[n % bed.gateways.length];
  if (gateway === undefined) throw new RangeError("there is no gateway");
  return bed.urlOf(gateway);
}

/** Everything is well again and every task has ended; else what is not. One that is late does not keep the others from being waited for. */
async function drained(bed: ChaosBed, load: LoadClient, overHttp: HttpLoad): Promise<string | undefined> {
  const late = AbortSignal.timeout(STRAY_LIMIT_MS);
  const strays = bed.strays.map((id) => bed.client.result(id, { signal: late }));
  const drains = [load.drain(STRAY_LIMIT_MS), overHttp.drain(STRAY_LIMIT_MS)];
  const ended = await Promise.allSettled([bed.isWhole(STRAY_LIMIT_MS), ...drains, ...strays]);
  const overdue = ended.flatMap((each) => (each.status === "rejected" ? [reasonOf(each.reason)] : []));
  return overdue.length === 0 ? undefined : overdue.join("; ");
}

const reasonOf = (error: unknown): string =>
  error instanceof Error && error.cause !== undefined
    ? `${error.message} (${messageOf(error.cause)})`
    : messageOf(error);

async function strikeAll(bed: ChaosBed, plan: RoundPlan, note: (line: string) => void): Promise<readonly Struck[]> {
  const random = seededRandom(plan.seed);
  const durationMs = plan.minutes * 60_000;
  const startedMs = performance.now();
  const planned = planFaults(plan.faults, durationMs, random);
  const strikes = planned.map(async (each, i) => {
    // Each fault draws from a source of its own: what one does must not change what the next one is.
    const own = seededRandom(plan.seed * 1_000 + i);
    await timer(Math.max(0, each.atMs - (performance.now() - startedMs)));
    return strikeOne(bed, each, own, note);
  });
  const struck = await Promise.all(strikes);
  await timer(Math.max(0, durationMs - (performance.now() - startedMs)));
  return struck;

  async function strikeOne(
    on: ChaosBed,
    { fault, holdMs }: Planned,
    own: ReturnType<typeof seededRandom>,
    say: (line: string) => void,
  ): Promise<Struck> {
    const atMs = Date.now();
    const strike = await untilStruck(() => fault.strike(on, own));
    say(
      `${((performance.now() - startedMs) / 1_000).toFixed(1)} s: ${fault.name} ${strike.target}, ${(holdMs / 1_000).toFixed(1)} s`,
    );
    await timer(holdMs);
    await strike.heal();
    return { fault: fault.name, target: strike.target, atMs, healedAtMs: Date.now(), unseen: strike.unseen?.() };
  }
}

/** A fault that needs the system for a moment may come while another one has it: it is tried again. */
async function untilStruck<T>(strike: () => Promise<T>): Promise<T> {
  const untilMs = performance.now() + STRIKE_LIMIT_MS;
  for (;;) {
    try {
      return await strike();
    } catch (error) {
      if (performance.now() > untilMs) throw error;
      await timer(STRIKE_AGAIN_MS);
    }
  }
}

async function controlEvents(
  { core, subjects }: ChaosBed,
  from: number,
): Promise<{ readonly events: readonly StoredControlEvent[]; readonly last: number }> {
  const events: StoredControlEvent[] = [];
  const query = { filter: subjects.controlEvent(">"), from };
  for await (const { body, sequence } of directGetBatch(core, subjects.stream("CONTROL"), query)) {
    const json: unknown = JSON.parse(Buffer.from(body).toString());
    events.push(StoredControlEvent.parse(Object.assign({ sequence }, json)));
  }
  return { events, last: (events.at(-1)?.sequence ?? from - 1) + 1 };
}
