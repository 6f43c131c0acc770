import type { Command } from "commander";
import { EXIT_CODES } from "../exit-code.ts";
import { markdownTable } from "./markdown-table.ts";

const EXIT_MEANING: Readonly<Record<keyof typeof EXIT_CODES, readonly [number, string]>> = {
  ok: [EXIT_CODES.ok, "done; a task that was waited for completed"],
  failed: [EXIT_CODES.failed, "the task ended otherwise, or the command failed"],
  usage: [EXIT_CODES.usage, "wrong arguments or options, or a file that does not parse"],
  unreachable: [EXIT_CODES.unreachable, "NATS, the supervisor or a gateway did not answer, or no address is known"],
  interrupted: [EXIT_CODES.interrupted, "ended by Ctrl-C or SIGTERM, after everything it had started was stopped"],
};

const VARIABLES: readonly (readonly [string, string])[] = [
  ["TROUPE_ENV", "development, staging or production; see docs/environments.md. Unset: nothing is taken for granted"],
  ["TROUPE_ALLOW_WEAK", "in production: names of weak settings that are meant, with commas"],
  ["TROUPE_NATS_URL", "NATS server of the system"],
  [
    "TROUPE_KEYS_FILE",
    "`keys.json`, a `.creds` file, or a folder of either; without one the server's anonymous user is taken",
  ],
  ["TROUPE_ENCRYPTION_KEYS", "key ring that stored bodies are encrypted with; default: beside the keys for NATS"],
  ["TROUPE_TLS_CA, TROUPE_TLS_CERT, TROUPE_TLS_KEY, TROUPE_TLS_FIRST", "TLS towards NATS, as the flags `--tls-…` say"],
  ["TROUPE_SYSTEM", "name of the system, the first token of every subject"],
  ["TROUPE_HTTP_URL", "address of a gateway, for `troupe doctor`, and for `troupe approvals` with an API key"],
  ["TROUPE_API_KEY", "API key or token: `troupe approvals` then decides over HTTP, as its owner"],
  ["TROUPE_LOG_LEVEL", "debug, info, warn, error or silent"],
  ["TROUPE_LOG", "level of everything and of parts: `info,hop=debug`; before TROUPE_LOG_LEVEL (docs/logs.md)"],
  ["TROUPE_LOG_FILE", "file that the log is appended to; as `--log-file`"],
  ["TROUPE_METRICS", "HOST:PORT where nodes and supervisors serve /metrics; as `--metrics`"],
  ["OTEL_*", "traces, by OpenTelemetry's standard variables (docs/traces.md)"],
  [
    "OPENAI_API_KEY, OPENAI_BASE_URL, TROUPE_MODEL",
    "with `--live`: key, endpoint, and the model of the built-in aliases",
  ],
  [
    "NATS_URL",
    "as for every NATS tool; ranks below the ones above, and `troupe start` then uses that server and starts none",
  ],
  ["NATS_CONTEXT", "name of a NATS context; else the selected one. Client commands only"],
  ["NATS_SERVER_BIN", "the nats-server to run"],
  ["NO_COLOR, FORCE_COLOR", "no colour, or colour although standard output is no terminal"],
];

/** `docs/cli.md`: every command with its arguments and options, exit codes, and where addresses come from. */
export function cliPage(program: Command): string {
  return [
    "# The command line",
    "",
    "Generated from the commands themselves by `npm run docs`; do not edit.",
    "",
    "In a clone: `npx troupe …`. Every command takes `--json` (JSON on standard output, everything else on standard error).",
    "",
    "Where a command finds the system, first match wins: its flags, `TROUPE_*` variables, `.troupe/run.json` of a `troupe start` in this",
    "folder, `NATS_URL`, the NATS context. `troupe start` never looks at a context: that might be somebody's production.",
    "",
    "## Exit codes",
    "",
    ...markdownTable(
      ["code", "meaning"],
      Object.values(EXIT_MEANING).map(([code, meaning]) => [String(code), meaning]),
    ),
    "",
    "## Environment",
    "",
    ...markdownTable(
      ["variable", "meaning"],
      VARIABLES.map(([name, meaning]) => [`\`${name}\``, meaning]),
    ),
    "",
    "## Commands",
    "",
    ...program.commands.flatMap((command) => commandSection(command, "troupe")),
  ].join("\n");
}

function commandSection(command: Command, parent: string): readonly string[] {
  const name = `${parent} ${command.name()}`;
  const args = command.registeredArguments.map((arg) => (arg.required ? `<${arg.name()}>` : `[${arg.name()}]`));
  const own =
    command.commands.length > 0 ? [] : [`### ${[name, ...args].join(" ")}`, "", sentence(command.description()), ""];
  const argRows = command.registeredArguments.map((arg) => [`\`${arg.name()}\``, arg.description]);
  const optionRows = command.options
    .filter((option) => !option.hidden)
    .map((option) => [`\`${option.flags}\``, option.description]);
  const rows = command.commands.length > 0 ? [] : [...argRows, ...optionRows];
  const table = rows.length === 0 ? [] : [...markdownTable(["", ""], rows), ""];
  return [...own, ...table, ...command.commands.flatMap((child) => commandSection(child, name))];
}

const sentence = (text: string): string => `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;
