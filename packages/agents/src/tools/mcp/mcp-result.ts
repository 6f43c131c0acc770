/** What a server answered to a call, in the form in which a model may read it. */
import { z } from "zod";

const text = z.string();
const Part = z.union([
  z.looseObject({ type: z.literal("text"), text }),
  z.looseObject({ type: z.enum(["image", "audio"]), mimeType: text.optional(), data: text.optional() }),
  z.looseObject({ type: z.literal("resource_link"), uri: text, name: text.optional() }),
  z.looseObject({
    type: z.literal("resource"),
    resource: z.looseObject({ uri: text, text: text.optional(), blob: text.optional(), mimeType: text.optional() }),
  }),
]);
type Part = z.infer<typeof Part>;

export const McpResult = z.looseObject({
  content: z.array(z.unknown()).optional(),
  structuredContent: z.unknown().optional(),
  isError: z.boolean().optional(),
});

/** The result's text: what is no text is named with its kind and size, never passed on. */
export function textOfResult({ content = [], structuredContent }: z.infer<typeof McpResult>): string {
  const parts = content.map((raw) => {
    const part = Part.safeParse(raw);
    return part.success ? textOfPart(part.data) : "[content of an unknown kind left out]";
  });
  if (parts.length > 0) return parts.join("\n");
  return structuredContent === undefined ? "done" : (JSON.stringify(structuredContent) ?? "done");
}

// oxlint-disable-next-line typescript/consistent-return -- every case returns, and the compiler knows it
function textOfPart(part: Part): string {
  switch (part.type) {
    case "text":
      return part.text;
    case "image":
    case "audio":
      return `[${part.type}${sizeOf(part.mimeType, part.data)} left out]`;
    case "resource_link":
      return `[resource ${part.uri}]`;
    case "resource":
      return (
        part.resource.text ??
        `[resource ${part.resource.uri}${sizeOf(part.resource.mimeType, part.resource.blob)} left out]`
      );
  }
}

const sizeOf = (mimeType: string | undefined, base64: string | undefined): string =>
  `${mimeType === undefined ? "" : `, ${mimeType}`}, ${Math.floor(((base64?.length ?? 0) * 3) / 4)} bytes`;
