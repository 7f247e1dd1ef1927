#!/usr/bin/env node
// Plain JavaScript that old Nodes can parse: it starts the command line on Node 24, wherever that is.
import { spawn } from "child_process";
import { existsSync, readFileSync } from "fs";
import { createRequire } from "module";
import { constants } from "os";
import { dirname, join, resolve } from "path";
import { fileURLToPath, pathToFileURL } from "url";

const REQUIRED_MAJOR = 24;
const self = fileURLToPath(import.meta.url);
const packageRoot = resolve(dirname(self), "..");

/** A checkout runs its TypeScript as it is; an installed package runs what `prepack` emitted. */
function mainModule() {
  const source = join(packageRoot, "cli", "main.ts");
  return existsSync(source) ? source : join(packageRoot, "dist", "cli", "main.js");
}

/** The Node that the `node` package installed beside us, or undefined. */
function localNode() {
  try {
    const manifest = createRequire(self).resolve("node/package.json");
    const { bin } = JSON.parse(readFileSync(manifest, "utf8"));
    const executable = join(dirname(manifest), bin.node);
    return existsSync(executable) ? executable : undefined;
  } catch (error) {
    if (error.code === "MODULE_NOT_FOUND") return undefined;
    throw error;
  }
}

/** Runs this file again on `executable`: same arguments, same streams, same ending. */
function runOn(executable) {
  const child = spawn(executable, [self, ...process.argv.slice(2)], { stdio: "inherit" });
  process.on("SIGINT", () => {}); // the terminal sends Ctrl-C to both; the child decides
  process.on("SIGTERM", () => child.kill("SIGTERM"));
  child.on("error", (error) => fail(`cannot start ${executable}: ${error.message}`));
  child.on("exit", (code, signal) => process.exit(signal ? 128 + constants.signals[signal] : code));
}

function fail(reason) {
  process.stderr.write(`hidalgo: ${reason}\n`);
  process.exit(1);
}

function start() {
  if (Number.parseInt(process.versions.node, 10) >= REQUIRED_MAJOR) {
    return import(pathToFileURL(mainModule()).href);
  }
  const executable = localNode();
  if (executable) return runOn(executable);
  return fail(
    `needs Node ${REQUIRED_MAJOR}, this is ${process.version}: run \`npm install\` in ${packageRoot}, or install Node ${REQUIRED_MAJOR}`,
  );
}

start();
