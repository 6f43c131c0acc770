import { TroupeError } from "../errors.ts";

/** Names that mean something else on the wire, so no role may bear them. */
export const RESERVED_ROLES: ReadonlySet<string> = new Set([
  "client",
  "human",
  "timer",
  "supervisor",
  "ingress",
  "end",
  "state",
  "queue",
  "all",
]);

const SYSTEM = /^[a-z][a-z0-9-]{0,31}$/;
const ROLE = /^[a-z][a-z0-9-]{0,31}$/;
const MAILBOX = /^[a-z][a-z0-9-]{0,31}(_[a-z][a-z0-9-]{0,31})?$/;
const NODE = /^[a-z0-9][a-z0-9-]{0,62}$/;

const show = (text: string) => JSON.stringify(text.length > 60 ? `${text.slice(0, 60)}…` : text);

export const isSystemName = (text: string): boolean => SYSTEM.test(text);
export const isRoleName = (text: string): boolean => ROLE.test(text) && !RESERVED_ROLES.has(text);
export const isNodeName = (text: string): boolean => NODE.test(text);
/** A role, or a role's variant `<role>_<variant>`: the `<to>` token of a mailbox. */
export const isMailboxName = (text: string): boolean => MAILBOX.test(text) && !RESERVED_ROLES.has(roleOfMailbox(text));

function require(ok: boolean, what: string, text: string, grammar: string): string {
  if (ok) return text;
  throw new TroupeError("invalid_id", `${what} ${show(text)} is not allowed: ${grammar}`, { details: { what } });
}

/** Returns the name, or throws `invalid_id` with the grammar. */
export const requireSystemName = (text: string): string =>
  require(isSystemName(text), "system name", text, "a lower-case letter, then up to 31 letters, digits or hyphens");
export const requireRoleName = (text: string): string =>
  require(isRoleName(
    text,
  ), "role name", text, `a lower-case letter, then up to 31 letters, digits or hyphens; not ${[...RESERVED_ROLES].join(", ")}`);
export const requireNodeName = (text: string): string =>
  require(isNodeName(text), "node name", text, "up to 63 lower-case letters, digits or hyphens");

/** The role that a mailbox name belongs to: the name itself, or what stands before the variant's `_`. */
export const roleOfMailbox = (mailbox: string): string => {
  const end = mailbox.indexOf("_");
  return end < 0 ? mailbox : mailbox.slice(0, end);
};
