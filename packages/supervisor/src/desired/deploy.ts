import {
  type AuditEvent,
  type AuditWho,
  compileUnknown,
  Deployment,
  type Desired,
  ensureMailboxes,
  invalidConfig,
  isVersion,
  type Problem,
  problemsOf,
  RevokedEdge,
  readBundle,
  rfc3339,
  SystemManifest,
  TroupeError,
  type Version,
} from "@troupe/runtime/internal";
import { z } from "zod";
import { mailboxesOf } from "../placement/wanted.ts";
import type { DeployPorts } from "./deploy-ports.ts";
import type { Difference } from "./difference.ts";
import { afterDeploy, type DeployOrder, type DeployPlan, planDeploy } from "./plan-deploy.ts";
import { tellServer } from "./revoke-edge.ts";
import { withRestored } from "./revoked-edges.ts";

/** Body of `<sys>.supervisor.deploy`. The manifest is checked apart, so that every problem of it is told at once. */
export const DeployRequest = z.strictObject({
  manifest: z.unknown(),
  source: z.unknown(),
  /** Only says what would change. */
  dry_run: z.boolean().optional(),
  /** Edges that an operator had cut and that this deployment wants back. */
  restore: z.array(RevokedEdge).max(1_000).optional(),
});
export type DeployRequest = z.infer<typeof DeployRequest>;

/** Answer of `<sys>.supervisor.deploy`. */
export interface DeployAnswer {
  readonly version: string;
  /** `nothing`: this very content runs already. `adopt`: an interrupted deployment of it is finished. `create`: a new version. */
  readonly kind: DeployPlan["kind"];
  /** Whether the desired state was changed: not for `nothing`, not for a dry run. */
  readonly changed: boolean;
  readonly dry_run: boolean;
  readonly difference: Difference;
}

/** How often a deployment is planned anew because somebody else changed the desired state meanwhile. */
const ATTEMPTS = 5;

/** The request's manifest and source. Throws `invalid_config` with every problem; nothing has been applied then. */
export function checkOrder(request: DeployRequest): DeployOrder {
  const compiled = compileUnknown(request.manifest);
  const source = Deployment.shape.source.safeParse(request.source);
  const problems: Problem[] = [
    ...(compiled.ok ? [] : compiled.problems),
    ...(source.success ? [] : problemsOf(source.error, request.source).map(inSource)),
  ];
  if (!compiled.ok || !source.success) throw invalidConfig("the system was not deployed", problems);
  return { manifest: SystemManifest.parse(compiled.system.manifest), source: source.data };
}

const inSource = (problem: Problem): Problem => ({
  ...problem,
  path: problem.path === "" ? "source" : `source.${problem.path}`,
});

/**
 * Makes a system the desired one: stores the version, makes its durables and its roles' identities, then changes the desired state, in
 * this order, so that nobody ever sees a version without its mailboxes. Repeating it after a crash finishes what was begun.
 */
export async function deploy(ports: DeployPorts, request: DeployRequest, who: AuditWho = {}): Promise<DeployAnswer> {
  const order = checkOrder(request);
  const isDryRun = request.dry_run ?? false;
  for (let attempt = 1; ; attempt++) {
    try {
      return await ports.store.turns.take(() =>
        deployOnce(ports, order, { isDryRun, who, restore: request.restore ?? [] }),
      );
    } catch (error) {
      if (!TroupeError.is(error, "conflict") || attempt === ATTEMPTS) throw error;
    }
  }
}

interface Manner {
  readonly isDryRun: boolean;
  readonly who: AuditWho;
  readonly restore: readonly RevokedEdge[];
}

async function deployOnce(ports: DeployPorts, order: DeployOrder, manner: Manner): Promise<DeployAnswer> {
  const { store, link, resources, audit } = ports;
  const { isDryRun, who, restore } = manner;
  const { desired, revision } = await store.refresh();
  const plan = planDeploy(order, desired, await store.allDeployments());
  const answer = { version: plan.version, kind: plan.kind, dry_run: isDryRun, difference: plan.difference };
  const { revoked, restored } = withRestored(desired?.revoked, restore);
  if (isDryRun) return { ...answer, changed: false };
  await requireCode(ports, order);
  if (plan.kind === "nothing") {
    if (desired && restored.length > 0) await restoreEdges(ports, desired, revision, { ...manner, restore: restored });
    return { ...answer, changed: restored.length > 0 };
  }
  ports.requireLeading();
  const deployment = newDeployment(ports, order, plan.version);
  await audit.store(deploymentEntry(plan, who, "begun"));
  if (plan.kind === "create") await store.create(deployment);
  await ensureMailboxes(link, resources, requireVersion(plan.version), mailboxesOf(deployment));
  if (await ports.identities.known()) {
    await ports.identities.issue(deployment, revoked);
    await audit.store({ event: "credentials_issued", who, whose: `roles of ${plan.version}` });
  }
  ports.requireLeading();
  await store.replace(afterDeploy(desired, plan.version, order.manifest, restored), revision);
  for (const edge of restored) await audit.store({ event: "edge_restored", who, edge });
  await audit.store(deploymentEntry(plan, who, "done"));
  return { ...answer, changed: true };
}

/** A version never becomes the desired one before nodes can have its code. Throws `unavailable` and says that the bundle is missing. */
async function requireCode({ link, resources }: DeployPorts, { source }: DeployOrder): Promise<void> {
  if (source.type !== "bundle") return;
  try {
    await readBundle(link, resources.subjects, source);
  } catch (cause) {
    if (!TroupeError.is(cause, "malformed_record")) throw cause;
    const details = { missing: "bundle", sha256: source.sha256 };
    throw new TroupeError("unavailable", `the code of ${source.file} is not stored yet: ${cause.message}`, {
      cause,
      details,
    });
  }
}

/** The same version, with edges that had been cut. */
async function restoreEdges(
  ports: DeployPorts,
  desired: Desired,
  revision: number | undefined,
  { who, restore }: Manner,
): Promise<void> {
  const { store, audit, requireLeading } = ports;
  for (const edge of restore) await audit.store({ event: "edge_restored", who, edge });
  requireLeading();
  const { revoked } = withRestored(desired.revoked, restore);
  await store.replace({ ...desired, revoked: [...revoked] }, revision);
  await store.refresh();
  await tellServer(ports, revoked);
}

const short = (names: readonly string[]): string[] => names.slice(0, 500).map((name) => name.slice(0, 160));

function deploymentEntry(plan: DeployPlan, who: AuditWho, outcome: "begun" | "done"): AuditEvent {
  const { roles, edges, settings } = plan.difference;
  return {
    event: "deployment",
    who,
    version: plan.version,
    added: short([...roles.added, ...edges.added]),
    removed: short([...roles.removed, ...edges.removed]),
    changed: short([...roles.changed.map(({ role }) => role), ...settings]),
    outcome,
  };
}

function newDeployment({ random, nowMs }: DeployPorts, { manifest, source }: DeployOrder, version: string): Deployment {
  const hopKeys: Record<string, string> = {};
  for (const role of Object.keys(manifest.roles)) hopKeys[role] = Buffer.from(random.bytes(32)).toString("hex");
  return { v: 1, version, manifest, source, hopKeys, deployedAt: rfc3339(nowMs()) };
}

export function requireVersion(text: string): Version {
  if (isVersion(text)) return text;
  throw new TroupeError("invalid_id", `not a version: ${JSON.stringify(text.slice(0, 40))}`);
}
