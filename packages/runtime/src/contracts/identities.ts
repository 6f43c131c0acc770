/**
 * Messages to whoever administers the accounts of the server: `<sys>.identities.{issue,revoke,retire,void,rotate,list}`, reached from CORE only, and
 * `<sys>.credentials.<node>`, reached by the node of that name.
 */
import { z } from "zod";
import { isVersion } from "../ids.ts";
import { isNodeName, isRoleName } from "./names.ts";
import { RevokedEdge, SystemManifest } from "./system.ts";

const v = z.literal(1);
const version = z.string().refine(isVersion, "a version: v and a number");
const node = z.string().refine(isNodeName, "the name of a node");
const role = z.string().refine(isRoleName, "the name of a role");

/**
 * Makes the accounts and keys of a version's roles, without lines for the edges that are revoked; nothing happens for a version that has
 * them so.
 */
export const IssueIdentities = z.strictObject({
  v,
  version,
  manifest: SystemManifest,
  revoked: z.array(RevokedEdge).max(1_000).optional(),
});
export type IssueIdentities = z.infer<typeof IssueIdentities>;

/** Takes the accounts and keys of a version's roles away; whoever is signed in with one is disconnected. */
export const RevokeIdentities = z.strictObject({ v, version });

/**
 * Takes the credentials that a node has for its roles; whoever is signed in with them is disconnected. `isRemoved` takes the node's own
 * identity as well.
 */
export const RetireIdentities = z.strictObject({ v, node, isRemoved: z.boolean() });

/** Makes the credentials of one key void. Where credentials are signed one by one only. */
export const VoidCredentials = z.strictObject({
  v,
  account: z.enum(["CORE", "NODE", "GATEWAY", "CLIENT", "TOOLS"]),
  publicKey: z.string().regex(/^U[A-Z2-7]{55}$/, "a user's public key"),
  /** When they would have ended, seconds since 1970. */
  expiresAtS: z.int().min(0),
});

/** Makes a new key for a user, or for every role of every version; the old ones are no good any more. On the embedded server only. */
export const RotateKeys = z.strictObject({
  v,
  whose: z.enum(["supervisor", "operator", "host", "node", "gateway", "client", "tools", "sys", "roles"]),
});
export type RotateKeys = z.infer<typeof RotateKeys>;

/** The answer to each of them: versions whose roles have accounts on the server now, and nodes that hold credentials of roles. */
export const IdentityList = z.strictObject({
  v,
  versions: z.array(version),
  nodes: z.array(node),
  /** Edges that are cut, by version. */
  revoked: z.record(z.string(), z.array(RevokedEdge)).default({}),
});

/** A node asks for credentials of roles that are placed on it. Its keys stay with it: these are the public ones. */
export const AskCredentials = z.strictObject({
  v,
  roles: z
    .array(z.strictObject({ version, role, publicKey: z.string().regex(/^U[A-Z2-7]{55}$/, "a user's public key") }))
    .min(1)
    .max(256),
});
export type AskCredentials = z.infer<typeof AskCredentials>;

/** A user JWT for each of them, in the order in which they were asked for. */
export const IssuedCredentials = z.strictObject({
  v,
  expiresInMs: z.int().min(1),
  jwts: z.array(z.string().max(65_536)),
});
export type IssuedCredentials = z.infer<typeof IssuedCredentials>;
