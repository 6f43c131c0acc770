import { messageOf } from "@troupe/runtime";
import type { SystemManifest } from "@troupe/runtime/internal";
import { type Check, type Finding, failed, ok, warning } from "./check.ts";

/** What this machine's environment says of models. */
export interface ModelsHere {
  readonly mode: "offline" | "live";
  /** Endpoint of aliases that name none. */
  readonly endpoint: string;
  secret(name: string): string | undefined;
  /** Throws when the file cannot be read or is empty. */
  secretFile(path: string): string;
}

/** One endpoint as a set of aliases reaches it. */
interface Endpoint {
  readonly url: string;
  /** What the key is called; never the key. */
  readonly keyName: string;
  readonly key: () => string | undefined;
  readonly aliases: readonly string[];
}

const DEFAULT_KEY = "OPENAI_API_KEY";

/** Every endpoint that the system's aliases name, each with each of its keys once; the environment's own without a system. */
function endpointsOf(models: SystemManifest["models"], here: ModelsHere): readonly Endpoint[] {
  const found = new Map<string, Endpoint>();
  const declared = Object.entries(models ?? {});
  for (const [alias, { endpoint: url = here.endpoint, key = { env: DEFAULT_KEY } }] of declared.length > 0
    ? declared
    : [["built-in aliases", {}] as const]) {
    const keyName = "env" in key ? key.env : key.file;
    const place = `${url} ${keyName}`;
    const read = () => ("env" in key ? here.secret(key.env) : here.secretFile(key.file));
    found.set(place, { url, keyName, key: read, aliases: [...(found.get(place)?.aliases ?? []), alias] });
  }
  return [...found.values()];
}

/** Asks each endpoint for its list of models; the offline model is part of `troupe start` and needs no check outside of it. */
export function modelChecks(
  models: SystemManifest["models"],
  here: ModelsHere,
  fetchUrl: typeof fetch = fetch,
): readonly Check[] {
  if (here.mode === "offline")
    return [
      {
        name: "model",
        run: async () =>
          ok("the built-in offline model; `troupe start --live` uses the endpoints of the environment and the system"),
      },
    ];
  return endpointsOf(models, here).flatMap((endpoint) => [
    { name: "secret", run: async () => judgeSecret(endpoint) },
    { name: "model", run: () => askEndpoint(endpoint, fetchUrl) },
  ]);
}

/** Whether the key that aliases refer to can be resolved here. Each node resolves its own: what is missing there shows there. */
function judgeSecret({ keyName, key, url, aliases }: Endpoint): Finding {
  const advice = {
    why: `calls of ${aliases.join(", ")} fail with model_refused on a node where it is missing`,
    remedy: `set ${keyName} for every node (and here, to check ${url}); docs/secrets.md`,
  };
  try {
    if (key() !== undefined) return ok(`${keyName} is there`);
    return warning(`${keyName} is not set on this machine`, advice);
  } catch (error) {
    return warning(messageOf(error), advice);
  }
}

async function askEndpoint({ url, keyName, key, aliases }: Endpoint, fetchUrl: typeof fetch): Promise<Finding> {
  const why = `${aliases.join(", ")} cannot answer without it`;
  const bearer = keyIfThere(key);
  const headers: Record<string, string> = bearer === undefined ? {} : { authorization: `Bearer ${bearer}` };
  try {
    const answer = await fetchUrl(`${url}/models`, { headers, signal: AbortSignal.timeout(10_000) });
    if (answer.ok) return ok(`${url} answers (${aliases.join(", ")})`);
    if (answer.status === 401 || answer.status === 403)
      return failed(`${url} refuses the key (${answer.status})`, { why, remedy: `set ${keyName} to a valid key` });
    return warning(`${url}/models answers ${answer.status}`, {
      why,
      remedy: "not every endpoint lists its models; try a task",
    });
  } catch (error) {
    return failed(`${url} cannot be reached: ${messageOf(error)}`, {
      why,
      remedy: "check that the endpoint runs, OPENAI_BASE_URL, and `endpoint` of the alias in the system file",
    });
  }
}

/** What is wrong with it the check of the secret says. */
function keyIfThere(key: () => string | undefined): string | undefined {
  try {
    return key();
  } catch {
    return undefined;
  }
}
