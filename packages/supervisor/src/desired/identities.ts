/** Accounts and keys of the roles of each version, as the control plane asks for them. */
import {
  callService,
  type Deployment,
  type Desired,
  IdentityVersions,
  type Link,
  type Subjects,
} from "@troupe/runtime/internal";
import { serviceProbe } from "../membership/node-probe.ts";
import { numberOf } from "./plan-deploy.ts";

/** Whoever administers the accounts of the NATS server. */
export interface Identities {
  /** Versions whose roles have accounts. `undefined` = nobody administers the accounts, so all roles share one user. */
  versions(): Promise<readonly string[] | undefined>;
  /** Resolves when every role of the version can sign in. Repeating it changes nothing. Throws `unavailable`, `outcome_unknown`. */
  issue(deployment: Deployment): Promise<void>;
  /** Repeating it changes nothing. Throws `unavailable`, `outcome_unknown`. */
  revoke(version: string): Promise<void>;
}

/** A reload, and a connection as each role. */
const CHANGE_MS = 10_000;
const PROBE_MS = 1_000;

/** The administrator that serves `<sys>.identities.*`: the process that runs the embedded server. */
export function servedIdentities(link: Link, subjects: Subjects): Identities {
  const ask = (verb: "issue" | "revoke", body: unknown) =>
    callService(link, subjects.identities(verb), body, { timeoutMs: CHANGE_MS });
  return {
    versions: async () => {
      const subject = subjects.identities("list");
      if ((await serviceProbe(link, subject, PROBE_MS)) === "gone") return undefined;
      return IdentityVersions.parse(await callService(link, subject, undefined, { ifLost: "unavailable" })).versions;
    },
    issue: async ({ version, manifest }) => {
      await ask("issue", { v: 1, version, manifest });
    },
    revoke: async (version) => {
      await ask("revoke", { v: 1, version });
    },
  };
}

/** What must change so that exactly the versions that run have identities. Pure. */
export function identityChanges(
  desired: Desired,
  known: readonly string[],
): { readonly issue: readonly string[]; readonly revoke: readonly string[] } {
  const running = [desired.current, ...desired.draining];
  return {
    issue: running.filter((version) => !known.includes(version)),
    // A newer one is about to be deployed: its identities come before it is desired.
    revoke: known.filter((version) => !running.includes(version) && numberOf(version) < numberOf(desired.current)),
  };
}
