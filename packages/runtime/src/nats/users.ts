import type { Version } from "../ids.ts";
import { CORE_API_PREFIX, IMPORTED_API_PREFIX } from "./api-prefix.ts";

/** The accounts of a system. `CORE` owns streams, buckets and the control plane; the others import exactly their lines of it. */
export const ACCOUNTS = ["CORE", "NODE", "GATEWAY", "CLIENT", "TOOLS", "SYS"] as const;
export type AccountName = (typeof ACCOUNTS)[number];

/** Who may connect. `tools` are services that agents may ask, in an account that imports nothing. `client` needs no seed where anonymous clients are allowed (loopback). */
export const USERS = ["supervisor", "operator", "host", "node", "gateway", "client", "tools", "sys"] as const;
export type UserName = (typeof USERS)[number];

/** What a link of this user has to know. */
export interface UserPlace {
  readonly account: AccountName;
  readonly apiPrefix: string;
  /** Its own where users share an account: whoever may subscribe to another's inbox reads its answers. */
  readonly inboxPrefix: string;
}

export const PLACE_OF_USER: Readonly<Record<UserName, UserPlace>> = {
  supervisor: { account: "CORE", apiPrefix: CORE_API_PREFIX, inboxPrefix: "_INBOX_supervisor" },
  operator: { account: "CORE", apiPrefix: CORE_API_PREFIX, inboxPrefix: "_INBOX_operator" },
  host: { account: "CORE", apiPrefix: CORE_API_PREFIX, inboxPrefix: "_INBOX_host" },
  node: { account: "NODE", apiPrefix: IMPORTED_API_PREFIX, inboxPrefix: "_INBOX" },
  gateway: { account: "GATEWAY", apiPrefix: IMPORTED_API_PREFIX, inboxPrefix: "_INBOX" },
  client: { account: "CLIENT", apiPrefix: IMPORTED_API_PREFIX, inboxPrefix: "_INBOX" },
  tools: { account: "TOOLS", apiPrefix: IMPORTED_API_PREFIX, inboxPrefix: "_INBOX" },
  sys: { account: "SYS", apiPrefix: IMPORTED_API_PREFIX, inboxPrefix: "_INBOX" },
};

/** The account of one role in one version: `R_v7_developer`. It has no JetStream and imports exactly that role's lines. */
export type RoleAccountName = `R_${string}`;
export const roleAccountName = (version: Version, role: string): RoleAccountName => `R_${version}_${role}`;

/** The only user of a role's account: `v7/developer`. Every host that plays the role signs in as it. */
export type RoleUserName = `${string}/${string}`;
export const roleUserName = (version: Version, role: string): RoleUserName => `${version}/${role}`;

/** What the link of a role has to know, whichever role it is. */
export const PLACE_OF_ROLE: Omit<UserPlace, "account"> = { apiPrefix: IMPORTED_API_PREFIX, inboxPrefix: "_INBOX" };
