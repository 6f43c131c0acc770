/** Finds what was done to a copy of the audit stream: deleted, edited, reordered, cut off. Pure, record by record, whatever its length. */
import type { ZodType } from "zod";
import { decodeJson } from "../codec/json.ts";
import { AuditCheckpoint, AuditEntry, type AuditHead } from "../contracts/audit.ts";
import type { Subjects } from "../contracts/subjects.ts";
import { type AuditRecord, chainStart, checkpointText, digestOf, headText, linkAfter } from "./chain.ts";
import { isSignedBy } from "./signing-key.ts";

export type AuditFault =
  | "missing"
  | "out_of_order"
  | "edited"
  | "malformed"
  | "forged_checkpoint"
  | "wrong_chain"
  | "cut_off";

export interface AuditFinding {
  /** Of the record that it is about; for `missing` the first that is not there. */
  readonly sequence: number;
  readonly fault: AuditFault;
  readonly reason: string;
}

/** What verification came to. */
export interface AuditVerdict {
  readonly isIntact: boolean;
  readonly records: number;
  readonly checkpoints: number;
  /** Records after the last checkpoint: in order, but not sealed yet. */
  readonly unsealed: number;
  /** Hash of the chain after the last checkpoint that was good. */
  readonly head: string;
  /** Keys that have signed. */
  readonly keys: readonly string[];
  readonly findings: readonly AuditFinding[];
}

/** Further ones are not listed: by then everybody knows. */
const FINDINGS = 1_000;

export class AuditVerifier {
  readonly #subjects: Subjects;
  /** Keys that may sign; empty = whichever signs. */
  readonly #trusted: ReadonlySet<string>;
  readonly #findings: AuditFinding[] = [];
  readonly #keys = new Set<string>();
  /** Digests since the last checkpoint, by sequence. */
  #pending = new Map<number, string>();
  #records = 0;
  #last = 0;
  #checkpoint: { readonly number: number; readonly to: number; readonly head: string; readonly sequence: number };

  constructor(subjects: Subjects, trusted: readonly string[] = []) {
    this.#subjects = subjects;
    this.#trusted = new Set(trusted);
    this.#checkpoint = { number: 0, to: 0, head: chainStart(subjects.system), sequence: 0 };
  }

  /** Takes the next record of the copy. */
  add(record: AuditRecord): void {
    this.#records++;
    const { sequence, subject } = record;
    if (sequence <= this.#last) {
      this.#found(sequence, "out_of_order", `it stands behind record ${this.#last}`);
      return;
    }
    if (sequence > this.#last + 1) {
      const upTo = sequence - 1 === this.#last + 1 ? "" : ` to ${sequence - 1}`;
      this.#found(this.#last + 1, "missing", `record ${this.#last + 1}${upTo} is not there`);
    }
    this.#last = sequence;
    if (subject === this.#subjects.auditCheckpoint()) this.#check(record);
    else if (this.#subjects.parseAuditEntry(subject) === undefined)
      this.#found(sequence, "malformed", `${subject} is no subject of the audit`);
    else if (parsed(AuditEntry, record) === undefined) this.#found(sequence, "malformed", "it is no audit entry");
    this.#pending.set(sequence, digestOf(record));
  }

  /** What all of it comes to. `heads` = how far the chain is known to have reached, from elsewhere. */
  end(heads: readonly AuditHead[] = []): AuditVerdict {
    for (const head of heads) this.#compare(head);
    return {
      isIntact: this.#findings.length === 0,
      records: this.#records,
      checkpoints: this.#checkpoint.number,
      unsealed: this.#pending.size - (this.#pending.has(this.#checkpoint.sequence) ? 1 : 0),
      head: this.#checkpoint.head,
      keys: [...this.#keys],
      findings: this.#findings,
    };
  }

  #check(record: AuditRecord): void {
    const { sequence } = record;
    const checkpoint = parsed(AuditCheckpoint, record);
    if (checkpoint === undefined) return this.#found(sequence, "malformed", "it is no checkpoint");
    const { key, signature, number, from, to } = checkpoint;
    if (!this.#mayBe(key)) return this.#found(sequence, "forged_checkpoint", `key ${key} is not one of the trusted`);
    if (checkpoint.system !== this.#subjects.system || !isSignedBy(key, checkpointText(checkpoint), signature))
      return this.#found(sequence, "forged_checkpoint", "its signature is not over what it says");
    this.#keys.add(key);
    const before = this.#checkpoint;
    if (number !== before.number + 1)
      this.#found(sequence, "wrong_chain", `it is checkpoint ${number}; ${before.number + 1} was to come`);
    else if (from !== before.to + 1 || checkpoint.previous !== before.head)
      this.#found(sequence, "wrong_chain", `checkpoint ${number} does not go on from ${number - 1}`);
    if (to >= sequence) this.#found(sequence, "wrong_chain", "it seals what comes after it");
    this.#compareRecords(checkpoint);
    // What it says is signed: going on from there, a fault further on is found by itself.
    this.#checkpoint = { number, to, head: checkpoint.head, sequence };
    this.#pending = new Map([...this.#pending].filter(([pending]) => pending > to));
  }

  /** Each record that the checkpoint seals, by its digest. */
  #compareRecords({ from, to, digests, previous, head, number }: AuditCheckpoint): void {
    if (digests.length !== to - from + 1 || linkAfter(previous, digests) !== head)
      this.#found(to, "wrong_chain", `checkpoint ${number} does not add up`);
    for (const [index, digest] of digests.entries()) {
      const sequence = from + index;
      const present = this.#pending.get(sequence);
      if (present !== undefined && present !== digest)
        this.#found(sequence, "edited", `it is not what checkpoint ${number} has sealed`);
    }
  }

  #compare(head: AuditHead): void {
    const { number, sequence, key, signature } = head;
    if (head.system !== this.#subjects.system || !this.#mayBe(key) || !isSignedBy(key, headText(head), signature))
      return this.#found(
        sequence,
        "forged_checkpoint",
        "what says how far the chain reaches is not signed by a trusted key",
      );
    if (number > this.#checkpoint.number)
      this.#found(
        this.#last + 1,
        "cut_off",
        `checkpoint ${number} at record ${sequence} existed at ${head.at}; the last here is ${this.#checkpoint.number}`,
      );
    else if (number === this.#checkpoint.number && head.head !== this.#checkpoint.head)
      this.#found(this.#checkpoint.sequence, "wrong_chain", `checkpoint ${number} is not the one that was known`);
  }

  #mayBe(key: string): boolean {
    return this.#trusted.size === 0 || this.#trusted.has(key);
  }

  #found(sequence: number, fault: AuditFault, reason: string): void {
    if (this.#findings.length < FINDINGS) this.#findings.push({ sequence, fault, reason });
  }
}

function parsed<T>(schema: ZodType<T>, { body }: AuditRecord): T | undefined {
  const json = decodeJson(body);
  return json.ok ? schema.safeParse(json.value).data : undefined;
}
