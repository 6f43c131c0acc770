import { messageOf } from "@troupe/runtime";
import { type Check, type Finding, failed, ok, warning } from "./check.ts";

export interface ModelEndpoint {
  readonly mode: "offline" | "live";
  readonly url: string;
  readonly key: string | undefined;
}

/** Asks the endpoint for its list of models; the offline model is part of `troupe start` and needs no check outside of it. */
export function modelCheck({ mode, url, key }: ModelEndpoint, fetchUrl: typeof fetch = fetch): Check {
  return {
    name: "model",
    run: async () => {
      if (mode === "offline")
        return ok("the built-in offline model; `troupe start --live` uses the endpoints of the environment");
      return askEndpoint(url, key, fetchUrl);
    },
  };
}

async function askEndpoint(url: string, key: string | undefined, fetchUrl: typeof fetch): Promise<Finding> {
  const headers: Record<string, string> = key === undefined ? {} : { authorization: `Bearer ${key}` };
  try {
    const answer = await fetchUrl(`${url}/models`, { headers, signal: AbortSignal.timeout(10_000) });
    if (answer.ok) return ok(`${url} answers`);
    if (answer.status === 401 || answer.status === 403) {
      return failed(`${url} refuses the key (${answer.status})`, "set OPENAI_API_KEY to a valid key");
    }
    return warning(`${url}/models answers ${answer.status}`, "not every endpoint lists its models; try a task");
  } catch (error) {
    return failed(`${url} cannot be reached: ${messageOf(error)}`, "check OPENAI_BASE_URL and that the endpoint runs");
  }
}
