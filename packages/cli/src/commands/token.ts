import { ACCESS_ROLE_NAMES, type ApiKey, apiKeyBucket, newApiKey, PrincipalName } from "@troupe/gateway/internal";
import { TroupeError } from "@troupe/runtime";
import { createLogger, type Row, rfc3339, Subjects } from "@troupe/runtime/internal";
import type { Command } from "commander";
import { z } from "zod";
import { operator } from "../asked-by.ts";
import { tellAudit } from "../audit/tell-audit.ts";
import { AddressOptions, type Cli, newCommand, runs, type Scope, withAddress } from "../cli.ts";
import { EXIT_CODES, type ExitCode } from "../exit-code.ts";
import { type Reached, reach } from "../reach.ts";

const Options = AddressOptions.extend({ json: z.boolean().default(false) });
type Options = z.infer<typeof Options>;
const CreateOptions = Options.extend({
  tenant: PrincipalName.default("default"),
  user: PrincipalName,
  role: z.array(z.enum(ACCESS_ROLE_NAMES)).default(["user"]),
  name: z.string().max(128).default(""),
  days: z.coerce.number().positive().max(3_650).optional(),
});
type CreateOptions = z.infer<typeof CreateOptions>;

const DAY_MS = 24 * 3_600_000;

async function create(scope: Scope, options: CreateOptions): Promise<ExitCode> {
  const { tenant, user, role: roles, name, days } = options;
  const lifetimeMs = days === undefined ? undefined : Math.round(days * DAY_MS);
  const asked = { name, tenant, user, roles, lifetimeMs };
  const { row, text } = newApiKey(asked, { random: scope.random, nowMs: scope.clock.nowMs() });
  await reach(scope, options, "operator", async (reached) => {
    // First the audit: a key that nobody heard of must not exist.
    await tellAudit(scope, reached, { event: "credentials_issued", who: operator(), whose: whose(row) });
    await keysOf(scope, reached).create(row.id, row);
  });
  if (options.json) scope.terminal.print(JSON.stringify({ ...shown(row), token: text }));
  else {
    scope.terminal.print(text);
    // Beside the product, so that KEY=$(troupe token create …) holds the key alone.
    scope.terminal.complain(
      `${row.id} of ${tenant}/${user}: ${row.roles.join(", ")}. It is shown this once; only its hash is kept.`,
    );
  }
  return EXIT_CODES.ok;
}

async function list(scope: Scope, options: Options): Promise<ExitCode> {
  const rows = await reach(scope, options, "operator", (reached) => keysOf(scope, reached).list());
  const keys = rows.map(({ value }) => value);
  if (options.json) scope.terminal.print(JSON.stringify({ tokens: keys.map(shown) }));
  else for (const line of lines(keys, scope.clock.nowMs())) scope.terminal.print(line);
  return EXIT_CODES.ok;
}

async function revoke(scope: Scope, options: Options, [id = ""]: readonly string[]): Promise<ExitCode> {
  const revoked = await reach(scope, options, "operator", async (reached) => {
    const row = await find(scope, reached, id);
    await tellAudit(scope, reached, {
      event: "credentials_revoked",
      who: {},
      whose: whose(row.value),
      reason: "by an operator",
    });
    if (row.value.revokedAt !== undefined) return row.value;
    const value = { ...row.value, revokedAt: rfc3339(scope.clock.nowMs()) };
    await keysOf(scope, reached).update(row.key, value, row.revision);
    return value;
  });
  if (options.json) scope.terminal.print(JSON.stringify(shown(revoked)));
  else scope.terminal.print(`${revoked.id} is revoked: gateways refuse it from now on.`);
  return EXIT_CODES.ok;
}

const ID = /^(?:troupe_)?([a-z2-7]{12})(?:_.*)?$/;

/** The key of that id; a whole key is taken for its id, since that is what people have at hand. */
async function find(scope: Scope, reached: Reached, text: string): Promise<Row<ApiKey>> {
  const id = ID.exec(text)?.[1];
  if (id === undefined)
    throw new TroupeError("invalid_id", "an API key's id has 12 characters; `troupe token list` shows it");
  const row = await keysOf(scope, reached).get(id);
  if (row) return row;
  throw new TroupeError("invalid_request", `no API key ${id}; \`troupe token list\` shows those that there are`);
}

const silent = createLogger({ name: "cli", level: "silent" });

const keysOf = ({ clock }: Scope, { link, address }: Reached) =>
  apiKeyBucket({ link, subjects: new Subjects(address.system), logger: silent, clock });

const whose = ({ id, tenant, user }: ApiKey): string => `API key ${id} of ${tenant}/${user}`.slice(0, 128);

/** Everything but the hash. */
const shown = ({ hash: _hash, v: _v, ...rest }: ApiKey) => rest;

function lines(keys: readonly ApiKey[], nowMs: number): readonly string[] {
  if (keys.length === 0) return ["No API keys. Make one: troupe token create --user NAME"];
  return keys.map((key) =>
    [`troupe_${key.id}`, `${key.tenant}/${key.user}`, key.roles.join(","), stateOf(key, nowMs), key.name]
      .join("  ")
      .trimEnd(),
  );
}

function stateOf({ revokedAt, expiresAt }: ApiKey, nowMs: number): string {
  if (revokedAt !== undefined) return `revoked ${revokedAt}`;
  if (expiresAt === undefined) return "valid";
  return expiresAt <= rfc3339(nowMs) ? `expired ${expiresAt}` : `valid until ${expiresAt}`;
}

const collect = (value: string, earlier: readonly string[] = []): readonly string[] => [...earlier, value];

export function tokenCommand(cli: Cli): Command {
  const creating = withAddress(newCommand("create", "make an API key for the HTTP edge; it is shown once"))
    .requiredOption("--user <name>", "whose key it is")
    .option("--tenant <name>", "whose tasks the key sees (default)")
    .option("--role <role>", `${ACCESS_ROLE_NAMES.join(", ")}; may be given several times (user)`, collect)
    .option("--name <text>", "what it is for")
    .option("--days <n>", "until it expires; default: until it is revoked");
  const listing = withAddress(newCommand("list", "list API keys, without their secrets"));
  const revoking = withAddress(newCommand("revoke", "refuse an API key from now on, at every gateway")).argument(
    "<id>",
  );
  return newCommand("token")
    .addCommand(runs(cli, creating, { options: CreateOptions, run: create }))
    .addCommand(runs(cli, listing, { options: Options, run: list }))
    .addCommand(runs(cli, revoking, { options: Options, run: revoke }));
}
