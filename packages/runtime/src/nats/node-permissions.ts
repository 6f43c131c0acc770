/** A node's own rights in the account `NODE`: what the account has, narrowed to the node's name, so that no node can speak as another. */
import type { Subjects } from "../contracts/subjects.ts";
import type { Account, Import, Permissions } from "./account.ts";

/** Nodes share an account, and whoever may subscribe to another's inbox reads its answers. */
export const nodeInboxPrefix = (node: string): string => `_INBOX_${node}`;

/** A drain's answer may come late, a probe's never; nothing answers more often than this. */
const RESPONSES = { count: 1, withinMs: 3_600_000 };

/** What one node may do. Pure. `account` is `NODE`, as `systemAccounts` made it; `node` may be a template that the server fills in. */
export function nodePermissions(subjects: Subjects, account: Account, node: string): Permissions {
  const own = new Map([
    [subjects.heartbeat("*"), subjects.heartbeat(node)],
    [subjects.credentials("*"), subjects.credentials(node)],
  ]);
  const names = (kind: Import["kind"]) =>
    account.imports.filter((line) => line.kind === kind).map(({ subject, to }) => own.get(subject) ?? to ?? subject);
  return {
    publish: [...names("service"), subjects.control("ended")],
    subscribe: [`${nodeInboxPrefix(node)}.>`, ...names("stream"), `${subjects.system}.node.${node}.*`, "$SRV.>"],
    responses: RESPONSES,
  };
}
