/** The environments that a system runs in (R-DEP-5), and what each takes for granted where nothing else is said. */
import { TroupeError } from "@troupe/runtime";

export const ENVIRONMENTS = ["development", "staging", "production"] as const;
export type EnvironmentName = (typeof ENVIRONMENTS)[number];

/** Names the environment. Unset: nobody has chosen one, and nothing is taken for granted. */
export const ENVIRONMENT_VARIABLE = "TROUPE_ENV";

/** Variables of each environment, below everything that is said otherwise. */
const DEFAULTS: Readonly<Record<EnvironmentName, Readonly<Record<string, string>>>> = {
  development: { TROUPE_LOG_LEVEL: "debug", TROUPE_AUTH: "off" },
  staging: { TROUPE_LOG_LEVEL: "info", TROUPE_AUTH: "required" },
  production: { TROUPE_LOG_LEVEL: "warn", TROUPE_AUTH: "required" },
};

/** The environment of that name; `undefined` for none. Throws `invalid_config` for another one. */
export function environmentNamed(text: string | undefined): EnvironmentName | undefined {
  if (text === undefined || text === "") return undefined;
  const known = ENVIRONMENTS.find((name) => name === text);
  if (known) return known;
  throw new TroupeError(
    "invalid_config",
    `${ENVIRONMENT_VARIABLE}: ${JSON.stringify(text)} is none of ${ENVIRONMENTS.join(", ")}`,
  );
}

export const defaultsOf = (name: EnvironmentName | undefined): Readonly<Record<string, string>> =>
  name === undefined ? {} : DEFAULTS[name];
