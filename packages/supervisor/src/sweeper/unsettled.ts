/**
 * Which mailbox messages of a task still have to be run, read off its records alone (DESIGN §5): the message that drives each hop's
 * present segment while that segment has no commit, or a commit with outputs missing; and replies that a wait has not counted yet.
 * Pure. A stale or partial view errs on the side of naming a message that is settled: running it again is harmless.
 */
import {
  ClaimBody,
  DeadBody,
  FanBody,
  type HopId,
  type Passport,
  roleOfMailbox,
  type TaskRecord,
  WaitBody,
} from "@troupe/runtime/internal";
import { type HopKeys, hopInputs, isOriginalMessage } from "../observer/hop-inputs.ts";

/** A hop with its own records, oldest first. */
interface Hop {
  readonly id: HopId;
  readonly input: TaskRecord;
  readonly own: readonly TaskRecord[];
}

/** The unsettled messages, each as its original record. */
export function unsettledMessages(records: readonly TaskRecord[], keys: HopKeys): readonly TaskRecord[] {
  const view = new TaskHops(records, keys);
  return [...view.hops.values()].flatMap((hop) => (view.isAbandoned(hop) ? [] : view.unsettledOf(hop)));
}

class TaskHops {
  readonly hops = new Map<HopId, Hop>();
  readonly #bySubject = new Map<string, TaskRecord>();
  readonly #records: readonly TaskRecord[];

  constructor(records: readonly TaskRecord[], keys: HopKeys) {
    this.#records = records;
    for (const record of records) this.#bySubject.set(nameOf(record), record);
    for (const [id, input] of hopInputs(records, keys)) {
      const role = roleOfMailbox(input.subject.name.to);
      const own = records.filter(
        (record) => record.subject.hop === id && record.subject.from === role && isOwn(record),
      );
      this.hops.set(id, { id, input, own });
    }
  }

  /** Whether nobody needs the hop any more: the wait that called it has gone on, or the caller itself is abandoned. */
  isAbandoned(hop: Hop): boolean {
    const seen = new Set<HopId>();
    // A forged header may name parents in a circle.
    for (let at: Hop | undefined = hop; at && !seen.has(at.id); ) {
      seen.add(at.id);
      const { parent: parentId, wait }: Partial<Passport> = at.input.header?.passport ?? {};
      const parent: Hop | undefined = parentId === undefined ? undefined : this.hops.get(parentId);
      if (parent && at.input.subject.name.kind === "call" && hasGoneOn(parent, wait)) return true;
      at = parent;
    }
    return false;
  }

  unsettledOf(hop: Hop): readonly TaskRecord[] {
    const last = hop.own.at(-1);
    if (!last) return [hop.input];
    const { kind, class: cls } = last.subject.name;
    if (cls === "m") return [];
    if (cls === "c" && (kind === "fan" || kind === "dead")) {
      return this.#hasOutputs(last) ? [] : this.#driver(hop, segmentOf(last));
    }
    const wait = this.#standingWait(hop);
    return wait ? this.#unsettledOfWait(hop, wait) : this.#driver(hop, segmentOf(last));
  }

  /** The wait that the hop stands in, or `undefined` when it runs. Nothing but counted replies follows a wait that stands. */
  #standingWait(hop: Hop): TaskRecord | undefined {
    const at = hop.own.findLastIndex(({ subject }) => subject.name.class === "c" && subject.name.kind === "wait");
    const isStanding = hop.own.slice(at + 1).every(({ subject }) => subject.name.kind === "got");
    return at >= 0 && isStanding ? hop.own[at] : undefined;
  }

  #unsettledOfWait(hop: Hop, wait: TaskRecord): readonly TaskRecord[] {
    const number = Number(wait.subject.name.to);
    const counted = new Set(
      hop.own.filter(({ sequence, subject }) => sequence > wait.sequence && subject.name.kind === "got").map(toToken),
    );
    const replies = this.#records.filter((record) => {
      const passport = record.header?.passport;
      if (record.subject.name.kind !== "reply" || passport?.parent !== hop.id || passport.wait !== number) return false;
      return !counted.has(String(passport.index));
    });
    return this.#hasOutputs(wait) ? replies : [...this.#driver(hop, segmentOf(wait)), ...replies];
  }

  /** The message that drives a segment: the hop's input, or the reply that the claim which began the segment names. */
  #driver(hop: Hop, segment: number): readonly TaskRecord[] {
    if (segment === 0) return [hop.input];
    const claim = hop.own.findLast((record) => record.subject.name.kind === "claim" && segmentOf(record) === segment);
    const body = ClaimBody.safeParse(claim?.body);
    const carrier = body.success ? this.#bySubject.get(shortOf(body.data.message)) : undefined;
    return carrier ? [carrier] : [];
  }

  #hasOutputs({ subject, body }: TaskRecord): boolean {
    const has = (hop: string, kind: string, to: string) =>
      this.#bySubject.has(`${hop}.${subject.from}.m.${kind}.${to}`);
    if (subject.name.kind === "fan") {
      const fan = FanBody.safeParse(body);
      return !fan.success || fan.data.outputs.every(({ hop, to }) => has(hop, "fan", to));
    }
    if (subject.name.kind === "wait") {
      const wait = WaitBody.safeParse(body);
      return !wait.success || wait.data.for.every((item) => item.type !== "call" || has(item.hop, "call", item.to));
    }
    const dead = DeadBody.safeParse(body);
    return !dead.success || !dead.data.reply || has(subject.hop, "reply", dead.data.reply.to);
  }
}

const segmentOf = ({ header }: TaskRecord): number => header?.writer?.segment ?? 0;
/** Whether a hop has left its wait of this number: anything but a counted reply was recorded in a later segment. */
const hasGoneOn = ({ own }: Hop, wait = Number.POSITIVE_INFINITY): boolean =>
  own.some((record) => record.subject.name.kind !== "got" && segmentOf(record) >= wait);
const toToken = ({ subject }: TaskRecord): string => subject.name.to;
/** A subject without what all records of a task share. */
const nameOf = ({ subject: { hop, from, name } }: TaskRecord): string =>
  `${hop}.${from}.${name.class}.${name.kind}.${name.to}`;
const shortOf = (subject: string): string => subject.split(".").slice(5).join(".");

/** Own records of an executor; a message that a role sent to itself by `fan` or `call` is an input. */
function isOwn(record: TaskRecord): boolean {
  const { class: cls, kind } = record.subject.name;
  if (cls === "c" || cls === "s") return true;
  return isOriginalMessage(record) && (kind === "send" || kind === "reply");
}
