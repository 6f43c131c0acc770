import type { RevokedEdge, SystemManifest } from "../contracts/system.ts";
import type { Version } from "../ids.ts";

/** Whoever administers the accounts of a NATS server: the process that runs the embedded one, or the issuer of servers that others run. */
export interface IdentityAdministrator {
  /** Versions whose roles can sign in. */
  readonly versions: readonly Version[];
  /** Nodes that hold credentials of roles; empty where keys are not given out one by one. */
  readonly nodes: readonly string[];
  /** Edges that are cut now, by version. */
  readonly revoked: Readonly<Record<string, readonly RevokedEdge[]>>;
  /** Makes accounts for a version's roles, without lines for these edges; resolves when they have been seen to work. Repeating it changes nothing. Throws `unavailable`. */
  issue(version: Version, manifest: SystemManifest, revoked: readonly RevokedEdge[]): Promise<void>;
  /** Takes a version's accounts away; who is signed in is cut off. Repeating it changes nothing. Throws `unavailable`. */
  revoke(version: Version): Promise<void>;
  /**
   * Takes what a node holds; who is signed in with it is cut off. `isRemoved` takes its own identity as well, so that it cannot come back
   * before somebody gives it a new one. Throws `unavailable`, or `conflict` where nodes have no identities of their own.
   */
  retire(node: string, isRemoved: boolean): Promise<void>;
}
