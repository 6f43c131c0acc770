/**
 * The journal of a hop: its own records read backwards by their predecessors' literal subjects, from the claim that its reader holds. Only
 * then can nothing be added to it any more.
 */

import type { ZodType } from "zod";
import { BeginBody, ClaimBody, EmitBody, FailBody, GotBody, StepBody, WaitBody } from "../contracts/bodies.ts";
import type { Tally } from "../contracts/record.ts";
import { parseRecordName } from "../contracts/record-name.ts";
import { readBody } from "./body.ts";
import type { Execution } from "./execution.ts";
import { isControl, type OwnRecord } from "./own-record.ts";
import { park } from "./signals.ts";

/** A hop's chain as a replay needs it. */
export interface Journal {
  readonly steps: ReadonlyMap<number, StepBody>;
  readonly begins: ReadonlyMap<number, { readonly name: string }>;
  readonly emits: ReadonlyMap<number, { readonly name: string }>;
  readonly waits: ReadonlyMap<number, WaitBody>;
  /** By wait: subjects of the replies that it was continued with, in the order in which the join took them. */
  readonly answers: ReadonlyMap<number, readonly string[]>;
  /** Failed attempts of the whole hop, and of the present segment. */
  readonly failures: number;
  readonly failuresOfSegment: number;
  /** Cost of the recorded model calls, in millionths of a dollar. */
  readonly costMicros: number;
  /** By wait: what had come together when its calls were sent. */
  readonly tallies: ReadonlyMap<number, Tally | undefined>;
}

export const EMPTY_JOURNAL: Journal = {
  steps: new Map(),
  begins: new Map(),
  emits: new Map(),
  waits: new Map(),
  answers: new Map(),
  failures: 0,
  failuresOfSegment: 0,
  costMicros: 0,
  tallies: new Map(),
};

/** The chain that ends with `last`, oldest first; back to, and with, the record labelled `until`, or to the hop's beginning. */
export async function readChain(x: Execution, last: OwnRecord, until?: string): Promise<readonly OwnRecord[]> {
  const chain = [last];
  let at = last;
  while (at.writer.previous !== undefined && at.label !== until) {
    const name = parseRecordName(at.writer.previous);
    if (name === undefined) throw park("malformed_record", `${at.label} names no predecessor`);
    const before = await x.readOwn(name);
    if (before.record.sequence > at.record.sequence) throw park("malformed_record", `${at.label} names a later record`);
    chain.push(before);
    at = before;
  }
  return chain.toReversed();
}

/** What a chain says. Pure; throws `Park` when a record of it does not parse. */
export function journalOf(chain: readonly OwnRecord[], segment: number): Journal {
  const steps = new Map<number, StepBody>();
  const begins = new Map<number, { readonly name: string }>();
  const emits = new Map<number, { readonly name: string }>();
  const waits = new Map<number, WaitBody>();
  const answers = new Map<number, string[]>();
  let failures = 0;
  let failuresOfSegment = 0;
  const carried = new Set<number>();
  const answer = (wait: number, subject: string) => answers.set(wait, [...(answers.get(wait) ?? []), subject]);
  for (const own of chain) {
    const { kind, to } = own.name;
    const number = Number(to);
    if (kind === "step") steps.set(number, parsed(StepBody, own));
    else if (kind === "begin") begins.set(number, parsed(BeginBody, own));
    else if (kind === "emit") emits.set(number, parsed(EmitBody, own));
    else if (kind === "wait") waits.set(number, parsed(WaitBody, own));
    else if (kind === "got") answer(own.writer.segment, parsed(GotBody, own).message);
    else if (kind === "claim" && own.writer.segment > 0 && !carried.has(own.writer.segment)) {
      // The first claim after a wait names its carrier; later claims of the segment take over for the same one.
      carried.add(own.writer.segment);
      answer(own.writer.segment, parsed(ClaimBody, own).message);
    } else if (kind === "fail") {
      parsed(FailBody, own);
      failures++;
      if (own.writer.segment === segment) failuresOfSegment++;
    }
  }
  return { steps, begins, emits, waits, answers, failures, failuresOfSegment, ...costsOf(chain) };
}

/** What the chain says of costs: those of its own steps, and what had come together before each wait. */
function costsOf(chain: readonly OwnRecord[]): Pick<Journal, "costMicros" | "tallies"> {
  const tallies = new Map<number, Tally | undefined>();
  let costMicros = 0;
  for (const { name, record } of chain) {
    costMicros += record.header?.usage?.costMicros ?? 0;
    if (isControl(name, "wait")) tallies.set(Number(name.to), record.header?.passport?.tally);
  }
  return { costMicros, tallies };
}

/** The checked body of an own record; throws `Park` `malformed_record`. */
export function parsed<T>(schema: ZodType<T>, own: OwnRecord): T {
  const body = readBody(schema, own.record);
  if (!body.ok) throw park("malformed_record", `${own.label}: ${body.reason}`, { subject: own.record.subject });
  return body.value;
}
