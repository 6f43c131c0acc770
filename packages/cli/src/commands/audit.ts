import { createWriteStream } from "node:fs";
import { finished } from "node:stream/promises";
import {
  type AuditHead,
  type AuditVerdict,
  AuditVerifier,
  auditHeadFile,
  auditHeadFileOf,
  auditKeyFileOf,
  auditKeyIn,
  messageOf,
  readAudit,
  rfc3339,
  Subjects,
} from "@troupe/runtime/internal";
import type { Command } from "commander";
import { z } from "zod";
import { findAddress } from "../address.ts";
import { type AuditLine, readExport, recordLine } from "../audit/export-file.ts";
import { readEntries, sealedHead } from "../audit/read-entries.ts";
import { nameOf, sayWhat, securityReport } from "../audit/report.ts";
import { verifyExport } from "../audit/verify-copy.ts";
import { AddressOptions, type Cli, newCommand, runs, type Scope, withAddress } from "../cli.ts";
import { collect } from "../collect.ts";
import { EXIT_CODES, type ExitCode } from "../exit-code.ts";
import { keysFileAt } from "../keys.ts";
import { type Reached, reach } from "../reach.ts";

const HOUR_MS = 3_600_000;
const Common = AddressOptions.extend({ json: z.boolean().default(false) });
const Key = z.string().regex(/^[A-Za-z0-9_-]{43}$/, "a public key of the audit, 43 characters");
const VerifyOptions = Common.extend({ key: z.array(Key).default([]) });
const ExportOptions = Common.extend({ out: z.string().min(1).optional() });
const ListOptions = Common.extend({
  hours: z.coerce.number().positive().max(87_600).default(24),
  event: z.string().min(1).max(64).optional(),
  limit: z.coerce.number().int().min(1).max(100_000).default(100),
});

async function verify(scope: Scope, options: z.infer<typeof VerifyOptions>, [file]: readonly string[]) {
  const { terminal } = scope;
  if (file !== undefined) {
    // Of what is known here only who seals: the system may have gone on since the export.
    const here = await findAddress(options, scope.environment, scope.cwd).catch(() => undefined);
    const known = await localAnchors(options.keys ?? here?.keysFile);
    const trusted = [...options.key, ...known.keys];
    return concluded(scope, await verifyExport(readExport(file), trusted, []), { trusted, json: options.json });
  }
  return reach(scope, options, "operator", async (reached) => {
    const local = await localAnchors(reached.address.keysFile);
    const trusted = [...options.key, ...local.keys];
    const heads = [...local.heads];
    try {
      heads.push(await sealedHead(reached));
    } catch (error) {
      terminal.complain(
        `No supervisor says how far the audit reaches (${messageOf(error)}); its end is checked as far as it is known here.`,
      );
    }
    const subjects = new Subjects(reached.address.system);
    const verifier = new AuditVerifier(subjects, trusted);
    for await (const record of readAudit(reached.link, subjects)) verifier.add(record);
    return concluded(scope, verifier.end(heads), { trusted, json: options.json });
  });
}

/** What lies beside the keys of this machine: who seals, and how far that one has. */
async function localAnchors(
  path: string | undefined,
): Promise<{ keys: readonly string[]; heads: readonly AuditHead[] }> {
  if (path === undefined) return { keys: [], heads: [] };
  const keysFile = await keysFileAt(path);
  const key = await auditKeyIn(auditKeyFileOf(keysFile));
  const head = await auditHeadFile(auditHeadFileOf(keysFile)).read();
  return { keys: key === undefined ? [] : [key], heads: head === undefined ? [] : [head] };
}

function concluded(
  { terminal }: Scope,
  verdict: AuditVerdict,
  { trusted, json }: { readonly trusted: readonly string[]; readonly json: boolean },
): ExitCode {
  const { isIntact, records, checkpoints, unsealed, head, keys, findings } = verdict;
  const { paint } = terminal;
  if (json) terminal.print(JSON.stringify({ ...verdict, keys_were_known: trusted.length > 0 }));
  else {
    for (const { sequence, fault, reason } of findings)
      terminal.print(`${paint("red", "✗")} record ${sequence}: ${fault.replaceAll("_", " ")}: ${reason}`);
    const tail = unsealed === 0 ? "" : `, ${unsealed} not sealed yet`;
    terminal.print(`${records} records, ${checkpoints} checkpoints${tail}; head ${head.slice(0, 16)}…`);
    terminal.print(
      `${isIntact ? paint("green", "intact") : paint("red", "not intact")}, signed by ${keys.join(", ") || "nobody"}`,
    );
  }
  if (trusted.length === 0)
    terminal.note(
      "No key was given or found here: this shows only that the copy fits together. Compare the key, or give --key.",
    );
  return isIntact ? EXIT_CODES.ok : EXIT_CODES.failed;
}

async function exportCopy(scope: Scope, options: z.infer<typeof ExportOptions>): Promise<ExitCode> {
  const { terminal, clock } = scope;
  return reach(scope, options, "operator", async (reached) => {
    const head = await sealedHead(reached);
    const { system } = reached.address;
    const out = options.out === undefined ? undefined : createWriteStream(options.out, { mode: 0o600 });
    const put = (line: AuditLine) => {
      const text = JSON.stringify(line);
      if (out === undefined) terminal.print(text);
      else out.write(`${text}\n`);
    };
    put({ type: "troupe_audit", v: 1, system, exported_at: rfc3339(clock.nowMs()) });
    const records = await putRecords(reached, head, put);
    put({ type: "end", records, head });
    if (out !== undefined) {
      out.end();
      await finished(out);
    }
    if (out !== undefined || options.json)
      terminal.complain(`${records} records up to checkpoint ${head.number}; head ${head.head}, key ${head.key}`);
    return EXIT_CODES.ok;
  });
}

/** Those that the head covers: what came since would not be under any signature. */
async function putRecords(
  { link, address }: Reached,
  head: AuditHead,
  put: (line: AuditLine) => void,
): Promise<number> {
  let records = 0;
  for await (const record of readAudit(link, new Subjects(address.system))) {
    if (record.sequence > head.sequence) break;
    records++;
    put(recordLine(record));
  }
  return records;
}

async function list(scope: Scope, options: z.infer<typeof ListOptions>): Promise<ExitCode> {
  const { terminal, clock } = scope;
  const sinceMs = clock.nowMs() - options.hours * HOUR_MS;
  const found = await reach(scope, options, "operator", (reached) => readEntries(reached, sinceMs));
  const wanted = found.filter(({ entry }) => options.event === undefined || entry.what.event === options.event);
  for (const { sequence, source, entry } of wanted.slice(-options.limit)) {
    const { at, count, what } = entry;
    if (options.json) terminal.print(JSON.stringify({ sequence, source, ...entry }));
    else {
      const times = count === 1 ? "" : ` (${count} times)`;
      terminal.print(
        `${terminal.paint("dim", at)} ${what.event.padEnd(18)} ${nameOf(what.who)}  ${sayWhat(what)}${times}  ${terminal.paint("dim", source)}`,
      );
    }
  }
  return EXIT_CODES.ok;
}

const COLOURS = { good: "green", warning: "yellow", critical: "red" } as const;

async function report(scope: Scope, options: z.infer<typeof Common>): Promise<ExitCode> {
  const { terminal, clock } = scope;
  const { paint } = terminal;
  const sinceMs = clock.nowMs() - HOUR_MS;
  const found = await reach(scope, options, "operator", (reached) => readEntries(reached, sinceMs));
  const told = securityReport(found, rfc3339(sinceMs));
  if (options.json) terminal.print(JSON.stringify(told));
  else {
    terminal.print(`${paint("bold", "security")}  ${paint(COLOURS[told.status], told.status)}  last hour`);
    terminal.print(`events           ${told.events}`);
    terminal.print(`failures         ${told.failures}`);
    terminal.print(`rate-limit hits  ${told.rate_limit_hits}`);
    if (told.graph_check_attempts > 0)
      terminal.print(`${told.graph_check_attempts} refusals are attempts of \`troupe graph check\`, and no failures`);
    for (const [event, count] of Object.entries(told.by_event)) terminal.print(`  ${event.padEnd(20)} ${count}`);
    for (const { who, failures, last } of told.refused) terminal.print(`${failures} × ${who}: ${last}`);
  }
  return told.status === "critical" ? EXIT_CODES.failed : EXIT_CODES.ok;
}

const add = (name: string, description: string): Command => withAddress(newCommand(name, description));

export function auditCommand(cli: Cli): Command {
  return newCommand("audit")
    .addCommand(
      runs(
        cli,
        add("verify", "find whether anything of the audit was deleted, edited, reordered or cut off; exit code 1 if so")
          .argument("[file]", "an exported copy; default: the running system's stream")
          .option(
            "--key <public>",
            "key that may have signed; default: the one beside the keys here; may be repeated",
            collect,
          ),
        { options: VerifyOptions, run: verify },
      ),
    )
    .addCommand(
      runs(
        cli,
        add("export", "write the audit as JSON Lines that can be verified anywhere").option(
          "--out <file>",
          "file to write, for its owner only; default: standard output",
        ),
        { options: ExportOptions, run: exportCopy },
      ),
    )
    .addCommand(
      runs(
        cli,
        add("list", "show entries of the audit")
          .option("--hours <count>", "how far back (24)")
          .option("--event <name>", "one kind only: denied, login_failed, deployment, …")
          .option("--limit <count>", "the last so many (100)"),
        { options: ListOptions, run: list },
      ),
    )
    .addCommand(
      runs(cli, add("report", "the security report of the last hour; exit code 1 when it is critical"), {
        options: Common,
        run: report,
      }),
    );
}
