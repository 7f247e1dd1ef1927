import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const BROWSERS = ["chromium-headless-shell", "chromium", "google-chrome"];
const OPTIONS = ["--no-sandbox", "--disable-gpu", "--virtual-time-budget=4000", "--enable-logging=stderr"];

/** A page as a browser draws it, and what the browser says; undefined where there is no browser. */
export function openPage(page: string): { readonly drawn: string; readonly said: string } | undefined {
  const browser = BROWSERS.find((name) => spawnSync(name, ["--version"]).status === 0);
  if (browser === undefined) return undefined;
  const folder = mkdtempSync(join(tmpdir(), "hidalgo-page-"));
  const file = join(folder, "index.html");
  writeFileSync(file, page);
  const { stdout, stderr } = spawnSync(browser, [...OPTIONS, "--dump-dom", `file://${file}`], {
    encoding: "utf8",
    maxBuffer: 2 ** 27,
  });
  rmSync(folder, { recursive: true });
  return { drawn: stdout, said: stderr };
}
