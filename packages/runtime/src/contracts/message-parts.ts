/** Content with files in it: what roles take and give besides text and data, in the form that A2A 1.0 has for it, as JSON. */
import { z } from "zod";

const label = z.string().min(1).max(256);
const about = { filename: label.optional(), mediaType: label.optional() };

/** One piece of content: text, data, a file's bytes in base64, or where a file is. */
export const Part = z.union([
  z.strictObject({ text: z.string(), ...about }),
  z.strictObject({ data: z.json(), ...about }),
  z.strictObject({ raw: z.string().regex(/^[A-Za-z0-9+/]*={0,2}$/, "base64"), ...about }),
  z.strictObject({ url: z.string().min(1).max(8_192), ...about }),
]);
export type Part = z.infer<typeof Part>;

const Parts = z.array(Part).min(1).max(1_000);

/** A message as it was said. `id` is its sender's; there is none on what a role says. */
export const PartsMessage = z.strictObject({ id: label.optional(), parts: Parts });
export type PartsMessage = z.infer<typeof PartsMessage>;

/** Something that a task made. */
export const Artifact = z.strictObject({
  /** Names it in its task: one of the same name takes its place. */
  name: label,
  description: z.string().max(1_000).optional(),
  parts: Parts,
  /** Its parts come after those of the one that is there, in whose place it would be otherwise. */
  append: z.boolean().optional(),
  /** More of it follows. */
  hasMore: z.boolean().optional(),
});
export type Artifact = z.infer<typeof Artifact>;

/** A body that is a message: input of roles that take files, or a result that is an answer and nothing that was made. */
export const MessageBody = z.strictObject({ $message: PartsMessage });
export type MessageBody = z.infer<typeof MessageBody>;

/** A result, or the data of a progress event, that is artifacts. */
export const ArtifactsBody = z.strictObject({ $artifacts: z.array(Artifact).min(1).max(100) });
export type ArtifactsBody = z.infer<typeof ArtifactsBody>;
