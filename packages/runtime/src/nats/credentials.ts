/** What a user signs in with, and the file format in which every NATS tool keeps it (`.creds`). */
import { z } from "zod";
import { messageOf, TroupeError } from "../errors.ts";

/** An nkey seed, and, on servers that an operator runs, the JWT that says what its bearer may do. Secrets. */
export const Credentials = z.strictObject({
  seed: z.string().regex(/^SU[A-Z2-7]{56}$/, "an nkey user seed"),
  jwt: z.string().max(65_536).optional(),
});
export type Credentials = z.infer<typeof Credentials>;

/** Credentials with a JWT. */
export interface SignedCredentials {
  readonly seed: string;
  readonly jwt: string;
}

const BLOCK = /(?<!-)-{3,} *BEGIN ([A-Z ]+?) *-{3,}\s*([\w.-]+)\s*-{3,} *END [A-Z ]+?-{3,}/g;

/** Whether a text looks like a `.creds` file. */
export const isCreds = (text: string): boolean => text.includes("BEGIN NATS USER JWT");

/** Writes the format. */
export function formatCreds({ seed, jwt }: SignedCredentials): string {
  return [
    "-----BEGIN NATS USER JWT-----",
    jwt,
    "------END NATS USER JWT------",
    "",
    "-----BEGIN USER NKEY SEED-----",
    seed,
    "------END USER NKEY SEED------",
    "",
  ].join("\n");
}

/** Reads the format. Throws `invalid_config`; nothing of the text is shown. */
export function parseCreds(text: string): SignedCredentials {
  const blocks = new Map([...text.matchAll(BLOCK)].map(([, name = "", value = ""]) => [name, value]));
  const [jwt, seed] = [blocks.get("NATS USER JWT"), blocks.get("USER NKEY SEED")];
  if (jwt !== undefined && Credentials.safeParse({ jwt, seed }).success && seed !== undefined) return { jwt, seed };
  throw new TroupeError("invalid_config", "not a file of NATS credentials: it needs a user JWT and its nkey seed");
}

const Claims = z.looseObject({ name: z.string(), sub: z.string(), exp: z.int().optional(), iat: z.int() });

/** What a user JWT says of itself. Not verified: the server does that. */
export interface ClaimedUser {
  readonly name: string;
  readonly publicKey: string;
  /** Seconds since 1970; absent = never. */
  readonly expiresAtS: number | undefined;
  readonly issuedAtS: number;
}

/** Reads a user JWT. Throws `invalid_config`. */
export function readUserJwt(jwt: string): ClaimedUser {
  try {
    const payload = Buffer.from(jwt.split(".")[1] ?? "", "base64url").toString();
    const { name, sub, exp, iat } = Claims.parse(JSON.parse(payload));
    return { name, publicKey: sub, expiresAtS: exp, issuedAtS: iat };
  } catch (cause) {
    throw new TroupeError("invalid_config", `not a user JWT: ${messageOf(cause)}`, { cause });
  }
}
