import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { pathToFileURL } from "node:url";
import { z } from "zod";
import type { RoleDefinition } from "../actor/define.ts";
import type { Deployment } from "../contracts/system.ts";
import { messageOf, TroupeError } from "../errors.ts";
import { useBundle } from "./bundle-modules.ts";
import type { Configure } from "./ipc.ts";

const isFunction = (value: unknown) => typeof value === "function";
const RoleShape = z.custom<RoleDefinition>(
  (value) => typeof value === "object" && value !== null && "create" in value && isFunction(value.create),
  "not a role: no `create`",
);
const DefinitionShape = z.looseObject({
  manifest: z.looseObject({}),
  roles: z.preprocess(
    (roles): unknown => (roles instanceof Map ? Object.fromEntries<unknown>(roles) : roles),
    z.record(z.string(), RoleShape),
  ),
});
const LoaderShape = z.looseObject({
  loadYamlSystem: z.custom<(text: string) => Promise<unknown>>(isFunction, "a function"),
});

/** The roles of a loaded system, by name. */
export type Roles = ReadonlyMap<string, RoleDefinition>;

/** What a host is told of the code that it runs. */
export type SystemCode = Pick<Configure, "deployment" | "loader" | "bundle">;

/**
 * Loads the code of a deployment. The source must have the hash that was deployed and must define every role of the manifest. Throws
 * `invalid_config` with what is wrong; nothing that the module throws comes out as anything else.
 */
export async function loadSystem(code: SystemCode): Promise<Roles> {
  const { deployment } = code;
  const roles = rolesOf(await loadSource(code), deployment);
  const missing = Object.keys(deployment.manifest.roles).filter((role) => !roles.has(role));
  if (missing.length > 0) {
    throw new TroupeError("invalid_config", `${describe(deployment)} does not define ${missing.join(", ")}`, {
      details: { missing },
    });
  }
  return roles;
}

async function loadSource({ deployment, loader, bundle }: SystemCode): Promise<unknown> {
  const { source } = deployment;
  if (source.type === "bundle") return loadBundle(deployment, bundle);
  return source.type === "module"
    ? loadModule(deployment, source.path)
    : loadConfiguration(deployment, source.text, loader);
}

async function loadBundle(deployment: Deployment, bundle: SystemCode["bundle"]): Promise<unknown> {
  if (bundle === undefined) {
    throw new TroupeError("invalid_config", `${describe(deployment)} was deployed, and this node keeps no code`);
  }
  requireHash(deployment, await readSource(bundle.path));
  return defaultOf(await importModule(useBundle(bundle.path, bundle.packagesFrom), describe(deployment)));
}

async function loadModule(deployment: Deployment, path: string): Promise<unknown> {
  const { sha256 } = deployment.source;
  requireHash(deployment, await readSource(path));
  // The query makes a changed file a new module where one process loads several versions of it.
  return defaultOf(await importModule(`${pathToFileURL(path).href}?sha256=${sha256}`, describe(deployment)));
}

const defaultOf = (loaded: object): unknown => ("default" in loaded ? loaded.default : undefined);

async function loadConfiguration(deployment: Deployment, text: string, loader: string | undefined): Promise<unknown> {
  requireHash(deployment, text);
  if (loader === undefined) {
    throw new TroupeError("invalid_config", `${describe(deployment)} is YAML, and this node was given no loader`);
  }
  const parsed = LoaderShape.safeParse({ ...(await importModule(loader, `loader ${loader}`)) });
  if (!parsed.success) throw new TroupeError("invalid_config", `loader ${loader} exports no loadYamlSystem`);
  return parsed.data.loadYamlSystem(text);
}

async function importModule(specifier: string, what: string): Promise<object> {
  try {
    const loaded: unknown = await import(specifier);
    return typeof loaded === "object" && loaded !== null ? loaded : {};
  } catch (cause) {
    throw new TroupeError("invalid_config", `${what} does not load: ${messageOf(cause)}`, { cause });
  }
}

async function readSource(path: string): Promise<Uint8Array> {
  try {
    return await readFile(path);
  } catch (cause) {
    throw new TroupeError("invalid_config", `module ${path} cannot be read: ${messageOf(cause)}`, { cause });
  }
}

function requireHash(deployment: Deployment, content: Uint8Array | string): void {
  const actual = createHash("sha256").update(content).digest("hex");
  const { sha256 } = deployment.source;
  if (actual === sha256) return;
  throw new TroupeError("invalid_config", `${describe(deployment)} has changed: deployed as ${sha256}, is ${actual}`, {
    details: { deployed: sha256, actual },
  });
}

function rolesOf(value: unknown, deployment: Deployment): Roles {
  const parsed = DefinitionShape.safeParse(value);
  if (!parsed.success) {
    throw new TroupeError(
      "invalid_config",
      `the default export of ${describe(deployment)} is no system: ${z.prettifyError(parsed.error)}`,
    );
  }
  return new Map(Object.entries(parsed.data.roles));
}

function describe({ version, source }: Deployment): string {
  if (source.type === "yaml") return `system file of ${version}`;
  return source.type === "module" ? `module ${source.path} of ${version}` : `${source.file} of ${version}`;
}
