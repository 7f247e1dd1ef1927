import type { HostedDesign } from "../hosted/hosted-design.ts";
import type { TraceView } from "../trace/trace-view.ts";

const STDIN = "32'h8000_0000";

function declared(width: number): string {
  return width === 1 ? "" : `[${String(width - 1)}:0] `;
}

function cases(selector: string, entries: readonly string[]): readonly string[] {
  if (entries.length === 0) return [];
  return [
    `          case (${selector})`,
    ...entries.map((entry, index) => `            ${String(index)}: ${entry}`),
    "            default: ;",
    "          endcase",
  ];
}

function instance(design: HostedDesign, index: number): readonly string[] {
  const prefix = `d${String(index)}`;
  const connections = [
    ...(design.clock === undefined ? [] : [`.${design.clock}(clock[${String(index)}])`]),
    ...[...design.inputs, ...design.outputs].map(({ verilog }) => `.${verilog}(${prefix}_${verilog})`),
  ];
  return [
    ...design.inputs.map(({ verilog, width }) => `  reg ${declared(width)}${prefix}_${verilog};`),
    ...design.outputs.map(({ verilog, width }) => `  wire ${declared(width)}${prefix}_${verilog};`),
    `  ${design.module} ${prefix} (${connections.join(", ")});`,
  ];
}

/** How the waveform is asked for. */
export interface DumpOptions {
  readonly file: string;
  readonly view: TraceView;
}

/** Which signals, and from when to when; cycles are counted in the first design. */
function dumpCommands({ file, view }: DumpOptions): readonly string[] {
  const depth = String(view.depth ?? 0);
  const scopes = view.scopes?.map((scope) => (scope === "" ? "d0" : `d0.${scope}`)) ?? ["testbench"];
  return [
    `    $dumpfile(${JSON.stringify(file)});`,
    ...scopes.map((scope) => `    $dumpvars(${depth}, ${scope});`),
    ...((view.window?.from ?? 0) > 0 ? ["    $dumpoff;"] : []),
  ];
}

/** Switches the dump at the edges of the window; `cycle` counts the clock edges of the first design. */
function windowSwitch(dump: DumpOptions | undefined): readonly string[] {
  const window = dump?.view.window;
  if (window === undefined) return [];
  return [
    "  integer cycle;",
    "  initial cycle = -1; // from unknown to 0 is an edge too",
    "  always @(negedge clock[0]) begin",
    "    cycle = cycle + 1;",
    `    if (cycle == ${String(window.from)}) $dumpon;`,
    `    if (cycle == ${String(window.to + 1)}) $dumpoff;`,
    "  end",
  ];
}

/** A testbench that drives all designs by commands from standard input; see `text-protocol.ts`. */
export function writeTestbench(designs: readonly HostedDesign[], dump: DumpOptions | undefined): string {
  const signals = (kind: "inputs" | "outputs"): readonly Signal[] =>
    designs.flatMap((design, index) =>
      design[kind].map(({ verilog, width }) => ({ name: `d${String(index)}_${verilog}`, width })),
    );
  const inputs = signals("inputs");
  const outputs = signals("outputs");
  const memories = designs.flatMap((design, index) =>
    design.memories.map((memory) => ({
      ...memory,
      name: [`d${String(index)}`, ...memory.verilog].join("."),
    })),
  );
  const widest = Math.max(1, ...inputs.map((port) => port.width), ...memories.map((memory) => memory.width));
  const low = outputs.map(({ name, width }) => (width === 1 ? name : `${name}[0]`)).reverse();
  return [
    "`timescale 1ns/1ns",
    "module testbench;",
    `  reg [${String(designs.length - 1)}:0] clock;`,
    ...designs.flatMap(instance),
    `  wire [${String(Math.max(1, outputs.length) - 1)}:0] flags = {${low.length === 0 ? "1'b0" : low.join(", ")}};`,
    `  reg [${String(widest - 1)}:0] value;`,
    "  integer command, index, count, flag, watched, done, status, stream, streams;",
    `  integer valids [0:${String(Math.max(1, outputs.length))}], datas [0:${String(Math.max(1, outputs.length))}];`,
    "  reg stop;",
    ...windowSwitch(dump),
    "  initial begin",
    ...(dump === undefined ? [] : dumpCommands(dump)),
    "    clock = 0;",
    "    streams = 0;",
    ...inputs.map(({ name }) => `    ${name} = 0;`),
    `    command = $fgetc(${STDIN});`,
    '    while (command != "q" && command != -1) begin',
    "      case (command)",
    ...commandCases({ inputs, outputs, memories }, widest),
    "        default: ;",
    "      endcase",
    `      command = $fgetc(${STDIN});`,
    "    end",
    "    $finish(0);",
    "  end",
    "endmodule",
    "",
  ].join("\n");
}

interface Signal {
  readonly name: string;
  readonly width: number;
}

/** What commands name by index. */
interface Targets {
  readonly inputs: readonly Signal[];
  readonly outputs: readonly Signal[];
  readonly memories: readonly Signal[];
}

/** One case per command; `value` has `widest` bits. */
function commandCases({ inputs, outputs, memories }: Targets, widest: number): readonly string[] {
  const bits = (width: number): string => (width === widest ? "value" : `value[${String(width - 1)}:0]`);
  return [
    '        "p": begin',
    `          status = $fscanf(${STDIN}, " %d %h", index, value);`,
    ...cases(
      "index",
      inputs.map(({ name, width }) => `${name} = ${bits(width)};`),
    ),
    "        end",
    '        "k": begin',
    `          status = $fscanf(${STDIN}, " %d", index);`,
    "          #1;",
    ...cases(
      "index",
      outputs.map(({ name }) => `$display("=%b", ${name});`),
    ),
    "          $fflush;",
    "        end",
    ...watchCommand(),
    ...runCommand(outputs),
    '        "w": begin',
    `          status = $fscanf(${STDIN}, " %d %d %h", index, count, value);`,
    ...cases(
      "index",
      memories.map(({ name, width }) => `${name}[count] = ${bits(width)};`),
    ),
    "        end",
    '        "m": begin',
    `          status = $fscanf(${STDIN}, " %d %d %d", index, done, count);`,
    '          $write("=");',
    "          for (count = count + done; done < count; done = done + 1)",
    ...(memories.length === 0
      ? ["            ;"]
      : cases(
          "index",
          memories.map(({ name }) => `$write("%h ", ${name}[done]);`),
        )),
    "          $display; $fflush;",
    "        end",
  ];
}

/** Which streams the next run tells; an element without bits has no data port. */
function watchCommand(): readonly string[] {
  return [
    '        "t": begin',
    `          status = $fscanf(${STDIN}, " %d", streams);`,
    "          for (index = 0; index < streams; index = index + 1)",
    `            status = $fscanf(${STDIN}, " %d %d", valids[index], datas[index]);`,
    "        end",
  ];
}

function runCommand(outputs: readonly Signal[]): readonly string[] {
  return [
    '        "r": begin',
    `          status = $fscanf(${STDIN}, " %d %d %d %d", index, count, flag, watched);`,
    "          done = 0;",
    "          stop = 1'b0;",
    "          while (done < count && !stop) begin",
    "            #1;",
    "            stop = watched != 0 && flags[flag] === 1'b1;",
    "            if (!stop) begin",
    "              for (stream = 0; stream < streams; stream = stream + 1) if (flags[valids[stream]] === 1'b1) begin",
    '                $write("+%0d %0d ", done, stream);',
    ...cases(
      "datas[stream]",
      outputs.map(({ name }) => `$write("%h", ${name});`),
    ),
    "                $display;",
    "              end",
    "              clock[index] = 1'b1;",
    "              #1;",
    "              clock[index] = 1'b0;",
    "              done = done + 1;",
    '              if (done % 4096 == 0) begin $display("~%0d", done); $fflush; end',
    "            end",
    "          end",
    "          streams = 0;",
    '          $display("=%0d %0d", done, stop); $fflush;',
    "        end",
  ];
}
