import { CORE_API_PREFIX, IMPORTED_API_PREFIX } from "./api-prefix.ts";

/** The accounts of a system. `CORE` owns streams, buckets and the control plane; the others import exactly their lines of it. */
export const ACCOUNTS = ["CORE", "NODE", "GATEWAY", "CLIENT", "SYS"] as const;
export type AccountName = (typeof ACCOUNTS)[number];

/** Who may connect. `client` needs no seed where anonymous clients are allowed (loopback). */
export const USERS = ["supervisor", "operator", "host", "node", "gateway", "client", "sys"] as const;
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
  sys: { account: "SYS", apiPrefix: IMPORTED_API_PREFIX, inboxPrefix: "_INBOX" },
};
