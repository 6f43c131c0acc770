/** A real browser, where this machine has one. */
import { existsSync } from "node:fs";
import { delimiter, join } from "node:path";
import { type Browser, chromium } from "playwright-core";

const NAMES = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "microsoft-edge"];
const ELSEWHERE = ["/Applications/Google Chrome.app/Contents/MacOS/Google Chrome"];
const FLAGS = ["--no-sandbox", "--disable-quic", "--disable-background-networking", "--disable-component-update"];

const onPath = (process.env["PATH"] ?? "")
  .split(delimiter)
  .flatMap((folder) => NAMES.map((name) => join(folder, name)));
const executable = [...onPath, ...ELSEWHERE].find((file) => existsSync(file));

/** Why tests of pages cannot run here; `false` when they can. */
export const browserMissing: string | false =
  executable === undefined && `no Chromium on PATH: install one of ${NAMES.join(", ")}`;

export const launchBrowser = (): Promise<Browser> =>
  chromium.launch({ ...(executable === undefined ? {} : { executablePath: executable }), args: FLAGS });
