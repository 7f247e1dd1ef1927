/** `hidalgo_axi_memory`: an AXI4 slave with a memory, in plain Verilog; the same for every design. */
export const AXI_MEMORY = `
// A memory behind an AXI4 port: bursts in order, answers after LATENCY cycles, pauses in PAUSE of 16 cycles.
// What a master must not do (leave the memory, cross 4 KiB, end a burst elsewhere) is counted in errors.
module hidalgo_axi_memory #(
  parameter DATA_BITS = 128,
  parameter BEATS = 1024,
  parameter LATENCY = 20,
  parameter PAUSE = 0
) (
  input wire clk,
  input wire rst,
  input wire arvalid,
  output wire arready,
  input wire [31:0] araddr,
  input wire [7:0] arlen,
  output reg rvalid,
  input wire rready,
  output reg [DATA_BITS-1:0] rdata,
  output wire [1:0] rresp,
  output reg rlast,
  input wire awvalid,
  output wire awready,
  input wire [31:0] awaddr,
  input wire [7:0] awlen,
  input wire wvalid,
  output wire wready,
  input wire [DATA_BITS-1:0] wdata,
  input wire [DATA_BITS/8-1:0] wstrb,
  input wire wlast,
  output wire bvalid,
  input wire bready,
  output wire [1:0] bresp
);
  localparam BEAT_BYTES = DATA_BITS / 8;
  reg [DATA_BITS-1:0] store [0:BEATS-1];
  integer errors;
  reg [31:0] now;
  reg [15:0] noise;
  wire pause = noise[3:0] < PAUSE;

  // 16 bursts of each kind may wait; pointers have a bit more than an index
  reg [31:0] r_beat [0:15];
  reg [7:0] r_length [0:15];
  reg [31:0] r_due [0:15];
  reg [4:0] r_in, r_out;
  reg [7:0] r_sent;
  reg [31:0] w_beat [0:15];
  reg [7:0] w_length [0:15];
  reg [4:0] w_in, w_out;
  reg [7:0] w_taken;
  reg [15:0] owed;
  wire [4:0] r_count = r_in - r_out;
  wire [4:0] w_count = w_in - w_out;
  wire [31:0] r_place = r_beat[r_out[3:0]] + r_sent;
  wire [31:0] w_place = w_beat[w_out[3:0]] + w_taken;
  wire r_last = r_sent == r_length[r_out[3:0]];
  wire w_last = w_taken == w_length[w_out[3:0]];
  integer lane;

  assign arready = !r_count[4] && !pause;
  assign awready = !w_count[4] && !pause;
  assign wready = w_count != 0 && !pause;
  assign bvalid = owed != 0;
  assign rresp = 2'b00;
  assign bresp = 2'b00;

  task check(input [31:0] address, input [7:0] length);
    begin
      if (address % BEAT_BYTES != 0 || address / BEAT_BYTES + length >= BEATS) begin
        errors = errors + 1;
        $display("AXI: a burst of %0d beats at %h leaves the memory", length + 1, address);
      end
      if (address[31:12] != ((address + (length + 1) * BEAT_BYTES - 1) >> 12)) begin
        errors = errors + 1;
        $display("AXI: a burst of %0d beats at %h crosses 4 KiB", length + 1, address);
      end
    end
  endtask

  always @(posedge clk) begin
    now <= now + 1;
    noise <= {noise[14:0], noise[15] ^ noise[13] ^ noise[12] ^ noise[10]};
    if (arvalid && arready) begin
      check(araddr, arlen);
      r_beat[r_in[3:0]] <= araddr / BEAT_BYTES;
      r_length[r_in[3:0]] <= arlen;
      r_due[r_in[3:0]] <= now + LATENCY;
      r_in <= r_in + 1;
    end
    if (!rvalid || rready) begin
      rvalid <= 0;
      if (r_count != 0 && now >= r_due[r_out[3:0]] && !pause) begin
        rvalid <= 1;
        rdata <= store[r_place];
        rlast <= r_last;
        r_sent <= r_last ? 0 : r_sent + 1;
        if (r_last) r_out <= r_out + 1;
      end
    end
    if (awvalid && awready) begin
      check(awaddr, awlen);
      w_beat[w_in[3:0]] <= awaddr / BEAT_BYTES;
      w_length[w_in[3:0]] <= awlen;
      w_in <= w_in + 1;
    end
    if (wvalid && wready) begin
      for (lane = 0; lane < BEAT_BYTES; lane = lane + 1)
        if (wstrb[lane]) store[w_place][8*lane +: 8] <= wdata[8*lane +: 8];
      if (wlast !== w_last) begin
        errors = errors + 1;
        $display("AXI: wlast is not in the last beat of a burst");
      end
      w_taken <= w_last ? 0 : w_taken + 1;
      if (w_last) w_out <= w_out + 1;
    end
    owed <= owed + ((wvalid && wready && w_last) ? 1 : 0) - ((bvalid && bready) ? 1 : 0);
    if (rst) begin
      now <= 0;
      noise <= 16'hace1;
      r_in <= 0;
      r_out <= 0;
      r_sent <= 0;
      w_in <= 0;
      w_out <= 0;
      w_taken <= 0;
      owed <= 0;
      rvalid <= 0;
      rlast <= 0;
    end
  end
endmodule
`;
