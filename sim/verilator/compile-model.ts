import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { copyFile, mkdir, readdir, rename, rm, writeFile } from "node:fs/promises";
import { cpus, homedir } from "node:os";
import { join } from "node:path";
import { builtSpan, type Diagnostic, fail, ok, type Result } from "../../ir/index.ts";
import { missingTool } from "../diagnostics.ts";
import { findTool, runTool } from "../hosted/run-tool.ts";
import { openWorkFolder, writeFiles } from "../hosted/work-folder.ts";
import type { TraceFormat } from "./harness.ts";
import { WRAPPER } from "./wrapper.ts";

/** What is compiled into one simulation program. */
export interface ModelSource {
  /** Verilog by file name, the wrapper among them. */
  readonly verilog: ReadonlyMap<string, string>;
  readonly configuration: string;
  readonly harness: string;
  readonly trace: TraceFormat | undefined;
  readonly speed: "build" | "run";
  /** Folder that keeps the generated files; a temporary one by default. */
  readonly buildDir: string | undefined;
}

/** Flags of the C++ compiler. `-march=native` ties the program to this processor, which the cache key therefore holds. */
const COMPILER_FLAGS = { build: ["-O1"], run: ["-O2", "-march=native"] } as const;
const MODEL_FLAGS = ["-O3", "--x-assign", "fast", "--x-initial", "unique", "--no-timing"];

/** Where programs and library objects are kept between runs. */
function cacheFolder(): string {
  return join(process.env["XDG_CACHE_HOME"] ?? join(homedir(), ".cache"), "hidalgo", "verilator");
}

function hash(...parts: readonly string[]): string {
  const digest = createHash("sha256");
  for (const part of parts) digest.update(`${String(part.length)}:`).update(part);
  return digest.digest("hex").slice(0, 32);
}

/** The program of a model: from the cache where the same text was compiled before by the same tools. */
export async function compileModel(source: ModelSource): Promise<Result<string>> {
  for (const tool of ["verilator", "g++"])
    if (findTool(tool) === undefined) return fail(missingTool(builtSpan(tool), { tool }));
  const version = await runTool("verilator", ["--version"], ".");
  if (version.kind === "error") return version;
  const flags = COMPILER_FLAGS[source.speed];
  const tools = [
    version.value,
    ...flags,
    source.speed === "run" ? (cpus()[0]?.model ?? "") : "",
    source.trace ?? "",
  ];
  const key = hash(
    ...tools,
    ...MODEL_FLAGS,
    source.harness,
    source.configuration,
    ...[...source.verilog].flat(),
  );
  const program = join(cacheFolder(), "programs", key);
  if (existsSync(program)) return ok(program);
  await mkdir(join(cacheFolder(), "programs"), { recursive: true });
  const folder = await openWorkFolder(source.buildDir);
  try {
    return await build(source, folder.path, tools, program);
  } finally {
    await folder.remove();
  }
}

/** What Verilator is called with. */
function verilatorArguments(trace: TraceFormat | undefined, files: readonly string[]): readonly string[] {
  return [
    "--cc",
    "-Wall",
    ...MODEL_FLAGS,
    ...(trace === undefined ? [] : [trace === "fst" ? "--trace-fst" : "--trace"]),
    "--top-module",
    WRAPPER,
    "--prefix",
    "Vdut",
    "--Mdir",
    "model",
    "--output-split",
    "20000",
    "--output-split-cfuncs",
    "500",
    "memories.vlt",
    ...files,
  ];
}

/** Flags of the C++ compiler; `include` has Verilator's headers. */
function compilerFlags({ speed, trace }: ModelSource, folder: string, include: string): readonly string[] {
  return [
    ...COMPILER_FLAGS[speed],
    "-std=gnu++17",
    "-I",
    join(folder, "model"),
    "-isystem",
    include,
    "-isystem",
    join(include, "vltstd"),
    "-DVERILATOR=1",
    `-DVM_TRACE=${trace === undefined ? "0" : "1"}`,
    `-DVM_TRACE_FST=${trace === "fst" ? "1" : "0"}`,
    `-DVM_TRACE_VCD=${trace === "vcd" ? "1" : "0"}`,
    "-DVM_COVERAGE=0",
    "-DVM_SC=0",
    "-w",
  ];
}

async function build(
  source: ModelSource,
  folder: string,
  tools: readonly string[],
  program: string,
): Promise<Result<string>> {
  const files = await writeFiles(folder, source.verilog);
  await writeFiles(folder, [
    ["memories.vlt", source.configuration],
    ["harness.cpp", source.harness],
  ]);
  const args = verilatorArguments(source.trace, files);
  const verilated = await runTool("verilator", args, folder);
  if (verilated.kind === "error") return verilated;
  const root = await runTool("verilator", ["--getenv", "VERILATOR_ROOT"], folder);
  if (root.kind === "error") return root;
  const include = join(root.value.trim(), "include");
  const flags = compilerFlags(source, folder, include);
  const library = await libraryObjects(include, flags, source.trace, hash(...tools));
  if (library.kind === "error") return library;
  const objects = await compileAll(folder, flags);
  if (objects.kind === "error") return objects;
  const linked = join(folder, "simulation");
  const link = await runTool(
    "g++",
    [
      "-o",
      linked,
      ...objects.value,
      ...library.value,
      "-pthread",
      ...(source.trace === "fst" ? ["-lz"] : []),
    ],
    folder,
  );
  if (link.kind === "error") return link;
  await publish(linked, program);
  return ok(program);
}

/** Copies a finished file into the cache in one step, so that no other process sees half of it. */
async function publish(from: string, to: string): Promise<void> {
  const partial = `${to}.${String(process.pid)}`;
  await copyFile(from, partial);
  await rename(partial, to);
}

const SMALL_MODEL_FILES = 24;

/** Few files are compiled as one, because the headers cost more than the model; many in two processes at a time. */
async function compileAll(folder: string, flags: readonly string[]): Promise<Result<readonly string[]>> {
  const generated = (await readdir(join(folder, "model"))).filter((name) => name.endsWith(".cpp")).sort();
  const all = [...generated.map((name) => join(folder, "model", name)), join(folder, "harness.cpp")];
  if (all.length > SMALL_MODEL_FILES) return compileFiles(folder, all, flags);
  const one = join(folder, "all.cpp");
  await writeFile(one, all.map((name) => `#include ${JSON.stringify(name)}\n`).join(""));
  return compileFiles(folder, [one], flags);
}

async function compileFiles(
  folder: string,
  files: readonly string[],
  flags: readonly string[],
): Promise<Result<readonly string[]>> {
  const problems: Diagnostic[] = [];
  const compiler = findTool("ccache") === undefined ? ["g++"] : ["ccache", "g++"];
  const queue = files.map((file, index) => ({ file, object: join(folder, `part${String(index)}.o`) }));
  const objects = queue.map((entry) => entry.object);
  const worker = async (): Promise<void> => {
    for (let entry = queue.shift(); entry !== undefined; entry = queue.shift()) {
      const [tool, ...first] = compiler;
      const done = await runTool(
        tool ?? "g++",
        [...first, "-c", ...flags, "-o", entry.object, entry.file],
        folder,
      );
      if (done.kind === "error") problems.push(...done.diagnostics);
    }
  };
  await Promise.all([worker(), worker()]);
  return problems.length === 0 ? ok(objects) : { kind: "error", diagnostics: problems };
}

/** Verilator's own library, compiled once for a set of flags. */
async function libraryObjects(
  include: string,
  flags: readonly string[],
  trace: TraceFormat | undefined,
  key: string,
): Promise<Result<readonly string[]>> {
  const names = [
    "verilated",
    "verilated_threads",
    "verilated_dpi",
    ...(trace === undefined ? [] : [`verilated_${trace}_c`]),
  ];
  const home = join(cacheFolder(), "library", key);
  const objects = names.map((name) => join(home, `${name}.o`));
  if (objects.every((object) => existsSync(object))) return ok(objects);
  await mkdir(home, { recursive: true });
  const folder = await openWorkFolder(undefined);
  const made = await compileFiles(
    folder.path,
    names.map((name) => join(include, `${name}.cpp`)),
    flags,
  );
  if (made.kind === "error") return made;
  for (const [index, object] of objects.entries()) await publish(made.value[index] ?? "", object);
  await rm(folder.path, { recursive: true, force: true });
  return ok(objects);
}
