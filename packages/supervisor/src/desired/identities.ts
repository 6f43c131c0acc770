/** Accounts and keys of the roles of each version, as the control plane asks for them. */
import {
  callService,
  type Deployment,
  type Desired,
  IdentityList,
  isSameCut,
  type Link,
  type Member,
  type RevokedEdge,
  type Subjects,
} from "@troupe/runtime/internal";
import { type LoopPorts, untilAnswered } from "../loop.ts";
import { serviceProbe } from "../membership/node-probe.ts";
import { numberOf } from "./plan-deploy.ts";

/** Who has identities now. */
export interface KnownIdentities {
  readonly versions: readonly string[];
  readonly nodes: readonly string[];
  /** Edges that are cut, by version. */
  readonly revoked: Readonly<Record<string, readonly RevokedEdge[]>>;
}

/** Whoever administers the accounts of the NATS server. */
export interface Identities {
  /**
   * Versions whose roles have accounts, and nodes that hold credentials of roles. `undefined` = nobody administers the accounts, so all
   * roles share one user. Throws `unavailable`, `outcome_unknown`.
   */
  known(): Promise<KnownIdentities | undefined>;
  /**
   * Resolves when every role of the version can sign in, and none has a line for these edges. Repeating it changes nothing. Throws
   * `unavailable`, `outcome_unknown`.
   */
  issue(deployment: Deployment, revoked: readonly RevokedEdge[]): Promise<void>;
  /** Repeating it changes nothing. Throws `unavailable`, `outcome_unknown`. */
  revoke(version: string): Promise<void>;
  /** Takes what a node holds. Repeating it changes nothing. Throws `unavailable`, `outcome_unknown`. */
  retire(node: string): Promise<void>;
}

/** A reload, and a connection as each role; on a busy machine it takes longer, and then is asked for again. */
const CHANGE_MS = 10_000;
/** Less than those wait who ask for a deployment. */
const CHANGE_WITHIN_MS = 40_000;
/** Whoever administers may be changing something just then. */
const LIST_MS = 5_000;
const LIST_WITHIN_MS = 15_000;
const PROBE_MS = 1_000;

/** The administrator that serves `<sys>.identities.*`: the process that runs the embedded server, or the issuer of other servers. */
export function servedIdentities(link: Link, subjects: Subjects, ports: LoopPorts): Identities {
  const untilKnown = <T>(limitMs: number, work: () => Promise<T>) =>
    untilAnswered("identities", limitMs, ports, work, ["outcome_unknown"]);
  const ask = (verb: "issue" | "revoke" | "retire", body: unknown) =>
    untilKnown(CHANGE_WITHIN_MS, () => callService(link, subjects.identities(verb), body, { timeoutMs: CHANGE_MS }));
  return {
    known: async () => {
      const subject = subjects.identities("list");
      if ((await serviceProbe(link, subject, PROBE_MS)) === "gone") return undefined;
      const list = () => callService(link, subject, undefined, { timeoutMs: LIST_MS });
      return IdentityList.parse(await untilKnown(LIST_WITHIN_MS, list));
    },
    issue: async ({ version, manifest }, revoked) => {
      await ask("issue", { v: 1, version, manifest, ...(revoked.length === 0 ? {} : { revoked }) });
    },
    revoke: async (version) => {
      await ask("revoke", { v: 1, version });
    },
    retire: async (node) => {
      await ask("retire", { v: 1, node, isRemoved: false });
    },
  };
}

/** What must change so that exactly the versions that run, and the nodes that live, have identities. Pure. */
export function identityChanges(
  desired: Desired,
  { versions, nodes, revoked }: KnownIdentities,
  members: readonly Pick<Member, "node" | "status">[],
): { readonly issue: readonly string[]; readonly revoke: readonly string[]; readonly retire: readonly string[] } {
  const running = [desired.current, ...desired.draining];
  // A node that is suspected keeps what it has; one that is only expected has not been heard of yet.
  const gone = new Set(members.filter(({ status }) => status === "dead" || status === "left").map(({ node }) => node));
  return {
    issue: running.filter((version) => !versions.includes(version) || !isSameCut(revoked[version], desired.revoked)),
    // A newer one is about to be deployed: its identities come before it is desired.
    revoke: versions.filter((version) => !running.includes(version) && numberOf(version) < numberOf(desired.current)),
    retire: nodes.filter((node) => gone.has(node)),
  };
}
