/** A retrieval role in a system file, over the built-in index. Names and defaults are those of the functions. */
import type { RoleDefinition } from "@troupe/runtime";
import { TaintLabels } from "@troupe/runtime/internal";
import { z } from "zod";
import { ModelFields, RoleSettingsFile, target } from "../patterns/role-fields.ts";
import type { OpenModel } from "../roles/agent-ports.ts";
import { fileIndex } from "./file-index.ts";
import { retrieval } from "./retrieval.ts";
import { MOST_PASSAGES } from "./retriever.ts";

export const RetrievalRole = RoleSettingsFile.extend({
  pattern: z.literal("retrieval"),
  ...ModelFields,
  to: target.optional().describe("Where the answer goes. Absent = the role can only be called."),
  folder: z.string().min(1).max(4_096).describe("Folder of the files, on every node that runs the role."),
  extensions: z
    .array(z.string().regex(/^\.[a-z0-9]{1,16}$/, "a dot, then letters or digits"))
    .min(1)
    .max(50)
    .optional(),
  passageLength: z.int().min(100).max(20_000).optional().describe("Longest passage, characters. Default 1500."),
  passages: z.int().min(1).max(MOST_PASSAGES).optional().describe("Passages for each message. Default 5."),
  gives: TaintLabels.optional().describe("Labels that the task carries from the passages on. Default none."),
});
type RetrievalRole = z.infer<typeof RetrievalRole>;

export function retrievalRole(file: RetrievalRole, openModel: OpenModel): RoleDefinition {
  const { folder, extensions, passageLength, ...options } = file;
  const retriever = fileIndex({ folder, extensions, passageLength });
  return retrieval<string, string>({ ...options, retriever }, openModel);
}
