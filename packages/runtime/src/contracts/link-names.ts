/** Names of connections that others recognise: the server tells by them whose connection has ended. A claim, never a proof. */
import { isNodeName } from "./names.ts";

const NODE = "node/";
const SUPERVISOR = /^supervisor\/(.{1,64})\/control$/;

/** Events of the server about every connection that ended; imported from the system account where the server has Troupe's accounts. */
export const DISCONNECT_EVENTS = "$SYS.ACCOUNT.*.DISCONNECT";

/** Events of the server about everybody who signed in, imported in the same way. */
export const CONNECT_EVENTS = "$SYS.ACCOUNT.*.CONNECT";
/** Events of the server about everybody whom it refused to sign in. */
export const AUTH_ERROR_EVENTS = "$SYS.SERVER.*.CLIENT.AUTH.ERR";

/** The connection by which a node speaks for itself: heartbeats and services. */
export const nodeLinkName = (node: string): string => `${NODE}${node}`;

/** The connection by which a supervisor leads. */
export const supervisorLinkName = (id: string): string => `supervisor/${id}/control`;

/** Whose connection a name claims to be; `undefined` when it is neither a node's own nor a supervisor's. */
export function parseLinkName(
  name: string,
): { readonly kind: "node"; readonly node: string } | { readonly kind: "supervisor"; readonly id: string } | undefined {
  const node = name.startsWith(NODE) ? name.slice(NODE.length) : undefined;
  if (node !== undefined) return isNodeName(node) ? { kind: "node", node } : undefined;
  const id = SUPERVISOR.exec(name)?.[1];
  return id === undefined ? undefined : { kind: "supervisor", id };
}
