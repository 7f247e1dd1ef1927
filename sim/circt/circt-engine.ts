import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { type Operation, ok, type Result } from "../../ir/index.ts";
import { findTool, runTool } from "../hosted/run-tool.ts";
import { circtText } from "./circt-text.ts";

/** What can run CIRCT: `circt-opt` of an installation or compiled to JavaScript, `firtool`, or a Python that has the wheel `circt`. */
export interface CirctEngine {
  readonly kind: "circt-opt" | "circt-opt.js" | "firtool" | "python";
  readonly path: string;
}

/** Verilog that CIRCT wrote, and the files that it reads memories from. */
export interface CirctVerilog {
  readonly verilog: string;
  readonly files: ReadonlyMap<string, string>;
}

/** Names a `circt-opt`, `circt-opt.js`, `firtool` or Python that is not on the PATH. */
const CIRCT_VARIABLE = "HIDALGO_CIRCT";

/** The CIRCT of this machine: that of the environment variable HIDALGO_CIRCT, else of the PATH. */
export function findCirct(): CirctEngine | undefined {
  const named = process.env[CIRCT_VARIABLE];
  if (named !== undefined && named !== "") return { kind: kindOf(named), path: named };
  for (const kind of ["circt-opt", "firtool"] as const) {
    const path = findTool(kind);
    if (path !== undefined) return { kind, path };
  }
  const path = findTool("python3");
  const hasWheel = path !== undefined && spawnSync(path, ["-c", "import circt.passmanager"]).status === 0;
  return hasWheel ? { kind: "python", path } : undefined;
}

function kindOf(path: string): CirctEngine["kind"] {
  const name = basename(path);
  if (/\.[cm]?js$/u.test(name)) return "circt-opt.js";
  if (name.startsWith("firtool")) return "firtool";
  return name.startsWith("python") ? "python" : "circt-opt";
}

const QUIET = "{disable-reg-randomization=true disable-mem-randomization=true}";
/** Memories and registers to `sv`; CIRCT's other lowerings are part of its Verilog emission. */
const PIPELINE = `builtin.module(lower-seq-firmem,lower-seq-to-sv${QUIET},hw-memory-sim${QUIET})`;

const PYTHON = `import sys, io, circt
from circt.ir import Context, Location, Module
from circt.passmanager import PassManager
with Context() as context, Location.unknown():
    circt.register_dialects(context)
    module = Module.parse(open("design.mlir").read())
    PassManager.parse(sys.argv[1]).run(module.operation)
    out = io.StringIO()
    circt.export_verilog(module, out)
    open("design.sv", "w").write(out.getvalue())
`;

/** Verilog of a design as CIRCT writes it, a second emitter beside ours; `prefix` goes before the names of modules. */
export async function emitWithCirct(
  engine: CirctEngine,
  modules: readonly Operation[],
  prefix = "",
): Promise<Result<CirctVerilog>> {
  const folder = mkdtempSync(join(tmpdir(), "hidalgo-circt-"));
  try {
    const { text, files } = circtText(modules, prefix);
    writeFileSync(join(folder, "design.mlir"), text);
    writeFileSync(join(folder, "emit.py"), PYTHON);
    const [program, args] = commandOf(engine);
    const run = await runTool(program, args, folder);
    if (run.kind === "error") return run;
    const verilog = readFileSync(join(folder, "design.sv"), "utf8");
    const [design = ""] = verilog.split(/^\/\/ -+ 8< -+ FILE/mu); // reports of memories follow the design
    return ok({ verilog: `\`define ENABLE_INITIAL_MEM_\n${design}`, files });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function commandOf({ kind, path }: CirctEngine): readonly [program: string, args: readonly string[]] {
  const emit = [
    "design.mlir",
    `--pass-pipeline=${PIPELINE.slice(0, -1)},export-verilog)`,
    "-o",
    "lowered.mlir",
  ];
  const intoFile = (words: readonly string[]): readonly [string, readonly string[]] => [
    "sh",
    ["-c", '"$@" > design.sv', "sh", ...words],
  ];
  switch (kind) {
    case "python":
      return [path, ["emit.py", PIPELINE]];
    case "firtool":
      return [path, ["--format=mlir", "--disable-all-randomization", "design.mlir", "-o", "design.sv"]];
    case "circt-opt.js":
      return intoFile([process.execPath, path, ...emit]);
    case "circt-opt":
      return intoFile([path, ...emit]);
  }
}
