/** Which invariant is judged where, as docs/chaos.md shows it. */
import { markdownTable } from "@troupe/cli/internal";
import { CHECKS } from "./judge.ts";

/** An invariant of the system, and what judges it besides the fault suite. */
export interface Invariant {
  readonly number: number;
  readonly claim: string;
  /** Test files, from the root of the repository. */
  readonly tests: readonly string[];
  /** Why the fault suite does not judge it, or not all of it. */
  readonly open?: string;
}

export const INVARIANTS: readonly Invariant[] = [
  {
    number: 1,
    claim: "no accepted task is lost",
    tests: ["test/chaos/node-kill.chaos.test.ts", "test/chaos/server-restart.chaos.test.ts"],
  },
  {
    number: 2,
    claim: "one end, never changed once seen",
    tests: ["test/contract/hop-races.test.ts", "packages/runtime/src/hop/protocol.test.ts"],
  },
  {
    number: 3,
    claim: "an effect at most once per idempotency key",
    tests: ["test/e2e/effect-kill.test.ts", "test/e2e/tool-kill.test.ts"],
  },
  {
    number: 4,
    claim: "no act under an older epoch after a newer one acted",
    tests: [
      "test/chaos/host-freeze.chaos.test.ts",
      "test/chaos/leader-freeze.chaos.test.ts",
      "packages/supervisor/src/simulation/sim-cluster.test.ts",
    ],
    open: "of hops only; a leader's terms are judged by the tests",
  },
  { number: 5, claim: "order inside a conversation", tests: ["packages/runtime/src/client/session-turns.test.ts"] },
  {
    number: 6,
    claim: "what is spent stays within the budget",
    tests: ["packages/agents/src/simulation/sim-ledgers.test.ts", "test/e2e/budgets.test.ts"],
  },
  {
    number: 7,
    claim: "the audit has no gap and no fork, and each effect its entry",
    tests: ["test/contract/supervisor-audit.test.ts", "test/contract/audit.test.ts"],
    open: "entries of approvals only; those of tools are judged by the tests",
  },
  {
    number: 8,
    claim: "event streams resume without a gap or a repeat",
    tests: ["test/e2e/gateway-kill.test.ts", "test/contract/gateway-replicas.test.ts"],
  },
  { number: 9, claim: "nothing crosses tenants", tests: ["test/contract/gateway-auth.test.ts"] },
  {
    number: 10,
    claim: "one decision on an approval, no act before it, none after its time",
    tests: ["test/chaos/approval-kill.chaos.test.ts", "test/contract/approval-failures.test.ts"],
  },
  {
    number: 11,
    claim: "a restored backup is a prefix of history",
    tests: [],
    open: "the product makes no backups itself",
  },
  { number: 12, claim: "all ends within 60 s of the last healing", tests: [] },
  {
    number: 13,
    claim: "memory, handles and queues return to where they were",
    tests: ["test/e2e/gateway-kill.test.ts"],
  },
  {
    number: 14,
    claim: "no secret in logs, metrics, dead letters",
    tests: ["packages/runtime/src/telemetry/mask.test.ts", "test/e2e/traces.test.ts"],
    open: "traces are judged by the test",
  },
];

const BEGIN = "<!-- invariants: npm run docs -->";
const END = "<!-- end of invariants -->";

/** The page with its tables of checks and of invariants as the code has them. Throws a `RangeError` where they have no place. */
export function invariantsPage(page: string): string {
  const [from, to] = [page.indexOf(BEGIN), page.indexOf(END)];
  if (from < 0 || to < from) throw new RangeError(`docs/chaos.md has no place for its tables: ${BEGIN} … ${END}`);
  return `${page.slice(0, from)}${BEGIN}\n\n${tables()}\n\n${page.slice(to)}`;
}

function tables(): string {
  const checks = CHECKS.map(({ name, of, claim }) => [name, of.map((number) => `I${number}`).join(", "), claim]);
  const invariants = INVARIANTS.map(({ number, claim, tests, open = "" }) => [
    `I${number}`,
    claim,
    CHECKS.filter(({ of }) => of.includes(number))
      .map(({ name }) => name)
      .join(", "),
    tests.map((file) => `\`${file.replace(/^.*\//, "")}\``).join(", "),
    open,
  ]);
  return [
    ...markdownTable(["check", "of", "what must hold"], checks),
    "",
    ...markdownTable(
      ["", "invariant", "judged in every round by", "and by the tests", "not judged in a round"],
      invariants,
    ),
  ].join("\n");
}
