/** `troupe approvals list|show|approve|deny`: what waits for people, and their decisions. */
import { Subjects, TroupeError } from "@troupe/runtime/internal";
import type { Command } from "commander";
import { z } from "zod";
import { findAddress } from "../address.ts";
import { type ApprovalDesk, httpDesk, natsDesk } from "../approvals/approval-desk.ts";
import { approvalLine, approvalLines } from "../approvals/approval-lines.ts";
import { AddressOptions, type Cli, newCommand, runs, type Scope, withAddress } from "../cli.ts";
import { EXIT_CODES, type ExitCode } from "../exit-code.ts";
import { reach } from "../reach.ts";

const Options = AddressOptions.extend({ json: z.boolean().default(false), http: z.url().optional() });
const ListOptions = Options.extend({ watch: z.boolean().default(false) });
const DecideOptions = Options.extend({
  reason: z.string().min(1).max(1_024).optional(),
  hash: z
    .string()
    .regex(/^[0-9a-f]{64}$/, "a SHA-256 in hexadecimal")
    .optional(),
});
type Options = z.infer<typeof Options>;

const WATCH_MS = 2_000;

/** As the owner of `TROUPE_API_KEY`, where that is set; else with the operator's key. */
async function atDesk<T>(scope: Scope, options: Options, use: (desk: ApprovalDesk) => Promise<T>): Promise<T> {
  const { apiKey } = scope.environment;
  if (apiKey === undefined) {
    if (options.http !== undefined) {
      throw new TroupeError("unauthorized", "over HTTP an API key or token says who decides: set TROUPE_API_KEY");
    }
    return reach(scope, options, "operator", ({ link, address }) => use(natsDesk(link, new Subjects(address.system))));
  }
  const url = options.http ?? (await findAddress(options, scope.environment, scope.cwd)).httpUrl;
  if (url === undefined) {
    throw new TroupeError("unavailable", "where is the gateway? give --http URL, or set TROUPE_HTTP_URL");
  }
  return use(httpDesk(url, apiKey));
}

async function list(scope: Scope, options: z.infer<typeof ListOptions>): Promise<ExitCode> {
  const { terminal, clock, interrupted } = scope;
  return atDesk(scope, options, async (desk) => {
    const shown = new Set<string>();
    for (;;) {
      const { approvals, more } = await desk.list();
      const fresh = approvals.filter(({ approval_id: id }) => !shown.has(id));
      for (const one of fresh) {
        shown.add(one.approval_id);
        terminal.print(options.json ? JSON.stringify(one) : approvalLine(one, terminal.paint));
      }
      if (!options.watch) {
        if (approvals.length === 0) terminal.note("Nothing waits for a person.");
        if (more) terminal.note("There are more; these are the oldest.");
        return EXIT_CODES.ok;
      }
      await clock.sleep(WATCH_MS, interrupted);
    }
  });
}

function show(scope: Scope, options: Options, [id = ""]: readonly string[]): Promise<ExitCode> {
  const { terminal } = scope;
  return atDesk(scope, options, async (desk) => {
    const view = await desk.show(id);
    if (options.json) terminal.print(JSON.stringify(view));
    else for (const line of approvalLines(view, terminal.paint)) terminal.print(line);
    return EXIT_CODES.ok;
  });
}

const decide =
  (verdict: "approve" | "deny") =>
  (scope: Scope, options: z.infer<typeof DecideOptions>, [id = ""]: readonly string[]): Promise<ExitCode> => {
    const { terminal } = scope;
    const { reason, json } = options;
    return atDesk(scope, options, async (desk) => {
      const asked = await desk.show(id);
      const decision = { verdict, hash: options.hash ?? asked.hash, ...(reason === undefined ? {} : { reason }) };
      // The id of a task stands for what waits there now; what was shown is what is decided.
      const view = await desk.decide(asked.approval_id, decision);
      if (json) terminal.print(JSON.stringify(view));
      else for (const line of approvalLines(view, terminal.paint)) terminal.print(line);
      return EXIT_CODES.ok;
    });
  };

const withHttp = (command: Command): Command =>
  withAddress(command).option(
    "--http <url>",
    "gateway to ask with TROUPE_API_KEY; default: TROUPE_HTTP_URL, .troupe/run.json",
  );

const ofApproval = (name: string, description: string): Command =>
  withHttp(newCommand(name, description)).argument("<id>", "id of an approval, or of the task that waits for it");

const deciding = (name: string, description: string): Command =>
  ofApproval(name, description)
    .option("--reason <text>", "why; it is recorded, and the role is told")
    .option("--hash <hash>", "hash of the act that was looked at; another act is refused");

export function approvalsCommand(cli: Cli): Command {
  const listing = withHttp(newCommand("list", "what waits for a person, oldest first")).option(
    "--watch",
    "go on with what comes, until Ctrl-C",
  );
  return newCommand("approvals")
    .addCommand(runs(cli, listing, { options: ListOptions, run: list }))
    .addCommand(
      runs(cli, ofApproval("show", "the exact act, who may decide, who has"), { options: Options, run: show }),
    )
    .addCommand(
      runs(cli, deciding("approve", "say yes to exactly this act"), { options: DecideOptions, run: decide("approve") }),
    )
    .addCommand(
      runs(cli, deciding("deny", "say no; one no is enough"), { options: DecideOptions, run: decide("deny") }),
    );
}
