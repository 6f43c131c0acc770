/** Tokens made by hand, so that tests can make wrong ones. */
import { createHmac, type KeyObject, sign } from "node:crypto";

const part = (value: unknown): string =>
  Buffer.from(typeof value === "string" ? value : JSON.stringify(value)).toString("base64url");

/** How a token is signed: a secret for HMAC, a private key for what its kind signs with, a text for that very signature. */
export type Signing =
  | { readonly secret: string | Buffer }
  | { readonly key: KeyObject }
  | { readonly signature: string };

export function token(header: object, payload: unknown, signing: Signing): string {
  const content = `${part(header)}.${part(payload)}`;
  return `${content}.${signatureOf(content, signing)}`;
}

function signatureOf(content: string, signing: Signing): string {
  if ("signature" in signing) return signing.signature;
  if ("secret" in signing) return createHmac("sha256", signing.secret).update(content).digest("base64url");
  const digest = signing.key.asymmetricKeyType === "ed25519" ? null : "sha256";
  return sign(digest, Buffer.from(content), signing.key).toString("base64url");
}
