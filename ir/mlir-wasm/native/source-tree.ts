import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { createReadStream, existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { SOURCE } from "./toolchain.ts";

const WANTED = [
  "mlir/lib",
  "mlir/include",
  "mlir/LICENSE.TXT",
  "llvm/include",
  "llvm/lib/Demangle",
  "llvm/lib/Support",
  "llvm/lib/TargetParser",
  "llvm/LICENSE.TXT",
];

/** Runs a tool with its output shown; a tool that fails ends the build. */
export function runTool(command: string, args: readonly string[], cwd: string): void {
  const { status, error } = spawnSync(command, args, { cwd, stdio: "inherit" });
  if (error !== undefined) throw error;
  if (status !== 0) throw new Error(`${command} ended with ${String(status)}`);
}

async function sha256Of(file: string): Promise<string> {
  const hash = createHash("sha256");
  for await (const chunk of createReadStream(file)) hash.update(chunk as Buffer); // no encoding: chunks are buffers
  return hash.digest("hex");
}

/** Debian's archive keeps the tarball as long as its suite `sid` has this release; apt's own folders stay untouched. */
function download(folder: string): void {
  const list = join(folder, "sources.list");
  const keys = "/usr/share/keyrings/debian-archive-keyring.gpg";
  writeFileSync(list, `deb-src [signed-by=${keys}] http://deb.debian.org/debian sid main\n`);
  mkdirSync(join(folder, "lists/partial"), { recursive: true });
  mkdirSync(join(folder, "cache/archives/partial"), { recursive: true });
  const options = [
    `Dir::Etc::SourceList=${list}`,
    "Dir::Etc::SourceParts=/dev/null",
    `Dir::State::Lists=${join(folder, "lists")}`,
    `Dir::Cache=${join(folder, "cache")}`,
    "APT::Sandbox::User=root",
  ].flatMap((option) => ["-o", option]);
  runTool("apt-get", [...options, "update"], folder);
  // The packaging beside the tarball may already be gone from the mirror; only the tarball matters, and its hash is checked.
  spawnSync("apt-get", [...options, "source", "--download-only", SOURCE.package], {
    cwd: folder,
    stdio: "inherit",
  });
}

/** The unpacked source: given (`LLVM_TARBALL`) or downloaded, with the pinned hash. Done once per build folder. */
export async function unpackSource(folder: string): Promise<string> {
  const target = join(folder, "source");
  const done = join(folder, "source.done");
  if (existsSync(done)) return target;
  const given = process.env["LLVM_TARBALL"];
  const tarball = given ?? join(folder, SOURCE.tarball);
  if (given === undefined && !existsSync(tarball)) download(folder);
  const found = await sha256Of(tarball);
  if (found !== SOURCE.sha256) throw new Error(`${tarball} has sha256 ${found}, expected ${SOURCE.sha256}`);
  mkdirSync(target, { recursive: true });
  const wanted = WANTED.map((path) => `*/${path}`);
  runTool("tar", ["-xJf", tarball, "-C", target, "--strip-components=1", "--wildcards", ...wanted], folder);
  writeFileSync(done, `${found}\n`);
  return target;
}
