#!/usr/bin/env node
// Plain JavaScript on purpose: it must run on the old Node that it looks for a better one on.
import { spawn } from "node:child_process";
import { existsSync, realpathSync } from "node:fs";
import module from "node:module";
import { homedir } from "node:os";
import { dirname, join, sep } from "node:path";
import { fileURLToPath } from "node:url";

const MINIMUM_MAJOR = 24;
const CONDITION = "troupe-src";

const self = realpathSync(fileURLToPath(import.meta.url));
const isClone = !self.split(sep).includes("node_modules") && existsSync(join(dirname(self), "..", "src", "main.ts"));

/** The Node that `npm install` fetched for a clone, or undefined. */
function fetchedNode() {
  const path = join(dirname(self), "..", "..", "..", "node_modules", ".bin", "node");
  return isClone && existsSync(path) ? path : undefined;
}

/** Runs the same command on another Node and ends as it does. */
function runOn(node) {
  // The channel ties the two together: when this process is killed, the other one notices and ends as well.
  const stdio = ["inherit", "inherit", "inherit", "ipc"];
  const child = spawn(node, [`--conditions=${CONDITION}`, self, ...process.argv.slice(2)], { stdio });
  // A terminal sends Ctrl-C to both, a plain kill reaches only this one; the other one takes two in a row for one.
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, () => child.kill(signal));
  child.on("exit", (code) => process.exit(code ?? 1));
}

/**
 * What was compiled once is not compiled again, by this process and by those that it starts: a command begins in half the time. In the
 * user's own folder and not in one of everybody, because what lies there is run.
 */
function keepCompiled() {
  const { NODE_COMPILE_CACHE, TROUPE_CACHE_DIR, XDG_CACHE_HOME } = process.env;
  const cache = TROUPE_CACHE_DIR ?? XDG_CACHE_HOME ?? join(homedir(), ".cache");
  const folder = NODE_COMPILE_CACHE ?? join(cache, "troupe", "compiled");
  const { status } = module.enableCompileCache(folder);
  if (status !== module.constants.compileCacheStatus.FAILED) process.env.NODE_COMPILE_CACHE = folder;
}

async function runHere() {
  // In a clone the sources run as they are, also when nobody passed the condition: otherwise a stale build would.
  if (isClone && !import.meta.resolve("@troupe/cli/main").endsWith(".ts")) {
    const options = [process.env.NODE_OPTIONS, `--conditions=${CONDITION}`, "--disable-warning=ExperimentalWarning"];
    const args = [process.execPath, ...process.execArgv, self, ...process.argv.slice(2)];
    process.execve(process.execPath, args, { ...process.env, NODE_OPTIONS: options.filter(Boolean).join(" ") });
  }
  keepCompiled();
  await import("@troupe/cli/main");
}

if (Number(process.versions.node.split(".")[0]) >= MINIMUM_MAJOR) {
  await runHere();
} else {
  const node = fetchedNode();
  if (node) runOn(node);
  else {
    console.error(`troupe needs Node ${MINIMUM_MAJOR} or newer, found ${process.version}. Install it from nodejs.org.`);
    process.exitCode = 1;
  }
}
