import type { CodeMutant } from "./mutant.ts";

const HOP = "packages/runtime/src/hop";
const LOOK_AND_CLAIM = "    const own = await lookAndClaim(x, known ?? turn?.known.last, turn);\n";
const PROTOCOL = `${HOP}/protocol.test.ts`;
const SUPERVISOR = "packages/supervisor/src";
const CLUSTER = `${SUPERVISOR}/simulation/sim-cluster.test.ts`;
const ZOMBIES = ["node-frozen", "node-unheard", "node-deaf", "node-cut-off"];
const LOSERS = ["host-killed", "node-killed"];

/** Every mutant must be caught. Two of them differ from the real code only within a race of microseconds: there the simulation forces it. */
export const CODE_MUTANTS: readonly CodeMutant[] = [
  {
    name: "ack-before-commit",
    does: "acks a message when it comes, not when its hop has committed",
    edits: [
      {
        file: `${HOP}/execute.ts`,
        from: "  const message = readMessage(delivery.record, role);\n",
        to: "  delivery.ack();\n  const message = readMessage(delivery.record, role);\n",
      },
    ],
    proof: { in: "processes", faults: LOSERS },
  },
  {
    name: "no-fence",
    does: "writes without a fence",
    edits: [
      {
        file: "packages/runtime/src/log/jetstream-log.ts",
        from: "recordHeaders(record), fence)",
        to: "recordHeaders(record), fence && undefined)",
      },
    ],
    proof: { in: "processes", faults: ["step-frozen"] },
  },
  {
    name: "fence-on-own-subject",
    does: "fences a record on its own subject, which decides nothing between two outcomes",
    edits: [
      {
        file: `${HOP}/writer.ts`,
        from: "x.append(record, { filter: x.own, sequence: x.cursor.sequence });",
        to: "x.append(record, { filter: record.subject, sequence: 0 });",
      },
    ],
    proof: { in: "processes", faults: ["step-frozen"] },
  },
  {
    name: "claim-under-another-fence",
    does: "fences claims with another string, blind to what is in flight under the first",
    edits: [
      {
        file: `${HOP}/claim.ts`,
        from: "x.append(record, { filter: x.own, sequence });",
        to: 'x.append(record, { filter: x.own.replace(/>$/, "*.>"), sequence });',
      },
    ],
    proof: { in: "tests", file: PROTOCOL },
  },
  {
    name: "no-claim",
    does: "takes a hop over without storing a claim",
    edits: [
      {
        file: `${HOP}/claim.ts`,
        from: LOOK_AND_CLAIM,
        to: [
          "    const last = x.segment === 0 ? (known ?? (await x.readLast())) : undefined;",
          "    if (x.segment === 0 && last === undefined) return EMPTY_JOURNAL;",
          "    if (last !== undefined) {",
          "      await settleIfDone(x, last);",
          "      x.cursor = { sequence: last.record.sequence, previous: last.label, claim: last.writer.claim };",
          "      return await continueFrom(x, last);",
          "    }",
          LOOK_AND_CLAIM,
        ].join("\n"),
      },
      {
        file: `${HOP}/claim.ts`,
        from: "import { type Journal, journalOf,",
        to: "import { EMPTY_JOURNAL, type Journal, journalOf,",
      },
    ],
    proof: { in: "processes", faults: [...LOSERS, ...ZOMBIES] },
  },
  {
    name: "journal-before-claim",
    does: "reads the journal once, before it claims, and believes it afterwards",
    edits: [
      {
        file: `${HOP}/claim.ts`,
        from: LOOK_AND_CLAIM,
        to: `    const first = await x.readLast();\n    const early = first && (await readChain(x, first));\n${LOOK_AND_CLAIM}`,
      },
      {
        file: `${HOP}/claim.ts`,
        from: "return await continueFrom(x, own);",
        to: "return await continueFrom(x, own, early);",
      },
      {
        file: `${HOP}/claim.ts`,
        from: "async function continueFrom(x: Execution, own: OwnRecord): Promise<Journal> {",
        to: "async function continueFrom(x: Execution, own: OwnRecord, early?: readonly OwnRecord[]): Promise<Journal> {",
      },
      {
        file: `${HOP}/claim.ts`,
        from: "const chain = await readChain(x, own);",
        to: "const chain = early ? [...early, own] : await readChain(x, own);",
      },
    ],
    proof: { in: "tests", file: PROTOCOL },
  },
  {
    name: "sweeper-off",
    does: "never repeats a lost message",
    edits: [
      {
        file: "packages/supervisor/src/sweeper/sweeper.ts",
        from: "if (due.length === 0) return 0;",
        to: "if (due.length >= 0) return 0;",
      },
    ],
    proof: { in: "processes", faults: ["deliveries-lost"] },
  },
  {
    name: "retry-without-key",
    does: "gives every try of an effect a key of its own",
    edits: [
      {
        file: `${HOP}/effects.ts`,
        from: "idempotencyKey: `${task}/${hop}/${number}`,",
        to: "idempotencyKey: `${task}/${hop}/${number}/${Math.random()}`,",
      },
    ],
    proof: { in: "processes", faults: [...LOSERS, "node-frozen"] },
  },
  {
    name: "settle-without-reserve",
    does: "makes every model call and counts it afterwards",
    edits: [
      {
        file: "packages/agents/src/budgets/budget-ledger.ts",
        from: "    await this.#options.sign.ensure();\n",
        to: "    await this.#options.sign.ensure();\n    if (asked.calls > 0) return { ok: true };\n",
      },
    ],
    proof: { in: "processes", faults: ["budget-race"] },
  },
  {
    name: "two-takers",
    does: "gives a replica to its new node before the old one has let go",
    edits: [
      {
        file: `${SUPERVISOR}/placement/hand-over.ts`,
        from: 'if (from === undefined || standing(rows.get(to), key) === "takes") return { kind: "take" };',
        to: 'if (from === undefined || rows.size > 0) return { kind: "take" };',
      },
    ],
    proof: { in: "tests", file: CLUSTER },
  },
  {
    name: "no-brakes",
    does: "declares nodes dead as fast as they seem so",
    edits: [
      {
        file: `${SUPERVISOR}/membership/brakes.ts`,
        from: "if (!wasHeard && nowMs - state.leadingSinceMs < limits.graceMs)",
        to: "if (nowMs >= 0) return undefined;\n  if (!wasHeard && nowMs - state.leadingSinceMs < limits.graceMs)",
      },
    ],
    proof: { in: "tests", file: CLUSTER },
  },
  {
    name: "any-leader",
    does: "takes the lease without a new epoch",
    edits: [
      {
        file: `${SUPERVISOR}/leadership/lease.ts`,
        from: 'return { kind: "take", epoch: lease.epoch + 1 };',
        to: 'return { kind: "take", epoch: lease.epoch };',
      },
    ],
    proof: { in: "tests", file: CLUSTER },
  },
  {
    name: "clock-trusted",
    does: "believes any time that a row says, whatever the clock was that wrote it",
    edits: [
      {
        file: `${SUPERVISOR}/recovery/ladder.ts`,
        from: "nowMs - sinceMs >= forMs || sinceMs - nowMs > forMs;",
        to: "nowMs - sinceMs >= forMs;",
      },
    ],
    proof: { in: "tests", file: `${SUPERVISOR}/recovery/ladder.test.ts` },
  },
];

/** The mutant of a name. Throws a `RangeError` that names those that there are. */
export function codeMutant(name: string): CodeMutant {
  const found = CODE_MUTANTS.find((mutant) => mutant.name === name);
  if (found) return found;
  throw new RangeError(`no mutant is called ${name}; there are ${CODE_MUTANTS.map((m) => m.name).join(", ")}`);
}
