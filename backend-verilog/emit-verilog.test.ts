import { expect, test } from "vitest";
import { HwBuilder } from "../ir/index.ts";
import { emitVerilog } from "./index.ts";

const CLOCKED = [
  { name: "clk", width: "clock" },
  { name: "rst", width: 1 },
] as const;

/** The file of a finished module without the comments that name places of its source. */
function textOf(b: HwBuilder): string {
  const [file] = [...emitVerilog([b.finish()])];
  return (file?.[1] ?? "").replace(/ *\/\/ .*$/gmu, "");
}

test("registers of the same conditions share a block", () => {
  const b = new HwBuilder("pair", [...CLOCKED, { name: "en", width: 1 }, { name: "d", width: 8 }]);
  const first = b.register(b.input("d"), { name: "first", reset: 0n });
  b.output("q", b.register(first, { name: "second", reset: 5n }));
  expect(textOf(b)).toMatchInlineSnapshot(`
    "module pair (
      input wire clk,
      input wire rst,
      input wire en,
      input wire [7:0] d,
      output wire [7:0] q
    );

      reg [7:0] first;
      reg [7:0] second;

      always @(posedge clk) begin
        if (rst) begin
          first <= 8'd0;
          second <= 8'd5;
        end else begin
          first <= d;
          second <= first;
        end
      end

      assign q = second;


      wire _unused_ok = &{1'b0, en};
    endmodule
    "
  `);
});

test("order of signed numbers is written unsigned, and the sign is a bit", () => {
  const b = new HwBuilder("order", [
    { name: "a", width: 8 },
    { name: "b", width: 8 },
  ]);
  b.output("less", b.icmp("slt", b.input("a"), b.input("b")));
  b.output("few", b.icmp("sle", b.input("a"), b.constant(5, 8)));
  b.output("negative", b.icmp("slt", b.input("a"), b.constant(0, 8)));
  expect(textOf(b)).toMatchInlineSnapshot(`
    "module order (
      input wire [7:0] a,
      input wire [7:0] b,
      output wire less,
      output wire few,
      output wire negative
    );

      assign less = (a ^ 8'd128) < (b ^ 8'd128);
      assign few = (a ^ 8'd128) <= 8'd133;
      assign negative = a[7];
    endmodule
    "
  `);
});

test("a memory with a masked write and a read of latency 2", () => {
  const b = new HwBuilder("store", [
    ...CLOCKED,
    { name: "address", width: 4 },
    { name: "mask", width: 2 },
    { name: "data", width: 16 },
  ]);
  const memory = b.memory({ name: "words", depth: 16, width: 16, readLatency: 2, style: "block" });
  b.writePort(memory, b.input("address"), {
    enable: b.input("rst"),
    data: b.input("data"),
    mask: b.input("mask"),
  });
  b.output("word", b.readPort(memory, b.input("address")));
  expect(textOf(b)).toMatchInlineSnapshot(`
    "module store (
      input wire clk,
      input wire rst,
      input wire [3:0] address,
      input wire [1:0] mask,
      input wire [15:0] data,
      output wire [15:0] word
    );

      (* ram_style = "block" *) reg [15:0] words [0:15];
      reg [15:0] words_data;
      reg [15:0] words_data_early;
      integer i;

      always @(posedge clk) begin
        words_data_early <= words[address];
        words_data <= words_data_early;
      end

      always @(posedge clk) begin
        if (rst) begin
          for (i = 0; i < 2; i = i + 1)
            if (mask[i]) words[address][i * 8 +: 8] <= data[i * 8 +: 8];
        end
      end

      assign word = words_data;
    endmodule
    "
  `);
});

test("names that are no identifiers, are keywords or are taken get others; prescribed port names stay", () => {
  const b = new HwBuilder("names", [...CLOCKED, { name: "reg", width: 1 }]);
  const named = b.register(b.register(b.input("reg"), { name: "a.b" }), { name: "a.b" });
  b.output("interrupt", named);
  expect(textOf(b)).toMatchInlineSnapshot(`
    "module names (
      input wire clk,
      input wire rst,
      input wire reg_,
      /* verilator lint_off SYMRSVDWORD */ output wire interrupt /* verilator lint_on SYMRSVDWORD */
    );

      reg a_b;
      reg a_b_2;

      always @(posedge clk) begin
        a_b <= reg_;
        a_b_2 <= a_b;
      end

      assign interrupt = a_b_2;


      wire _unused_ok = &{1'b0, rst};
    endmodule
    "
  `);
});
