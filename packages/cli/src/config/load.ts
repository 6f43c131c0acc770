/** The only reader of environment variables in this package. */
import { bundlesFolderOf, type TlsSettings, tlsOfEnvironment } from "@troupe/runtime/internal";

/** What the environment says; empty variables count as unset. */
export interface Environment {
  readonly natsUrl: string | undefined;
  readonly keysFile: string | undefined;
  /** Key ring for stored bodies. */
  readonly encryptionKeysFile: string | undefined;
  /** Files and mode of TLS towards NATS; `undefined` = none of the variables is set. */
  readonly tls: TlsSettings | undefined;
  readonly system: string | undefined;
  readonly httpUrl: string | undefined;
  /** API key or token for the gateway: as whose owner approvals are decided. */
  readonly apiKey: string | undefined;
  /** `NATS_URL`: shared with every NATS tool, so it ranks below our own settings. */
  readonly plainNatsUrl: string | undefined;
  readonly natsContext: string | undefined;
  readonly configHome: string | undefined;
  /** Where the code of systems is kept. */
  readonly bundlesFolder: string;
  readonly logLevel: string | undefined;
  /** `undefined` = decide by the stream. */
  readonly wantsColour: boolean | undefined;
  /** Everything, to be handed to child processes and to the search for a nats-server. */
  readonly variables: NodeJS.ProcessEnv;
}

/** Reads the variables that `docs/cli.md` lists. */
export function loadEnvironment(variables: NodeJS.ProcessEnv): Environment {
  const read = (name: string) => variables[name] || undefined;
  const home = read("HOME");
  return {
    natsUrl: read("TROUPE_NATS_URL"),
    keysFile: read("TROUPE_KEYS_FILE"),
    encryptionKeysFile: read("TROUPE_ENCRYPTION_KEYS"),
    tls: tlsOfEnvironment(variables),
    system: read("TROUPE_SYSTEM"),
    httpUrl: read("TROUPE_HTTP_URL"),
    apiKey: read("TROUPE_API_KEY"),
    plainNatsUrl: read("NATS_URL"),
    natsContext: read("NATS_CONTEXT"),
    configHome: read("XDG_CONFIG_HOME") ?? (home === undefined ? undefined : `${home}/.config`),
    bundlesFolder: bundlesFolderOf(variables),
    logLevel: read("TROUPE_LOG_LEVEL"),
    wantsColour: colourWish(read("NO_COLOR"), read("FORCE_COLOR")),
    variables,
  };
}

function colourWish(refused: string | undefined, asked: string | undefined): boolean | undefined {
  if (refused !== undefined) return false;
  return asked === undefined ? undefined : asked !== "0";
}

/** Lets the hosts of this process use the models of the system that it joins, unless its own environment says what to use. */
export function adoptModels(
  variables: NodeJS.ProcessEnv,
  { mode, offlineUrl }: { readonly mode: "offline" | "live"; readonly offlineUrl: string | undefined },
): void {
  if (variables["TROUPE_MODEL_MODE"]) return;
  variables["TROUPE_MODEL_MODE"] = mode;
  if (offlineUrl !== undefined) variables["TROUPE_OFFLINE_URL"] = offlineUrl;
}
