/**
 * The keys that everything else follows from, on NATS servers that an operator runs: the secrets of the issuer, in one file. The
 * operator's own key stands in a file beside it that belongs into a safe: only a new signing key needs it.
 */
import { access, mkdir } from "node:fs/promises";
import { join } from "node:path";
import { createAccount, createOperator, encodeOperator, type KeyPair } from "@nats-io/jwt";
import { z } from "zod";
import { isSystemName } from "../contracts/names.ts";
import { messageOf, TroupeError } from "../errors.ts";
import { publicKeyOf } from "../nats/nkey.ts";
import { readSecret, writeSecret } from "../nats/secret-file.ts";
import { ACCOUNTS, type AccountName } from "../nats/users.ts";

const seedOf = (kind: "O" | "A") => z.string().regex(new RegExp(`^S${kind}[A-Z2-7]{56}$`), "an nkey seed");

const Stored = z.strictObject({
  v: z.literal(1),
  system: z.string().refine(isSystemName, "the name of a system"),
  shards: z.int().min(1).max(1_024),
  /** What servers trust: the operator's public key, the public half of `signing`, the system account. */
  operatorJwt: z.string().max(16_384),
  /** Signs accounts. */
  signing: seedOf("O"),
  /** Sign their users. Accounts that a later release knows are added when it first reads the file. */
  accounts: z.partialRecord(z.enum(ACCOUNTS), seedOf("A")),
  /** Signs nodes' own users, and can sign nothing else. */
  nodes: seedOf("A"),
});

/** What an issuer signs with. */
export type SigningKeys = Omit<z.infer<typeof Stored>, "accounts"> & {
  readonly accounts: Readonly<Record<AccountName, string>>;
};

const ISSUER_FILE = "issuer.json";
const OPERATOR_FILE = "operator.seed";

const issuerFileIn = (folder: string): string => join(folder, ISSUER_FILE);

/** Whether a folder holds the keys of an issuer. */
export const isIssuerFolder = (folder: string): Promise<boolean> => isThere(issuerFileIn(folder));

/** Makes all keys of a system, in a folder for its owner only. Throws `conflict` when there are some: they are not overwritten. */
export async function createSigningKeys(
  folder: string,
  { system, shards }: { readonly system: string; readonly shards: number },
): Promise<SigningKeys> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const file = issuerFileIn(folder);
  if (await isThere(file)) throw new TroupeError("conflict", `${file} is there already; it is not overwritten`);
  const [operator, signing] = [createOperator(), createOperator()];
  const accounts = accountSeeds();
  const operatorJwt = await encodeOperator(system, operator, {
    signing_keys: [signing.getPublicKey()],
    system_account: publicKeyOf(accounts.SYS),
  });
  const keys: SigningKeys = {
    v: 1,
    system,
    shards,
    operatorJwt,
    signing: seedText(signing),
    accounts,
    nodes: newAccountSeed(),
  };
  await writeSecret(join(folder, OPERATOR_FILE), `${seedText(operator)}\n`);
  await writeKeys(file, keys);
  return keys;
}

/** Reads them. Throws `unauthorized` when there are none, `invalid_config` when the file holds something else or others can read it. */
export async function readSigningKeys(folder: string): Promise<SigningKeys> {
  const file = issuerFileIn(folder);
  const stored = parsed(readSecret(file), file);
  const keys: SigningKeys = { ...stored, accounts: { ...accountSeeds(), ...stored.accounts } };
  if (ACCOUNTS.some((name) => stored.accounts[name] === undefined)) await writeKeys(file, keys);
  return keys;
}

function parsed(text: string, file: string): z.infer<typeof Stored> {
  try {
    return Stored.parse(JSON.parse(text));
  } catch (cause) {
    const why = cause instanceof z.ZodError ? z.prettifyError(cause) : messageOf(cause);
    throw new TroupeError("invalid_config", `${file} does not hold keys of an issuer: ${why}`, { cause });
  }
}

const writeKeys = (file: string, keys: SigningKeys): Promise<void> =>
  writeSecret(file, `${JSON.stringify(keys, undefined, 2)}\n`);

/** A new account's seed: a secret. */
export const newAccountSeed = (): string => seedText(createAccount());

const seedText = (pair: KeyPair): string => new TextDecoder().decode(pair.getSeed());

function accountSeeds(): Record<AccountName, string> {
  return {
    CORE: newAccountSeed(),
    NODE: newAccountSeed(),
    GATEWAY: newAccountSeed(),
    CLIENT: newAccountSeed(),
    TOOLS: newAccountSeed(),
    SYS: newAccountSeed(),
  };
}

const isThere = (file: string): Promise<boolean> =>
  access(file).then(
    () => true,
    () => false,
  );
