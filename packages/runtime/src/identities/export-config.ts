import { ACCOUNTS } from "../nats/users.ts";
import { type OperatorConfig, operatorConfigText } from "./operator-config.ts";
import { Signer } from "./signer.ts";
import type { SigningKeys } from "./signing-keys.ts";
import { signSystemAccount } from "./system-jwts.ts";

/** What only the one who runs a server knows of it. */
export type ServerPlace = Omit<OperatorConfig, "operatorJwt" | "systemAccount" | "accounts">;

/**
 * The configuration of a NATS server that trusts these keys and knows the system's own accounts. It holds no secrets. Accounts of roles
 * come later, from the issuer.
 */
export async function exportConfig(keys: SigningKeys, place: ServerPlace): Promise<string> {
  const signer = new Signer(keys);
  const accounts = await Promise.all(
    ACCOUNTS.map(async (name) => ({ name, ...(await signSystemAccount(keys, signer, name)) })),
  );
  return operatorConfigText({
    ...place,
    operatorJwt: keys.operatorJwt,
    systemAccount: signer.publicKeyOf("SYS"),
    accounts,
  });
}
