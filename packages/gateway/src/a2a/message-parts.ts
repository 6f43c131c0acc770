/** Parts and artifacts of ours in the form of A2A's SDK, and back. Pure. */
import type { Artifact as A2aArtifact, Part as A2aPart } from "@a2a-js/sdk";
import { type Artifact, ArtifactsBody, MessageBody, type Part, type PartsMessage } from "@troupe/runtime/internal";

/** The message that a body is; `undefined` when it is none. */
export const messageIn = (body: unknown): PartsMessage | undefined => MessageBody.safeParse(body).data?.$message;

/** The artifacts that a body is; none when it is something else. */
export const artifactsIn = (body: unknown): readonly Artifact[] => ArtifactsBody.safeParse(body).data?.$artifacts ?? [];

/** What any body says, as parts: those of a message, else its text or data. */
export function partsOf(body: unknown): A2aPart[] {
  const parts = messageIn(body)?.parts ?? [typeof body === "string" ? { text: body } : { data: body }];
  return parts.map(a2aPart);
}

export const a2aArtifact = ({ name, description = "", parts }: Artifact): A2aArtifact => ({
  artifactId: name,
  name,
  description,
  parts: parts.map(a2aPart),
  metadata: undefined,
  extensions: [],
});

/** Artifacts as they are after all of these, by A2A's rules: one is appended to its namesake, or takes its place. */
export function assembled(made: readonly Artifact[]): readonly Artifact[] {
  const byName = new Map<string, Artifact>();
  for (const artifact of made) {
    const earlier = artifact.append === true ? (byName.get(artifact.name)?.parts ?? []) : [];
    byName.set(artifact.name, { ...artifact, parts: [...earlier, ...artifact.parts] });
  }
  return [...byName.values()];
}

type Content = NonNullable<A2aPart["content"]>;

function a2aPart(part: Part | { readonly data: unknown }): A2aPart {
  const { filename = "", mediaType = "" } = "filename" in part || "mediaType" in part ? part : {};
  const [content, usualType] = contentOf(part);
  return { content, metadata: undefined, filename, mediaType: mediaType === "" ? usualType : mediaType };
}

/** With the media type where the part names none; a file's is not known then. */
function contentOf(part: Part | { readonly data: unknown }): readonly [Content, string] {
  if ("text" in part) return [{ $case: "text", value: part.text }, "text/plain"];
  if ("raw" in part) return [{ $case: "raw", value: Buffer.from(part.raw, "base64") }, ""];
  if ("url" in part) return [{ $case: "url", value: part.url }, ""];
  return [{ $case: "data", value: part.data }, "application/json"];
}

/** A part of the SDK as JSON; `undefined` for one without content. */
export function ownPart({ content, filename, mediaType }: A2aPart): Readonly<Record<string, unknown>> | undefined {
  if (content === undefined) return undefined;
  const value: unknown =
    content.$case === "raw" ? Buffer.from(content.value).toString("base64") : (content.value ?? null);
  return {
    [content.$case]: value,
    ...(filename === "" ? {} : { filename }),
    ...(mediaType === "" ? {} : { mediaType }),
  };
}
