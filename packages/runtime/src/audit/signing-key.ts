/** The key that checkpoints are signed with: Ed25519, made on first use, readable by its owner only. */
import { createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject, sign, verify } from "node:crypto";
import { link, mkdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { z } from "zod";
import { messageOf, TroupeError } from "../errors.ts";

const KeyFile = z.strictObject({
  v: z.literal(1),
  /** Public key, base64url of 32 bytes: what a verifier is given. */
  public: z.string().regex(/^[A-Za-z0-9_-]{43}$/),
  /** Private key as PKCS #8 in base64url: a secret. */
  private: z.string().regex(/^[A-Za-z0-9_-]{40,200}$/),
});

/** Signs for the audit chain. */
export interface AuditSigner {
  /** Public key, base64url. */
  readonly key: string;
  /** Ed25519 signature, base64url. */
  sign(text: string): string;
}

/** Where the signing key lies, beside the file with the keys of the users. */
export const auditKeyFileOf = (keysFile: string): string => join(dirname(keysFile), "audit-key.json");

/** A signer with a fresh key that is kept nowhere: its checkpoints can be verified only by whoever notes its public key. */
export function throwawaySigner(): AuditSigner {
  const { privateKey } = generateKeyPairSync("ed25519");
  return signerOf(privateKey);
}

/**
 * The signer whose key is in the file; made when there is none. Throws `invalid_config` when the file holds something else, or may be read
 * by others than its owner.
 */
export async function openAuditSigner(file: string): Promise<AuditSigner> {
  return (await readSigner(file)) ?? (await createSigner(file));
}

/** Public key in the file; `undefined` when there is no file. Throws like {@link openAuditSigner}. */
export const auditKeyIn = async (file: string): Promise<string | undefined> => (await readSigner(file))?.key;

/** Whether the signature of a text is by the key. Never throws: what is no key has signed nothing. */
export function isSignedBy(key: string, text: string, signature: string): boolean {
  try {
    const jwk = { kty: "OKP", crv: "Ed25519", x: key };
    return verify(
      undefined,
      Buffer.from(text),
      createPublicKey({ key: jwk, format: "jwk" }),
      Buffer.from(signature, "base64url"),
    );
  } catch {
    return false;
  }
}

async function readSigner(file: string): Promise<AuditSigner | undefined> {
  let text: string;
  try {
    text = await readFile(file, "utf8");
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return undefined;
    throw new TroupeError("invalid_config", `${file} cannot be read: ${messageOf(error)}`, { cause: error });
  }
  const { mode } = await stat(file);
  if ((mode & 0o077) !== 0)
    throw new TroupeError("invalid_config", `${file} can be read by others than its owner; run: chmod 600 ${file}`);
  try {
    const { private: secret } = KeyFile.parse(JSON.parse(text));
    return signerOf(createPrivateKey({ key: Buffer.from(secret, "base64url"), format: "der", type: "pkcs8" }));
  } catch {
    // The cause may quote the secret.
    throw new TroupeError("invalid_config", `${file} does not hold a key of the audit chain`);
  }
}

async function createSigner(file: string): Promise<AuditSigner> {
  const { privateKey } = generateKeyPairSync("ed25519");
  const signer = signerOf(privateKey);
  const secret = privateKey.export({ format: "der", type: "pkcs8" }).toString("base64url");
  await mkdir(dirname(file), { recursive: true, mode: 0o700 });
  const draft = `${file}.${signer.key}`;
  await writeFile(draft, `${JSON.stringify({ v: 1, public: signer.key, private: secret })}\n`, { mode: 0o600 });
  try {
    // Fails where somebody else was first: there is one key, whoever made it.
    await link(draft, file);
    return signer;
  } catch (error) {
    const others = await readSigner(file);
    if (others) return others;
    throw new TroupeError("invalid_config", `${file} cannot be written: ${messageOf(error)}`, { cause: error });
  } finally {
    await rm(draft, { force: true });
  }
}

function signerOf(privateKey: KeyObject): AuditSigner {
  const { x: key = "" } = createPublicKey(privateKey).export({ format: "jwk" });
  return { key, sign: (text) => sign(undefined, Buffer.from(text), privateKey).toString("base64url") };
}
