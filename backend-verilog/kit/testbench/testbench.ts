import type { KitSignal, KitSource, ModelKitSource, StartWord } from "../source.ts";
import { constantName, hex, textOf } from "../text.ts";
import { AXI_MEMORY } from "./axi-memory.ts";
import { BENCH_TASKS } from "./bench-tasks.ts";

/** A step as the testbench does it. */
export interface BenchStep {
  /** Words of memory that differ from the step before. */
  readonly pokes: readonly { readonly address: number; readonly value: number }[];
  readonly command: readonly { readonly register: string; readonly value: number }[];
  /** Tokens in memory behind the step. */
  readonly expected: readonly { readonly address: number; readonly token: number }[];
}

/** The name of the image that the testbench loads, a beat a line. */
export const IMAGE_FILE = "image.hex";

/** Ports of the memory, without the prefix of the accelerator's port. */
const MEMORY_PORTS = [
  ...["arvalid", "arready", "araddr", "arlen", "rvalid", "rready", "rdata", "rresp", "rlast"],
  ...["awvalid", "awready", "awaddr", "awlen", "wvalid", "wready", "wdata", "wstrb", "wlast"],
  ...["bvalid", "bready", "bresp"],
];

/** `hidalgo_tb.v`: the golden test in Verilog-2001, for any simulator. Prints tokens and cycles, then PASS or FAIL. */
export function testbench(source: ModelKitSource, steps: readonly BenchStep[], imageBytes: number): string {
  const port = source.ports.axi[0]?.name ?? "";
  return textOf([
    "// Self-checking testbench: loads the weights, runs the golden prompt, compares tokens. Generated.",
    "`timescale 1ns / 1ps",
    "",
    "module hidalgo_tb;",
    ...parameters(source, imageBytes),
    "",
    ...source.ports.signals.map((signal) => declaration(signal, source, port)),
    "  reg clk = 0;",
    "  reg rst = 1;",
    "  reg [31:0] value_read;",
    "  integer errors;",
    "  integer index;",
    ...(hasHexImage(imageBytes) ? [] : IMAGE_VARIABLES),
    "",
    "  always #(500.0 / MHZ) clk = !clk;",
    `  assign ${source.ports.clock} = clk;`,
    `  assign ${source.ports.reset} = !rst;`,
    "",
    `  ${source.top} dut (`,
    source.ports.signals.map(({ name }) => `    .${name}(${name})`).join(",\n"),
    "  );",
    "",
    "  hidalgo_axi_memory #(.DATA_BITS(DATA_BITS), .BEATS(BEATS), .LATENCY(LATENCY), .PAUSE(PAUSE)) memory (",
    "    .clk(clk),",
    "    .rst(rst),",
    MEMORY_PORTS.map((name) => `    .${name}(${port}_${name})`).join(",\n"),
    "  );",
    BENCH_TASKS,
    ...stimulus(source, steps, imageBytes),
    "endmodule",
    AXI_MEMORY,
  ]);
}

/** `image.hex`: what the memory holds first, a beat a line, the byte of the lowest address last. */
export function imageHex(image: Uint8Array, beatBytes: number): string {
  const lines: string[] = [];
  for (let start = 0; start < image.length; start += beatBytes)
    lines.push(Buffer.from(image.slice(start, start + beatBytes).reverse()).toString("hex"));
  return textOf(lines);
}

/** Longer images are read from weights.bin itself: a second copy in text would be twice as long again. */
const LONGEST_HEX_BYTES = 2 ** 24;

/** Whether the testbench of an image of so many bytes loads `image.hex`. */
export function hasHexImage(imageBytes: number): boolean {
  return imageBytes <= LONGEST_HEX_BYTES;
}

const IMAGE_VARIABLES = [
  "  integer file;",
  "  integer count;",
  "  integer byte_of_beat;",
  "  reg [DATA_BITS-1:0] beat;",
];

/** The first byte of a file is the last one of a beat that `$fread` fills. */
function loadImage(imageBytes: number): readonly string[] {
  if (hasHexImage(imageBytes)) return ["    $readmemh(IMAGE, memory.store, 0, IMAGE_BEATS - 1);"];
  return [
    '    file = $fopen(IMAGE, "rb");',
    "    for (index = 0; index < IMAGE_BEATS; index = index + 1) begin",
    "      count = $fread(beat, file);",
    "      for (byte_of_beat = 0; byte_of_beat < BEAT_BYTES; byte_of_beat = byte_of_beat + 1)",
    "        memory.store[index][8 * byte_of_beat +: 8] = beat[8 * (BEAT_BYTES - 1 - byte_of_beat) +: 8];",
    "    end",
    "    $fclose(file);",
  ];
}

function parameters(source: ModelKitSource, imageBytes: number): readonly string[] {
  const bits = source.ports.axi[0]?.data_bits ?? 0;
  const used = [
    "control",
    "interrupt_global",
    "interrupt_enable",
    "interrupt_status",
    "error_code",
    "total_lo",
  ];
  const more = ["design_id_lo", "design_id_hi", "weights_id"];
  const offsets = [...used, ...more, ...source.start_command.map(({ register }) => register)];
  const setup = source.setup.map(({ register }) => register);
  return [
    `  parameter IMAGE = "${hasHexImage(imageBytes) ? IMAGE_FILE : "../../weights.bin"}";`,
    "  parameter LATENCY = 20;",
    "  parameter PAUSE = 0;",
    "  parameter MOST_CYCLES = 50000000;",
    `  localparam real MHZ = ${source.design.clock.mhz.toFixed(3)};`,
    `  localparam DATA_BITS = ${String(bits)};`,
    "  localparam BEAT_BYTES = DATA_BITS / 8;",
    `  localparam BEATS = ${String(Math.ceil(source.memory_bytes / (bits / 8)))};`,
    `  localparam IMAGE_BEATS = ${String(Math.ceil(imageBytes / (bits / 8)))};`,
    ...[...new Set([...offsets, ...setup])].map(
      (name) => `  localparam REG_${constantName(name)} = 32'h${hex(offsetOf(source, name))};`,
    ),
  ];
}

/** The byte offset of a register. */
function offsetOf({ registers }: KitSource, name: string): number {
  return registers.find((register) => register.name === name)?.offset ?? 0;
}

/** Inputs that the testbench drives are registers; those that the memory drives, and outputs, are wires. */
function declaration({ name, direction, bits }: KitSignal, { ports }: KitSource, port: string): string {
  const width = bits === 1 ? "" : ` [${String(bits - 1)}:0]`;
  const isClockOrReset = name === ports.clock || name === ports.reset;
  const ofMemory = MEMORY_PORTS.some((each) => name === `${port}_${each}`);
  if (direction === "out" || isClockOrReset || ofMemory) return `  wire${width} ${name};`;
  return `  reg${width} ${name} = 0;`;
}

function stimulus(
  source: ModelKitSource,
  steps: readonly BenchStep[],
  imageBytes: number,
): readonly string[] {
  const { id } = source.design;
  const weights = source.memory.find(({ crc32 }) => crc32 !== null)?.crc32 ?? 0;
  const write = (name: string, value: number): string =>
    `    write_register(REG_${constantName(name)}, 32'h${hex(value)});`;
  return [
    "  initial begin",
    "    errors = 0;",
    "    memory.errors = 0;",
    "    for (index = 0; index < BEATS; index = index + 1) memory.store[index] = 0;",
    ...loadImage(imageBytes),
    "    s_axi_control_wstrb = 4'hf;",
    "    s_axi_control_bready = 1;",
    "    s_axi_control_rready = 1;",
    "    repeat (8) @(posedge clk);",
    "    rst <= 0;",
    "    repeat (8) @(posedge clk);",
    `    expect_register(REG_DESIGN_ID_LO, 32'h${id.slice(8)});`,
    `    expect_register(REG_DESIGN_ID_HI, 32'h${id.slice(0, 8)});`,
    write("weights_id", weights),
    ...source.setup.map((word) => write(word.register, constantOf(word))),
    write("interrupt_enable", 3),
    write("interrupt_global", 1),
    ...steps.flatMap((step) => [
      "",
      ...step.pokes.map(({ address, value }) => `    poke(32'h${hex(address)}, 32'h${hex(value)});`),
      ...step.command.map(({ register, value }) => write(register, value)),
      "    run_step;",
      ...step.expected.map(
        ({ address, token }) => `    expect_token(32'h${hex(address)}, ${String(token)});`,
      ),
    ]),
    "",
    '    if (errors == 0 && memory.errors == 0) $display("PASS");',
    '    else $display("FAIL: %0d errors, %0d on the memory port", errors, memory.errors);',
    "    $finish;",
    "  end",
  ];
}

/** What `setup` writes where the memory begins at address 0. */
function constantOf({ value }: StartWord): number {
  if (value.kind === "address") return value.offset;
  return value.kind === "constant" ? value.value : 0;
}
