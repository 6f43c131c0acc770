/**
 * What a record of the task log carries besides its body: one compact `Troupe` header (DESIGN §4: headers cost, so it is one, not eight).
 *
 * On the wire it is JSON with short keys in a fixed order; here are the names that code uses. A record's meaning never rests on the
 * header alone: readers check it against the *stored subject*.
 */
import { z } from "zod";
import type { HopId, SessionKey } from "../ids.ts";
import { TakenValues } from "./taken-value.ts";
import type { TraceContext } from "./trace-context.ts";

/** Version of header and bodies. A reader refuses what it does not know with `unsupported_version`. */
export const RECORD_VERSION = 1;

/** Model usage of the effect that a record holds (not a running total): input tokens, output tokens, cost in millionths of a dollar. */
export interface Usage {
  readonly inputTokens: number;
  readonly outputTokens: number;
  readonly costMicros: number;
}

/** Who wrote a record and where it stands in the hop's chain. On every record that an executor writes. */
export interface Writer {
  readonly node: string;
  /** Grows with every start of the node, so two lives of one name are told apart. */
  readonly incarnation: string;
  /** Unique per executor: tells "my own write, answer lost" from "somebody else's". */
  readonly nonce: string;
  /** Name of the hop's previous own record (`s.step.1`); absent on the first. */
  readonly previous?: string | undefined;
  /** Number of the claim that it was written under; 0 = none. */
  readonly claim: number;
  /** Number of waits before it. */
  readonly segment: number;
  /** Milliseconds since this executor began the segment; on commits. */
  readonly ranMs?: number | undefined;
}

/** What has come together on a task's way, for the rules that look at it. Claims of the roles, as all of a passport is. */
export interface Tally {
  /** Of model calls, in millionths of a dollar. */
  readonly costMicros: number;
  /** Runs of handlers, and how many of them failed. */
  readonly runs: number;
  readonly failures: number;
  /** Escalation rules that a person has let pass. */
  readonly passed: readonly string[];
}

/** What a task hands down from message to message. On every mailbox message. */
export interface Passport {
  /** Index of this output among all outputs of the sender's hop. */
  readonly index: number;
  /** The sender's hop; only where the subject's hop token is another one (`fan`, `call`, `reply`). */
  readonly parent?: HopId | undefined;
  /** Which wait of the parent a `call` or `reply` belongs to. */
  readonly wait?: number | undefined;
  /** Whom a called hop answers: a mailbox. */
  readonly replyTo?: string | undefined;
  readonly tenant: string;
  readonly session?: SessionKey | undefined;
  /** Turn of the session that this task is; from 1. */
  readonly turn?: number | undefined;
  /** Milliseconds left when it was published; absent = no deadline. */
  readonly remainingMs?: number | undefined;
  /** Hops before this one on the path. */
  readonly depth: number;
  /** The last 16 edge-and-content hashes of the path, oldest first. */
  readonly trail: readonly string[];
  /** Labels of content from outside (R-GOV-5). */
  readonly taint: readonly string[];
  /** Name of the budget account that the task draws on. */
  readonly budget?: string | undefined;
  /** Capabilities that the task requires of who runs it. */
  readonly requires: readonly string[];
  /** Absent = nothing has cost anything, failed, or been let pass. */
  readonly tally?: Tally | undefined;
  /** Values that were taken out on the way, sealed. Absent = none. */
  readonly taken?: TakenValues | undefined;
}

/** What the client said of its task that only people need. On the start record alone; not handed down. */
export interface Origin {
  /** The client's own name of the session, of which the passport has the hash. */
  readonly session?: string | undefined;
  /** Whom the door knew the caller as: budgets and usage are counted by it. */
  readonly user?: string | undefined;
  readonly priority?: string | undefined;
  readonly metadata?: Readonly<Record<string, string>> | undefined;
  /** How busy the actor was allowed to be that began it. */
  readonly maxLoad?: number | undefined;
}

/** The parsed `Troupe` header. */
export interface RecordHeader {
  /** Model alias that somebody chose for the hop that this message begins; believed of the supervisor alone. */
  readonly model?: string | undefined;
  readonly writer?: Writer | undefined;
  readonly passport?: Passport | undefined;
  readonly usage?: Usage | undefined;
  readonly origin?: Origin | undefined;
  /** On an `again` copy: subject and sequence of the mailbox record that it repeats. */
  readonly original?: { readonly subject: string; readonly sequence: number } | undefined;
  /** The task's trace, where it has one. It travels beside the `Troupe` header, under its standard names. */
  readonly trace?: TraceContext | undefined;
}

const count = z.int().min(0);
const token = z.string().min(1).max(128);
const Wire = z.strictObject({
  v: z.literal(RECORD_VERSION),
  w: z.tuple([token, token, token, z.string().max(32), count, count, count.nullable()]).optional(),
  p: z
    .strictObject({
      i: count,
      h: token.optional(),
      w: count.optional(),
      r: token.optional(),
      t: z.string().min(1).max(128),
      s: token.optional(),
      n: count.optional(),
      m: z.number().optional(),
      d: count,
      l: z.array(z.string().max(32)).max(16).optional(),
      a: z.array(z.string().max(64)).max(32).optional(),
      b: z.string().max(128).optional(),
      c: z.array(z.string().max(32)).max(16).optional(),
      e: z.tuple([count, count, count, z.array(z.string().max(32)).max(50)]).optional(),
      v: TakenValues.optional(),
    })
    .optional(),
  u: z.tuple([count, count, count]).optional(),
  a: z.tuple([z.string().min(1).max(512), count]).optional(),
  m: z.string().min(1).max(32).optional(),
  o: z
    .strictObject({
      s: z.string().max(256).optional(),
      u: z.string().min(1).max(256).optional(),
      p: z.string().max(16).optional(),
      m: z.record(z.string().max(64), z.string().max(1_024)).optional(),
      l: z.number().min(0).max(1).optional(),
    })
    .optional(),
});

/** Writes a header. Escapes everything outside printable ASCII, so that no value can break a header line. */
export function encodeRecordHeader({
  writer: w,
  passport: p,
  usage: u,
  origin: o,
  original: a,
  model: m,
}: RecordHeader): string {
  const text = JSON.stringify({
    v: RECORD_VERSION,
    w: w && [w.node, w.incarnation, w.nonce, w.previous ?? "", w.claim, w.segment, w.ranMs ?? null],
    p: p && {
      i: p.index,
      h: p.parent,
      w: p.wait,
      r: p.replyTo,
      t: p.tenant,
      s: p.session,
      n: p.turn,
      m: p.remainingMs,
      d: p.depth,
      l: p.trail.length > 0 ? p.trail : undefined,
      a: p.taint.length > 0 ? p.taint : undefined,
      b: p.budget,
      c: p.requires.length > 0 ? p.requires : undefined,
      e: p.tally && [p.tally.costMicros, p.tally.runs, p.tally.failures, p.tally.passed],
      v: p.taken,
    },
    u: u && [u.inputTokens, u.outputTokens, u.costMicros],
    o: o && { s: o.session, u: o.user, p: o.priority, m: o.metadata, l: o.maxLoad },
    a: a && [a.subject, a.sequence],
    m,
  });
  return text.replace(/[^\x20-\x7e]/g, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, "0")}`);
}

/** Reads a header; `undefined` when it does not parse, whatever it holds. */
export function decodeRecordHeader(text: string): RecordHeader | undefined {
  let raw: unknown;
  try {
    raw = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (isPlainWire(raw)) return fromWire(raw);
  const parsed = Wire.safeParse(raw);
  return parsed.success ? fromWire(parsed.data) : undefined;
}

type Wire = z.infer<typeof Wire>;

function fromWire({ w, p, u, o, a, m }: Wire): RecordHeader {
  return {
    writer: w && writerOf(w),
    passport: p && passportOf(p),
    usage: u && { inputTokens: u[0], outputTokens: u[1], costMicros: u[2] },
    original: a && { subject: a[0], sequence: a[1] },
    origin: o && { session: o.s, user: o.u, priority: o.p, metadata: o.m, maxLoad: o.l },
    ...(m === undefined ? {} : { model: m }),
  };
}

function writerOf(w: NonNullable<Wire["w"]>): Writer {
  return {
    node: w[0],
    incarnation: w[1],
    nonce: w[2],
    previous: w[3] === "" ? undefined : w[3],
    claim: w[4],
    segment: w[5],
    ranMs: w[6] ?? undefined,
  };
}

function passportOf(p: NonNullable<Wire["p"]>): Passport {
  return {
    index: p.i,
    parent: p.h as HopId | undefined,
    wait: p.w,
    replyTo: p.r,
    tenant: p.t,
    session: p.s as SessionKey | undefined,
    turn: p.n,
    remainingMs: p.m,
    depth: p.d,
    trail: p.l ?? NONE,
    taint: p.a ?? NONE,
    budget: p.b,
    requires: p.c ?? NONE,
    ...(p.e === undefined ? {} : { tally: { costMicros: p.e[0], runs: p.e[1], failures: p.e[2], passed: p.e[3] } }),
    ...(p.v === undefined ? {} : { taken: p.v }),
  };
}

const NONE: readonly string[] = Object.freeze<string[]>([]);

/**
 * Whether a header is of the form that nearly every message has (a writer, a passport of index, tenant, depth, trail and deadline, the class
 * of a task's first message) and fits {@link Wire}. The schema takes several times as long, and this runs once a hop.
 */
function isPlainWire(raw: unknown): raw is Wire {
  if (typeof raw !== "object" || raw === null || Array.isArray(raw)) return false;
  const { v, w, p, o } = raw as Record<string, unknown>;
  if (v !== RECORD_VERSION || (w !== undefined && !isPlainWriter(w)) || (p !== undefined && !isPlainPassport(p)))
    return false;
  for (const key in raw) if (key !== "v" && key !== "w" && key !== "p" && key !== "o") return false;
  return o === undefined || isPlainOrigin(o);
}

const isCount = (value: unknown): boolean => Number.isSafeInteger(value) && (value as number) >= 0;
const isText = (value: unknown, least: number, most: number): boolean =>
  typeof value === "string" && value.length >= least && value.length <= most;

function isPlainWriter(w: unknown): boolean {
  return (
    Array.isArray(w) &&
    w.length === 7 &&
    isText(w[0], 1, 128) &&
    isText(w[1], 1, 128) &&
    isText(w[2], 1, 128) &&
    isText(w[3], 0, 32) &&
    isCount(w[4]) &&
    isCount(w[5]) &&
    (w[6] === null || isCount(w[6]))
  );
}

/** What a door says of most tasks is how urgent they are, and nothing else. */
function isPlainOrigin(o: unknown): boolean {
  if (typeof o !== "object" || o === null || Array.isArray(o)) return false;
  for (const key in o) if (key !== "p") return false;
  const { p } = o as Record<string, unknown>;
  return p === undefined || isText(p, 0, 16);
}

/** Compared one by one: for names of one letter that costs less than a look into a set. */
const isPlainKey = (key: string): boolean => key === "i" || key === "t" || key === "d" || key === "l" || key === "m";

function isPlainPassport(p: unknown): boolean {
  if (typeof p !== "object" || p === null || Array.isArray(p)) return false;
  for (const key in p) if (!isPlainKey(key)) return false;
  const { i, t, d, l, m } = p as Record<string, unknown>;
  return (
    isCount(i) &&
    isText(t, 1, 128) &&
    isCount(d) &&
    (m === undefined || Number.isFinite(m)) &&
    (l === undefined || (Array.isArray(l) && l.length <= 16 && l.every((step) => isText(step, 0, 32))))
  );
}
