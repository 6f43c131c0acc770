import type { Command } from "commander";
import { type Cli, newCommand } from "../cli.ts";
import { authCreateCommand } from "./auth-create.ts";
import { authExportCommand } from "./auth-export.ts";
import { authRevokeCommand } from "./auth-revoke.ts";
import { authRotateCommand } from "./auth-rotate.ts";
import { authShowCommand } from "./auth-show.ts";

export const authCommand = (cli: Cli): Command =>
  newCommand("auth")
    .addCommand(authCreateCommand(cli))
    .addCommand(authExportCommand(cli))
    .addCommand(authShowCommand(cli))
    .addCommand(authRotateCommand(cli))
    .addCommand(authRevokeCommand(cli));
