/** Which keys were signed for which node, and which of them are void: what an issuer must still know after a restart. No secrets. */
import { z } from "zod";
import { isNodeName } from "../contracts/names.ts";

const node = z.string().refine(isNodeName, "the name of a node");
const publicKey = z.string().regex(/^U[A-Z2-7]{55}$/, "a user's public key");
const seconds = z.int().min(0);

/** A signed user that may still be in use. */
export const Issued = z.strictObject({
  node,
  /** Name of its account: `R_v7_developer`, or `NODE` for a node's own identity. */
  account: z.string().min(1).max(128),
  publicKey,
  expiresAtS: seconds,
});
export type Issued = z.infer<typeof Issued>;

/** A signed user that is void although it has not expired. */
const Void = z.strictObject({ account: Issued.shape.account, publicKey, expiresAtS: seconds, atS: seconds });
/** A signed user, whoever it is of. */
export type SignedUser = Pick<Issued, "account" | "publicKey" | "expiresAtS">;

export const Ledger = z.strictObject({ v: z.literal(1), issued: z.array(Issued), voided: z.array(Void) });
export type Ledger = z.infer<typeof Ledger>;

export const EMPTY_LEDGER: Ledger = { v: 1, issued: [], voided: [] };

/** Adds signed users. What has expired meanwhile is forgotten. */
export function withIssued(ledger: Ledger, added: readonly Issued[], nowS: number): Ledger {
  const isKept = ({ expiresAtS }: { expiresAtS: number }) => expiresAtS > nowS;
  return {
    v: 1,
    issued: [...ledger.issued, ...added].filter(isKept),
    voided: ledger.voided.filter(isKept),
  };
}

/** Makes users void: what was signed for their keys until now does not count any more. */
export function withVoided(ledger: Ledger, gone: readonly SignedUser[], nowS: number): Ledger {
  const keys = new Set(gone.map((user) => user.publicKey));
  const voided = gone.map(({ account, publicKey: key, expiresAtS }) => ({
    account,
    publicKey: key,
    expiresAtS,
    atS: nowS,
  }));
  return {
    v: 1,
    issued: ledger.issued.filter((issued) => !keys.has(issued.publicKey)),
    voided: [...ledger.voided.filter((one) => !keys.has(one.publicKey)), ...voided],
  };
}

/** Forgets accounts that are gone. */
export function withoutAccounts({ issued, voided }: Ledger, accounts: ReadonlySet<string>): Ledger {
  const isKept = ({ account }: SignedUser) => !accounts.has(account);
  return { v: 1, issued: issued.filter(isKept), voided: voided.filter(isKept) };
}

/** Public keys that an account's servers must not let in, with the time up to which what was signed for them is void. */
export function revocationsOf({ voided }: Ledger, account: string): Readonly<Record<string, number>> {
  const own = voided.filter((one) => one.account === account);
  return Object.fromEntries(own.map(({ publicKey: key, atS }) => [key, atS]));
}

/** Nodes that hold credentials of roles. */
export const holders = ({ issued }: Ledger): readonly string[] => [...new Set(issued.map((one) => one.node))];
