/** What accounts are made of: who may sign in, what others may import, and what is imported. */
import { CORE_API_PREFIX, IMPORTED_API_PREFIX } from "./api-prefix.ts";
import type { AccountName, RoleAccountName, RoleUserName, UserName } from "./users.ts";

/** A subject that other accounts may import. `service`: they publish to us. `stream`: they subscribe to ours. */
export interface Export {
  readonly kind: "service" | "stream";
  readonly subject: string;
  /** For services that answer several times or late: how long a silent caller is remembered (default 2 minutes). */
  readonly response?: { readonly threshold: string };
}

export interface Import {
  readonly kind: "service" | "stream";
  readonly from: AccountName;
  readonly subject: string;
  /** Under which name it is seen here; default the same. */
  readonly to?: string;
  /** Of services: the server tells with each request who asks, whatever the request says itself (`Nats-Request-Info`). */
  readonly tellsWho?: true;
}

/** Allow lists; absent = everything that the account has. */
export interface Permissions {
  readonly publish: readonly string[];
  readonly subscribe: readonly string[];
  /**
   * May answer where a request says, whatever `publish` allows: how often, and for how long after the request. Default never. Users of the
   * embedded server that answer requests have no allow lists.
   */
  readonly responses?: { readonly count: number; readonly withinMs: number };
}

export interface AccountUser {
  readonly name: UserName | RoleUserName;
  readonly permissions?: Permissions;
}

export interface Account {
  readonly name: AccountName | RoleAccountName;
  readonly hasJetStream: boolean;
  readonly users: readonly AccountUser[];
  readonly exports: readonly Export[];
  readonly imports: readonly Import[];
}

export const service = (subject: string): Export => ({ kind: "service", subject });
export const stream = (subject: string): Export => ({ kind: "stream", subject });
/** Imports a service under its own name. */
export const serviceOf =
  (from: AccountName) =>
  (subject: string): Import => ({ kind: "service", from, subject });
export const streamOf =
  (from: AccountName) =>
  (subject: string): Import => ({ kind: "stream", from, subject });

/**
 * Acknowledgements of a stream's consumers, or of one of them (`<stream>.<durable>`), in both forms: the second is off by default and would
 * be lost silently once it is on.
 */
export const ackSubjects = (consumers: string): string[] => [`$JS.ACK.${consumers}.>`, `$JS.ACK.*.*.${consumers}.>`];

export const directGets = (streams: readonly string[]): string[] =>
  streams.flatMap((name) => [`DIRECT.GET.${name}`, `DIRECT.GET.${name}.>`]);

/** JetStream API subjects under the other prefix. */
export const apiImports = (verbs: readonly string[]): Import[] =>
  verbs.map((verb) => ({
    kind: "service",
    from: "CORE",
    subject: `${CORE_API_PREFIX}.${verb}`,
    to: `${IMPORTED_API_PREFIX}.${verb}`,
  }));
