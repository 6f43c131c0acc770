/**
 * Broken variants of the protocol, each by coming between an executor and its ports, so that the product's own code stays free of switches.
 * Every one of them must be caught by the invariants: a checker that lets one pass checks nothing.
 */
import { ClaimBody, RevisionBody, WaitBody } from "../contracts/bodies.ts";
import { type Message, readMessage } from "../hop/message.ts";
import type { Delivery, NewRecord, StoredRecord, TaskLog } from "../log/task-log.ts";
import type { SimExecutor } from "./sim-executor.ts";
import { SUBJECTS, simRole } from "./sim-place.ts";
import type { Mutant, SimWorld } from "./sim-world.ts";

const nameOf = (subject: string) => subject.split(".").slice(-3).join(".");
const isClaim = (subject: string) => nameOf(subject).startsWith("c.claim.");
const isDone = (subject: string) => nameOf(subject) === "t.done.client";
const isOutput = ({ subject, header }: NewRecord) =>
  /^m\.(fan|call)\./.test(nameOf(subject)) || header.writer?.previous === "c.dead.0";
const isCommit = ({ subject, header }: NewRecord) =>
  /^(m\.(send|reply)|c\.(fan|wait|dead)|t\.done)\./.test(nameOf(subject)) && header.writer?.previous !== "c.dead.0";

const over = (log: TaskLog, append: TaskLog["append"]): TaskLog => ({
  append,
  last: (filter) => log.last(filter),
  get: (subject) => log.get(subject),
});

const noFence: Mutant = { log: (log) => over(log, (record) => log.append(record)) };

/** Claims know only of claims. */
const claimFence: Mutant = {
  log: (log) =>
    over(log, async (record, fence) => {
      if (fence === undefined || !isClaim(record.subject)) return log.append(record, fence);
      const filter = fence.filter.replace(/>$/, "c.claim.*");
      return log.append(record, { filter, sequence: (await log.last(filter))?.sequence ?? 0 });
    }),
};

/** The same records under another string: blind to what is in flight under the first. */
const otherString: Mutant = {
  log: (log) =>
    over(log, (record, fence) => {
      const isOther = fence !== undefined && isClaim(record.subject);
      return log.append(record, isOther ? { ...fence, filter: fence.filter.replace(/>$/, "*.>") } : fence);
    }),
};

const unfenced = (which: (record: NewRecord) => boolean): Mutant => ({
  log: (log) => over(log, (record, fence) => log.append(record, which(record) ? undefined : fence)),
});

/** Records that only a mutant believes in, by world. */
const imagined = new WeakMap<SimWorld, Map<string, StoredRecord>>();
function imaginedIn(world: SimWorld): Map<string, StoredRecord> {
  const records = imagined.get(world) ?? new Map<string, StoredRecord>();
  imagined.set(world, records);
  return records;
}

/** Takes over without writing anything that others could see. */
const noClaim: Mutant = {
  log: (log, executor, world) => {
    const records = imaginedIn(world);
    return {
      append: async (record, fence) => {
        if (fence === undefined || !isClaim(record.subject)) return log.append(record, fence);
        records.set(record.subject, { ...record, sequence: fence.sequence, storedAtMs: 0 });
        const segment = record.header.writer?.segment ?? 0;
        world.invariants.onClaim(executor.hop ?? "", executor.id, world.store.records.length + 0.5, segment);
        return { kind: "stored", sequence: fence.sequence };
      },
      last: (filter) => log.last(filter),
      get: async (subject) => records.get(subject) ?? log.get(subject),
    };
  },
};

/** Does not see what was journaled after it first looked. */
const earlyJournal: Mutant = {
  log: (log) => {
    let seen: number | undefined;
    return {
      append: (record, fence) => log.append(record, fence),
      last: async (filter) => {
        const record = await log.last(filter);
        seen ??= record?.sequence ?? 0;
        return record;
      },
      get: async (subject) => {
        const record = await log.get(subject);
        const isMissed =
          record !== undefined && record.sequence > (seen ?? 0) && /^s\.(step|begin)/.test(nameOf(subject));
        if (!isMissed) return record;
        const instead = subject.replace(/s\.\w+\.\d+$/, `s.emit.${900_000 + record.sequence}`);
        return { ...record, subject: instead, body: Buffer.from(`{"name":"missed","data":0}`) };
      },
    };
  },
};

const ackFirst = (): Mutant => {
  const deliveries = new WeakMap<SimExecutor, Delivery>();
  return {
    delivery: (delivery, executor) => {
      deliveries.set(executor, delivery);
      return delivery;
    },
    log: (log, executor) =>
      over(log, (record, fence) => {
        if (isCommit(record)) deliveries.get(executor)?.ack();
        return log.append(record, fence);
      }),
  };
};

/** Completes nobody's outputs but its own. */
const skipOutputs: Mutant = {
  log: (log) => {
    let hasCommitted = false;
    return over(log, async (record, fence) => {
      if (isOutput(record) && !hasCommitted) return { kind: "stored", sequence: 0 };
      hasCommitted ||= isCommit(record);
      return log.append(record, fence);
    });
  },
};

/** Believes "exists" of an output without reading it. */
export const outputUnread: Mutant = {
  log: (log) =>
    over(log, async (record, fence) => {
      const outcome = await log.append(record, fence);
      return isOutput(record) && outcome.kind === "exists" ? { kind: "stored", sequence: 0 } : outcome;
    }),
};

const takeOverOnRefusal: Mutant = {
  again: (end) => end.kind === "dropped" && end.reason.startsWith("another executor"),
};

/** Copies of a message never yield to the original. */
const noYield: Mutant = {
  log: (log) =>
    over(log, (record, fence) => {
      if (!isClaim(record.subject)) return log.append(record, fence);
      const claim = ClaimBody.parse(JSON.parse(Buffer.from(record.body).toString()));
      return log.append({ ...record, body: Buffer.from(JSON.stringify({ ...claim, delivered: 900_000 })) }, fence);
    }),
};

/** Turns are not told apart. */
const noTurnGuard: Mutant = {
  log: (log) => ({
    append: (record, fence) => log.append(record, fence),
    get: (subject) => log.get(subject),
    last: async (filter) => {
      const record = await log.last(filter);
      if (record === undefined || SUBJECTS.parseSession(record.subject) === undefined) return record;
      const revision = RevisionBody.parse(JSON.parse(Buffer.from(record.body).toString()));
      return { ...record, body: Buffer.from(JSON.stringify({ ...revision, turn: 0 })) };
    },
  }),
};

/** Whether a join is complete is decided by counting the replies that can be read. */
const joinByReading: Mutant = {
  log: (log, executor, world) => {
    const records = imaginedIn(world);
    const read = executor.message && readMessage(executor.message, simRole(world.scenario, executor.role, executor.id));
    const message = read !== undefined && "hop" in read && read.kind === "reply" ? read : undefined;
    return {
      append: (record, fence) => log.append(record, fence),
      get: async (subject) => records.get(subject) ?? log.get(subject),
      last: async (filter) => {
        const last = await log.last(filter);
        const isWait = last !== undefined && nameOf(last.subject) === `c.wait.${message?.segment ?? 0}`;
        return message !== undefined && isWait ? imagineGots(log, records, message, last) : last;
      },
    };
  },
};

/** What `got` records would say if they followed from the replies that a reader finds. */
async function imagineGots(log: TaskLog, records: Map<string, StoredRecord>, message: Message, wait: StoredRecord) {
  const body = WaitBody.parse(JSON.parse(Buffer.from(wait.body).toString()));
  const prefix = wait.subject.replace(/c\.wait\.\d+$/, "");
  let last = wait;
  const others: { subject: string; index: number }[] = [];
  for (const { hop, index } of body.for) {
    const found = await log.last(`${SUBJECTS.task(message.task)}.${hop}.*.m.reply.*`);
    if (index === message.passport.index || found === undefined || found.sequence > message.sequence) continue;
    others.push({ subject: found.subject, index });
  }
  const isComplete = others.length + 1 >= body.need;
  const gots = isComplete ? others : [{ subject: message.subject, index: message.passport.index }];
  for (const { subject, index } of gots) {
    const writer = wait.header?.writer;
    if (writer === undefined) continue;
    const header = { writer: { ...writer, nonce: "x-1", segment: message.segment, previous: nameOf(last.subject) } };
    const got = { message: subject, index, isError: false };
    last = { ...wait, subject: `${prefix}c.got.${index}`, header, body: Buffer.from(JSON.stringify(got)) };
    records.set(last.subject, last);
  }
  return last;
}

/** Mutants and the scenarios that show them. */
export const MUTANTS: Readonly<
  Record<string, { readonly mutant: () => Mutant; readonly scenarios: readonly string[] }>
> = {
  "no fence": { mutant: () => noFence, scenarios: ["steps", "call"] },
  "no claim": { mutant: () => noClaim, scenarios: ["steps", "fan"] },
  "claims fenced with claims alone": { mutant: () => claimFence, scenarios: ["steps", "call"] },
  "another fence string on R3": { mutant: () => otherString, scenarios: ["steps", "fwd", "call"] },
  "journal read before the claim": { mutant: () => earlyJournal, scenarios: ["steps", "call"] },
  "ack before the commit": { mutant: ackFirst, scenarios: ["fwd", "steps"] },
  "outputs not completed": { mutant: () => skipOutputs, scenarios: ["fan", "call"] },
  "done without the hop's fence": {
    mutant: () => unfenced(({ subject }) => isDone(subject)),
    scenarios: ["steps", "ride"],
  },
  "take-over on a refused write": { mutant: () => takeOverOnRefusal, scenarios: ["steps", "call"] },
  "join decided by reading replies": { mutant: () => joinByReading, scenarios: ["all3", "quorum", "allAll"] },
  "copies never yield": { mutant: () => noYield, scenarios: ["steps", "retry"] },
  "turns not told apart": { mutant: () => noTurnGuard, scenarios: ["turnsCancel"] },
};
