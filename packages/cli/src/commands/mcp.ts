import { Readable, Writable } from "node:stream";
import { TroupeError } from "@troupe/runtime";
import type { Command } from "commander";
import { z } from "zod";
import { findAddress } from "../address.ts";
import { AddressOptions, type Cli, newCommand, runs, type Scope, withAddress } from "../cli.ts";
import { EXIT_CODES, type ExitCode } from "../exit-code.ts";
import { unlessInterrupted } from "../interruption.ts";
import { bridgeMcp } from "../mcp/stdio-bridge.ts";

const Options = AddressOptions.extend({
  url: z.url({ protocol: /^https?$/ }).optional(),
  json: z.boolean().default(false),
});

async function runMcp(scope: Scope, options: z.infer<typeof Options>): Promise<ExitCode> {
  const { stdin, stdout, terminal, environment, interrupted } = scope;
  const url = options.url ?? (await findAddress(options, environment, scope.cwd)).httpUrl;
  if (url === undefined) {
    throw new TroupeError(
      "invalid_request",
      "no gateway is known: give --url, or start one with `troupe start` in this folder",
    );
  }
  const key = environment.apiKey;
  const bridge = await bridgeMcp({
    stdin: new Readable().wrap(stdin),
    stdout: new Writable({
      write: (chunk, _encoding, done) => {
        stdout.write(String(chunk));
        done();
      },
    }),
    url: new URL("mcp", url.endsWith("/") ? url : `${url}/`),
    headers: key === undefined ? {} : { authorization: `Bearer ${key}` },
    onProblem: (text) => terminal.complain(text),
  });
  try {
    await unlessInterrupted(bridge.closed, interrupted);
    return EXIT_CODES.ok;
  } finally {
    await bridge.stop();
  }
}

export function mcpCommand(cli: Cli): Command {
  const command = withAddress(newCommand("mcp")).option(
    "--url <url>",
    "of the gateway (TROUPE_HTTP_URL, or the system that runs in this folder)",
  );
  return runs(cli, command, { options: Options, run: runMcp });
}
