import { builtSpan, fail, ok, type Result } from "../../ir/index.ts";
import { synthesisFailed } from "../diagnostics.ts";
import { type DesignModule, designModules, groupModules, modulesBelow } from "./design-parts.ts";
import { defaultTool, runYosys, type SynthesisTool } from "./run-yosys.ts";
import { type AreaCounts, countArea, readStatistics, type SynthesisReport } from "./statistics.ts";

/** Families whose cells are counted here: Xilinx 7-series and UltraScale+, Lattice ECP5 and iCE40. */
export type SynthesisFamily = "xc7" | "xcup" | "ecp5" | "ice40";

/** How a design is synthesized; all of it optional. */
export interface SynthesisOptions {
  readonly tool?: SynthesisTool | undefined;
  /** Only these modules and what is below them (default: the top). */
  readonly roots?: readonly string[] | undefined;
  /** Runs of Yosys at a time. Default 2. */
  readonly parallel?: number | undefined;
  /** Called when modules are done. */
  readonly onModules?: ((done: SynthesizedModules) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** Modules that one run of Yosys has mapped. */
interface SynthesizedModules {
  /** Their cells, without those of modules inside. */
  readonly counts: ReadonlyMap<string, AreaCounts>;
  /** Modules done so far, these included, and of how many. */
  readonly done: number;
  readonly all: number;
}

type Cells = ReadonlyMap<string, ReadonlyMap<string, number>>;

/** What one run of Yosys found. */
interface GroupReport {
  readonly cells: Cells;
  readonly problems: readonly string[];
}

/** The top of a run that maps several modules. */
const GROUP_TOP = "hidalgo_synthesis_group";

const COMMANDS = {
  xc7: "synth_xilinx -family xc7 -noiopad -noclkbuf",
  xcup: "synth_xilinx -family xcup -uram -noiopad -noclkbuf",
  ecp5: "synth_ecp5 -noflatten",
  ice40: "synth_ice40 -noflatten -dsp",
} as const;

/**
 * Runs Yosys on Verilog text (file name to text). Each distinct module is mapped once, by itself, with those inside it as
 * black boxes: that is what makes large designs feasible, and what tells how far it is. Totals follow from the hierarchy.
 */
export async function synthesize(
  files: ReadonlyMap<string, string>,
  top: string,
  family: SynthesisFamily,
  options: SynthesisOptions = {},
): Promise<Result<SynthesisReport>> {
  const tool = options.tool ?? defaultTool();
  const modules = designModules(files);
  const roots = options.roots ?? [top];
  const names = modulesBelow(modules, roots);
  const groups = groupModules(modules, names);
  const reports: GroupReport[] = [];
  let failure: Result<never> | undefined;
  let [next, done] = [0, 0];
  const work = async (): Promise<void> => {
    for (let group = groups[next++]; group !== undefined && failure === undefined; group = groups[next++]) {
      options.signal?.throwIfAborted();
      const report = await synthesizeGroup({ files, modules, family, tool, signal: options.signal }, group);
      options.signal?.throwIfAborted();
      if (report.kind === "error") {
        failure ??= report;
        return;
      }
      reports.push(report.value);
      done += group.length;
      const counts = countArea(report.value.cells, []).modules;
      options.onModules?.({ counts, done, all: names.length });
    }
  };
  await Promise.all(Array.from({ length: Math.max(1, options.parallel ?? 2) }, work));
  if (failure !== undefined) return failure;
  const cells = new Map(reports.flatMap((report) => [...report.cells]));
  return ok({
    family,
    tool,
    problems: [...new Set(reports.flatMap(({ problems }) => problems))].sort(),
    ...countArea(cells, roots),
  });
}

/** A design and how its modules are synthesized. */
interface Design {
  readonly files: ReadonlyMap<string, string>;
  readonly modules: ReadonlyMap<string, DesignModule>;
  readonly family: SynthesisFamily;
  readonly tool: SynthesisTool;
  readonly signal: AbortSignal | undefined;
}

/** Maps `group`; what its modules instantiate are black boxes unless they belong to it too. */
async function synthesizeGroup(
  { files, modules, family, tool, signal }: Design,
  group: readonly string[],
): Promise<Result<GroupReport>> {
  const fileOf = (name: string): string => modules.get(name)?.file ?? [...files.keys()].join(" ");
  const own = [...new Set(group.map(fileOf))];
  const inner = group.flatMap((name) => [...(modules.get(name)?.instances.keys() ?? [])]);
  const boxes = [...new Set(inner.map(fileOf))].filter((file) => !own.includes(file));
  const [only, ...more] = group;
  const top = only !== undefined && more.length === 0 ? only : GROUP_TOP;
  const wrapper = `module ${GROUP_TOP};\n${group.map((name, index) => `  (* keep *) ${name} u${String(index)} ();\n`).join("")}endmodule\n`;
  const given = new Map([
    ...[...own, ...boxes].map((file) => [file, files.get(file) ?? ""] as const),
    ...(top === GROUP_TOP ? [[`${GROUP_TOP}.v`, wrapper] as const] : []),
  ]);
  const commands = [
    `read_verilog ${[...own, ...(top === GROUP_TOP ? [`${GROUP_TOP}.v`] : [])].join(" ")}`,
    ...(boxes.length === 0 ? [] : [`read_verilog -lib ${boxes.join(" ")}`]),
    `hierarchy -check -top ${top}`,
    "proc",
    "tee -q -o check.txt check",
    `${COMMANDS[family]} -top ${top}`,
    "tee -q -o statistics.json stat -json",
  ];
  const outputs = ["check.txt", "statistics.json"];
  const ran = await runYosys(tool, { files: given, commands, outputs, subject: top, signal });
  if (ran.kind === "error") return ran;
  const text = ran.value.get("statistics.json") ?? "";
  const cells = readStatistics(text);
  if (cells === undefined) {
    const output = `no statistics were written of ${group.join(", ")}: ${text.slice(0, 300)}`;
    return fail(synthesisFailed(builtSpan(top), { tool: "yosys", output }));
  }
  return ok({
    cells: new Map([...cells].filter(([name]) => name !== GROUP_TOP)),
    problems: problemsOf(ran.value.get("check.txt") ?? ""),
  });
}

/** The warnings of `check` that are faults: wires without or with several drivers, loops; latches are told by `proc`. */
function problemsOf(check: string): readonly string[] {
  const lines = check.split("\n").filter((line) => line.startsWith("Warning:"));
  return [...new Set(lines.map((line) => line.replace(/^Warning:\s*/u, "").trim()))];
}
