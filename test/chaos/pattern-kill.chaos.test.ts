/**
 * The host of a pattern, of a workflow and of a role that escalation rules fire in, killed at every failpoint that its hops pass, alone or with
 * its node and the node's other hosts: the result is that of a calm run.
 */
import { it, type TestContext } from "node:test";
import { fileURLToPath } from "node:url";
import { startOfflineModel } from "@troupe/agents";
import * as agents from "../support/agent-kill-system.ts";
import { VICTIMS } from "../support/failpoint-files.ts";
import { type FailpointPlan, killAtEachFailpoint } from "../support/failpoint-kills.ts";
import type { Violation } from "../support/invariants.ts";
import { KILLS, STAGES, STRUCK } from "../support/pattern-kill-system.ts";
import * as ruled from "../support/ruled-kill-system.ts";

const fileOf = (system: string): string => fileURLToPath(new URL(`../support/${system}-system.ts`, import.meta.url));

/** A rule that retries runs the same handler again, with steps of the same names: as it should be. */
const isRetried = ({ invariant, detail }: Violation) => invariant === "steps once" && detail.includes(" of unsure");

/** A ReAct loop asks its model once before the tool and once after it. */
const isLoop = ({ invariant, detail }: Violation) =>
  invariant === "steps once" && / of finder(?:-\d)?: step "model:fast"/.test(detail);

type System = Omit<FailpointPlan, "victim">;

const PATTERNS: System = {
  system: "patterns",
  systemFile: fileOf("pattern-kill"),
  kills: { ...KILLS, ...STAGES },
  struck: STRUCK,
  input: { slowMs: 20 },
  isMeant: isRetried,
};

const AGENTS: System = {
  system: "agents",
  systemFile: fileOf("agent-kill"),
  kills: agents.KILLS,
  input: agents.INPUT,
  isMeant: isLoop,
};

const RULED: System = {
  system: "ruled",
  systemFile: fileOf("ruled-kill"),
  kills: ruled.KILLS,
  ends: ruled.ENDS,
  input: "Find out.",
};

async function withOfflineModel(t: TestContext, plan: FailpointPlan): Promise<void> {
  const model = await startOfflineModel();
  t.after(() => model.close());
  process.env["TROUPE_MODEL_MODE"] = "offline";
  process.env["TROUPE_OFFLINE_URL"] = model.url;
  await killAtEachFailpoint(t, plan);
}

for (const victim of VICTIMS) {
  const sameEnd = `the same way when their ${victim} is killed at each failpoint`;

  it(`patterns that ask others, stages and escalations end ${sameEnd}`, { timeout: 1_800_000 }, (t) =>
    killAtEachFailpoint(t, { ...PATTERNS, victim }),
  );

  it(`a single answer, a ReAct loop, a hand-off and a pipeline end ${sameEnd}`, { timeout: 900_000 }, (t) =>
    withOfflineModel(t, { ...AGENTS, victim }),
  );

  it(`what classifiers, guardrails and rules do around a handler ends ${sameEnd}`, { timeout: 900_000 }, (t) =>
    withOfflineModel(t, { ...RULED, victim }),
  );
}
