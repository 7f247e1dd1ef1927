import type { DoctorReport, ToolReport } from "./report.ts";

const NAME_COLUMNS = 20;

/** The report for a person: a line per tool, then what to do. */
export function renderReport(report: DoctorReport): string {
  const { version, node, platform, tools } = report;
  const head = `hidalgo ${version} on Node ${node.version}, ${platform}`;
  return [head, ...tools.map(toolLine), ...advice(report)].join("\n");
}

function toolLine(tool: ToolReport): string {
  const name = tool.name.padEnd(NAME_COLUMNS);
  switch (tool.status) {
    case "found":
      return `  ok      ${name}${tool.version ?? ""}`;
    case "broken":
      return `  broken  ${name}${tool.problem ?? ""} (${tool.path ?? ""}); get it: ${tool.get ?? "reinstall it"}`;
    case "missing":
      return `  missing ${name}needed for ${tool.needed_for}; get it: ${tool.get ?? `install ${tool.name}`}`;
  }
}

function advice({ engines, install }: DoctorReport): readonly string[] {
  const simulator = engines.verilator
    ? "Hardware runs on Verilator or on the embedded simulator."
    : "Hardware runs on the embedded simulator; for Verilator, verilator, g++ and make are needed.";
  return install === null ? [simulator] : [simulator, `To get everything that is missing: ${install}`];
}
