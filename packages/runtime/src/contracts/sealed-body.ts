import { z } from "zod";

/** Name of a key of the ring. */
export const KeyId = z.string().regex(/^[a-z0-9][a-z0-9-]{0,63}$/, "lower-case letters, digits and hyphens");

/**
 * What stands in the place of an encrypted body (R-GOV-7). AES-256-GCM; the associated data is the subject that the body is recorded under,
 * so it opens nowhere else. The content is the body as `encoding` says, JSON by default.
 */
export const SealedBody = z.strictObject({
  $sealed: z.strictObject({
    /** The key of the ring that it was sealed with. */
    key: KeyId,
    /** Keyed hash of the content, of messages between roles only: loops are found by it. */
    tag: z
      .string()
      .regex(/^[\w-]{12}$/)
      .optional(),
    /** 24 bytes, base64url: the first half makes the key of this one body, the second is the nonce of GCM. */
    nonce: z.string().regex(/^[\w-]{32}$/),
    /** Ciphertext and the 16 bytes of its tag, base64url. */
    data: z.string().min(22),
    encoding: z.literal("msgpack").optional(),
  }),
});
export type SealedBody = z.infer<typeof SealedBody>;

/** The sealed body that a value is, if it is one. */
export function sealedIn(value: unknown): SealedBody | undefined {
  if (typeof value !== "object" || value === null || !("$sealed" in value)) return undefined;
  const sealed = SealedBody.safeParse(value);
  return sealed.success ? sealed.data : undefined;
}
