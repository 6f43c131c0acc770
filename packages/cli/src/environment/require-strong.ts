import { TroupeError } from "@troupe/runtime";
import { type Command, InvalidArgumentError } from "commander";
import { z } from "zod";
import type { Scope } from "../cli.ts";
import { ENVIRONMENT_VARIABLE, environmentNamed } from "./environments.ts";
import { type SettingFacts, WEAK_NAMES, type WeakName, type WeakSetting, weakSettings } from "./weak-settings.ts";

const ALLOW_VARIABLE = "TROUPE_ALLOW_WEAK";
const Weak = z.enum(WEAK_NAMES);

/** Option of every command that runs a part of a system. */
export const AllowWeak: z.ZodDefault<z.ZodArray<typeof Weak>> = z.array(Weak).default([]);

export const withAllowWeak = (command: Command): Command =>
  command.option(
    "--allow-weak <name>",
    `in production: a weak setting that is meant, one of ${WEAK_NAMES.join(", ")}; may be repeated; also ${ALLOW_VARIABLE}, with commas`,
    collectWeak,
  );

function collectWeak(text: string, before: readonly WeakName[] = []): readonly WeakName[] {
  const parsed = Weak.safeParse(text);
  if (parsed.success) return [...before, parsed.data];
  throw new InvalidArgumentError(`there is no weak setting of that name; there are ${WEAK_NAMES.join(", ")}`);
}

/** Names that the environment allows. Throws `invalid_config` for one that there is not. */
export function allowedWeak(variables: Readonly<Record<string, string | undefined>>): readonly WeakName[] {
  const text = variables[ALLOW_VARIABLE] ?? "";
  const parsed = z.array(Weak).safeParse(
    text
      .split(",")
      .map((name) => name.trim())
      .filter((name) => name !== ""),
  );
  if (parsed.success) return parsed.data;
  throw new TroupeError(
    "invalid_config",
    `${ALLOW_VARIABLE}: ${JSON.stringify(text)} names something else than ${WEAK_NAMES.join(", ")}`,
  );
}

/**
 * In production: throws `invalid_config` with every weak setting that nobody allowed, before anything is started; those that somebody did
 * are said. Elsewhere everything goes.
 */
export function requireStrong(scope: Scope, facts: SettingFacts, allowed: readonly WeakName[]): void {
  const { variables } = scope.environment;
  if (environmentNamed(variables[ENVIRONMENT_VARIABLE]) !== "production") return;
  const meant = new Set([...allowed, ...allowedWeak(variables)]);
  const weak = weakSettings(facts);
  for (const { name, text } of weak.filter((one) => meant.has(one.name)))
    scope.terminal.complain(`Allowed: ${name}: ${text}.`);
  const refused = weak.filter((one) => !meant.has(one.name));
  if (refused.length === 0) return;
  throw new TroupeError(
    "invalid_config",
    `production does not start with weak settings:\n${refused.map(lineOf).join("\n")}`,
    {
      details: { weak: refused.map(({ name }) => name) },
    },
  );
}

const lineOf = ({ name, text, remedy }: WeakSetting): string =>
  `  ${name}: ${text}\n    → ${remedy}; or --allow-weak ${name}`;
