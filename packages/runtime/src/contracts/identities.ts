/** Messages to whoever administers the accounts of the server: `<sys>.identities.{issue,revoke,list}`, reached from CORE only. */
import { z } from "zod";
import { isVersion } from "../ids.ts";
import { SystemManifest } from "./system.ts";

const v = z.literal(1);
const version = z.string().refine(isVersion, "a version: v and a number");

/** Makes the accounts and keys of a version's roles; nothing happens for a version that has them. */
export const IssueIdentities = z.strictObject({ v, version, manifest: SystemManifest });
export type IssueIdentities = z.infer<typeof IssueIdentities>;

/** Takes the accounts and keys of a version's roles away; whoever is signed in with one is disconnected. */
export const RevokeIdentities = z.strictObject({ v, version });

/** The answer to each of them: versions whose roles have accounts on the server now. */
export const IdentityVersions = z.strictObject({ v, versions: z.array(version) });
