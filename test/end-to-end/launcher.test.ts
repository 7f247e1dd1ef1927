import { spawnSync } from "node:child_process";
import { copyFileSync, mkdirSync, mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { expect, test } from "vitest";

const launcher = resolve(import.meta.dirname, "../../bin/hidalgo.js");

/** A package with the launcher and a command line that reports its arguments, run by a Node that says it is 18. */
function runOnOldNode(args: readonly string[], localNode: "with" | "without"): ReturnType<typeof spawnSync> {
  const root = mkdtempSync(join(tmpdir(), "hidalgo-launcher-"));
  for (const folder of ["bin", "cli", "node_modules/node/bin"])
    mkdirSync(join(root, folder), { recursive: true });
  copyFileSync(launcher, join(root, "bin/hidalgo.js"));
  writeFileSync(join(root, "package.json"), '{"type":"module"}');
  writeFileSync(
    join(root, "cli/main.ts"),
    "console.log(process.argv.slice(2).join()); process.exitCode = 7;",
  );
  if (localNode === "with") {
    writeFileSync(join(root, "node_modules/node/package.json"), '{"name":"node","bin":{"node":"bin/node"}}');
    writeFileSync(join(root, "node_modules/node/bin/node"), `#!/bin/sh\nexec '${process.execPath}' "$@"\n`, {
      mode: 0o755,
    });
  }
  const pretend = join(root, "pretend.cjs");
  writeFileSync(pretend, 'Object.defineProperty(process.versions, "node", { value: "18.0.0" });');
  return spawnSync(process.execPath, ["--require", pretend, join(root, "bin/hidalgo.js"), ...args], {
    encoding: "utf8",
  });
}

test("an old Node hands over to the local Node 24: same arguments, same exit code", () => {
  const { stdout, status } = runOnOldNode(["run", "a model"], "with");
  expect(stdout).toBe("run,a model\n");
  expect(status).toBe(7);
});

test("an old Node without a local one says so in one line", () => {
  const { stderr, status } = runOnOldNode([], "without");
  expect(stderr).toMatch(/^hidalgo: needs Node 24, this is v\S+: run `npm install` in .+\n$/u);
  expect(status).toBe(1);
});
