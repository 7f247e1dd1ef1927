import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { findTool } from "../sim/index.ts";
import { servePage } from "./mlir-wasm/serve.ts";

const BROWSERS = ["chromium-headless-shell", "chromium", "chromium-browser", "google-chrome"];
const browser = BROWSERS.find((name) => findTool(name) !== undefined);

const containing = (text: string): unknown => expect.stringContaining(text);

test("the engine parses, verifies, lowers and prints in headless Chromium", { timeout: 120_000 }, async ({
  skip,
}) => {
  skip(browser === undefined, "no Chromium is installed");
  const page = await servePage();
  const profile = mkdtempSync(join(tmpdir(), "hidalgo-chromium-"));
  const flags = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    `--user-data-dir=${profile}`,
  ];
  const child = spawn(browser ?? "", [...flags, "--remote-debugging-port=0", page.url], {
    stdio: "ignore",
    detached: true, // a group of its own: the program on PATH may be a script that starts the browser
  });
  try {
    const gone = new Promise<never>((_, reject) => {
      child.on("error", reject);
      child.on("exit", (status) => {
        reject(new Error(`the browser ended with ${String(status)}`));
      });
    });
    const report = await Promise.race([page.report, gone]);
    expect(report).toMatchObject({
      userAgent: containing("Chrome"),
      text: containing("linalg.fill"),
      bufferized: containing("affine.for %arg1 = 0 to 4 {\n      affine.store"),
      wrong: ["'func.return' op has 0 operands, but enclosing function (@f) returns 1"],
      deep: ["MLIR0004"],
      builtType: "i7",
    });
  } finally {
    child.removeAllListeners("exit");
    if (child.pid !== undefined) process.kill(-child.pid, "SIGKILL");
    page.close();
    rmSync(profile, { recursive: true, force: true, maxRetries: 5 });
  }
});
