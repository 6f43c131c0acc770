/** Where a client command finds NATS: flags, `TROUPE_*`, `.troupe/run.json`, `NATS_URL`, NATS context, in this order. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { TroupeError } from "@troupe/runtime";
import { type TlsSettings, tlsSettings } from "@troupe/runtime/internal";
import { z } from "zod";
import type { Environment } from "./config/load.ts";
import { keysFileAt } from "./keys.ts";
import { type RunFile, readRunFile, STATE_FOLDER } from "./run-file.ts";

export interface Address {
  readonly natsUrl: string;
  readonly system: string;
  readonly httpUrl: string | undefined;
  /** File or folder of keys; without one the server's anonymous user is taken. */
  readonly keysFile: string | undefined;
  readonly tls?: TlsSettings | undefined;
  /** File with the seed of a NATS context's user. */
  readonly contextSeedFile?: string | undefined;
  /** What nodes that join should use as models, where the place says. */
  readonly models?: { readonly mode: "offline" | "live"; readonly offlineUrl: string | undefined } | undefined;
  /** Which of the places it came from, for messages. */
  readonly source: string;
}

export interface AddressFlags {
  readonly nats?: string | undefined;
  readonly keys?: string | undefined;
  readonly system?: string | undefined;
  readonly tlsCa?: string | undefined;
  readonly tlsCert?: string | undefined;
  readonly tlsKey?: string | undefined;
  readonly tlsFirst?: boolean | undefined;
}

/** TLS as flags say, and the environment where they say nothing. Throws `invalid_config`. */
export const tlsOf = (flags: AddressFlags, environment: Environment): TlsSettings | undefined =>
  tlsSettings({
    ca: flags.tlsCa ?? environment.tls?.ca,
    cert: flags.tlsCert ?? environment.tls?.cert,
    key: flags.tlsKey ?? environment.tls?.key,
    isFirst: flags.tlsFirst ?? environment.tls?.isFirst,
  });

/** What was found in each place. */
export interface AddressSources {
  readonly flags: AddressFlags;
  readonly environment: Environment;
  readonly run: RunFile | undefined;
  readonly context: NatsContext | undefined;
}

export interface NatsContext {
  readonly name: string;
  readonly url: string;
  readonly seedFile: string | undefined;
}

export const DEFAULT_SYSTEM = "troupe";

/** Chooses among what was found; `undefined` when no place names a server. */
export function chooseAddress({ flags, environment, run, context }: AddressSources): Address | undefined {
  const system = flags.system ?? environment.system;
  const keysFile = flags.keys ?? environment.keysFile;
  const tls = tlsOf(flags, environment);
  const at = (natsUrl: string, source: string): Address => ({
    natsUrl,
    system: system ?? DEFAULT_SYSTEM,
    httpUrl: environment.httpUrl,
    keysFile,
    ...(tls && { tls }),
    source,
  });
  if (flags.nats !== undefined) return at(flags.nats, "--nats");
  if (environment.natsUrl !== undefined) return at(environment.natsUrl, "TROUPE_NATS_URL");
  if (run !== undefined) {
    return {
      natsUrl: run.nats_url,
      system: system ?? run.system,
      httpUrl: environment.httpUrl ?? run.http_url,
      keysFile: keysFile ?? run.keys_file,
      ...(run.tls && { tls: run.tls }),
      models: { mode: run.model, offlineUrl: run.offline_url },
      source: `${STATE_FOLDER}/run.json`,
    };
  }
  if (environment.plainNatsUrl !== undefined) return at(environment.plainNatsUrl, "NATS_URL");
  if (context !== undefined) {
    return { ...at(context.url, `NATS context ${context.name}`), contextSeedFile: context.seedFile };
  }
  return undefined;
}

/** Looks in every place. Throws `unavailable` with what to do when none names a server. */
export async function findAddress(flags: AddressFlags, environment: Environment, cwd: string): Promise<Address> {
  const address = chooseAddress({
    flags,
    environment,
    run: await readRunFile(join(cwd, STATE_FOLDER)),
    context: await readNatsContext(environment),
  });
  if (address) {
    const { keysFile } = address;
    return {
      ...address,
      keysFile: keysFile === undefined ? undefined : await keysFileAt(keysFile),
    };
  }
  throw new TroupeError(
    "unavailable",
    "no system is running in this folder and no address was given: run `troupe start`, or give --nats URL or TROUPE_NATS_URL",
  );
}

const ContextFile = z.looseObject({ url: z.string().min(1).max(2_048), nkey: z.string().max(4_096).optional() });

/** The context that the `nats` tool would use, or `undefined`. */
export async function readNatsContext(environment: Environment): Promise<NatsContext | undefined> {
  if (environment.configHome === undefined) return undefined;
  const folder = join(environment.configHome, "nats");
  try {
    const name = environment.natsContext ?? (await readFile(join(folder, "context.txt"), "utf8")).trim();
    if (!/^[A-Za-z0-9][\w.-]{0,127}$/.test(name)) return undefined;
    const file = ContextFile.parse(JSON.parse(await readFile(join(folder, "context", `${name}.json`), "utf8")));
    return { name, url: file.url, seedFile: file.nkey || undefined };
  } catch {
    // No context, or one that is not ours to judge: then the next place, or the error that says what to do.
    return undefined;
  }
}
