import { findCirct } from "../../sim/index.ts";
import { packageVersion } from "../package-root.ts";
import { findPackageManager, installCommand, type PackageManager } from "./package-manager.ts";
import { type Probe, probePackage, probeTool } from "./probe.ts";
import type { DoctorReport, ToolReport } from "./report.ts";
import { type Tool, tools } from "./tools.ts";

/** Where doctor looks, and who would have to install. */
export interface Surroundings {
  /** A PATH variable. */
  readonly path: string;
  readonly user: "root" | "other";
}

const WASM_YOSYS = "@yowasp/yosys";

/** Looks at everything that some verb can use. */
export function examine({ path, user }: Surroundings): DoctorReport {
  const manager = findPackageManager(path);
  const install = (wanted: readonly Tool[]): string | null => installAll(wanted, manager, user);
  const found = tools.map((tool) => ({ tool, probe: probeTool(tool, path) }));
  const reports = found.map(({ tool, probe }) => toolReport(tool, probe, install([tool])));
  const absent = found.filter(({ probe }) => probe.kind === "missing").map(({ tool }) => tool);
  const has = (name: string): boolean =>
    reports.some((report) => report.name === name && report.status === "found");
  const embedded = embeddedSimulator();
  return {
    schema: "hidalgo.doctor/1",
    version: packageVersion(),
    node: { version: process.version, path: process.execPath },
    platform: `${process.platform}-${process.arch}`,
    tools: [embedded, ...reports, wasmYosys(), circt()],
    engines: {
      embedded: embedded.status === "found",
      verilator: has("verilator") && has("g++") && has("make"),
    },
    install: install(absent),
  };
}

function installAll(
  wanted: readonly Tool[],
  manager: PackageManager | undefined,
  user: Surroundings["user"],
): string | null {
  if (manager === undefined || wanted.length === 0) return null;
  return installCommand(
    manager,
    wanted.map((tool) => tool.packageBy[manager]),
    user,
  );
}

function toolReport(
  { name, neededFor }: Pick<Tool, "name" | "neededFor">,
  probe: Probe,
  get: string | null,
): ToolReport {
  return {
    name,
    status: probe.kind,
    version: probe.kind === "found" ? probe.version : null,
    path: probe.kind === "missing" ? null : probe.path,
    needed_for: neededFor,
    problem: probe.kind === "broken" ? probe.problem : null,
    get: probe.kind === "found" ? null : get,
  };
}

/** CIRCT is in no package manager: what there is says which kind it is in place of a version. */
function circt(): ToolReport {
  const engine = findCirct();
  const purpose = { name: "circt", neededFor: "a second emitter of Verilog, cross-checked (tests)" };
  const probe: Probe =
    engine === undefined ? { kind: "missing" } : { kind: "found", version: engine.kind, path: engine.path };
  return toolReport(purpose, probe, "pip install circt (or HIDALGO_CIRCT=/path/to/circt-opt)");
}

function wasmYosys(): ToolReport {
  const purpose = { name: WASM_YOSYS, neededFor: "synth where no yosys is installed" };
  return toolReport(purpose, probePackage(WASM_YOSYS), `npm install ${WASM_YOSYS}`);
}

/** It is part of this package and asks of its Node only WebAssembly. */
function embeddedSimulator(): ToolReport {
  const purpose = { name: "embedded simulator", neededFor: "--engine rtl with nothing installed" };
  const probe: Probe =
    "WebAssembly" in globalThis
      ? { kind: "found", version: packageVersion(), path: process.execPath }
      : { kind: "broken", path: process.execPath, problem: "this Node runs without WebAssembly" };
  return toolReport(purpose, probe, "start Node without --jitless");
}
