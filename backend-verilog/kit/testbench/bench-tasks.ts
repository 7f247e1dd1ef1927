/** The testbench's own tasks: registers by AXI4-Lite, words of memory, a step, a comparison. */
export const BENCH_TASKS = `
  task poke(input [31:0] address, input [31:0] value);
    memory.store[address / BEAT_BYTES][8 * (address % BEAT_BYTES) +: 32] = value;
  endtask

  task write_register(input [31:0] offset, input [31:0] value);
    reg answered;
    begin
      @(posedge clk);
      s_axi_control_awaddr <= offset;
      s_axi_control_awvalid <= 1;
      s_axi_control_wdata <= value;
      s_axi_control_wvalid <= 1;
      answered = 0;
      while (!answered) begin
        @(posedge clk);
        if (s_axi_control_awvalid && s_axi_control_awready) s_axi_control_awvalid <= 0;
        if (s_axi_control_wvalid && s_axi_control_wready) s_axi_control_wvalid <= 0;
        if (s_axi_control_bvalid) begin
          answered = 1;
          if (s_axi_control_bresp != 0) begin
            errors = errors + 1;
            $display("the write of register %h is refused", offset);
          end
        end
      end
    end
  endtask

  task read_register(input [31:0] offset);
    reg answered;
    begin
      @(posedge clk);
      s_axi_control_araddr <= offset;
      s_axi_control_arvalid <= 1;
      answered = 0;
      while (!answered) begin
        @(posedge clk);
        if (s_axi_control_arvalid && s_axi_control_arready) s_axi_control_arvalid <= 0;
        if (s_axi_control_rvalid) begin
          answered = 1;
          value_read = s_axi_control_rdata;
        end
      end
    end
  endtask

  task expect_register(input [31:0] offset, input [31:0] wanted);
    begin
      read_register(offset);
      if (value_read !== wanted) begin
        errors = errors + 1;
        $display("register %h is %h, not %h", offset, value_read, wanted);
      end
    end
  endtask

  task run_step;
    integer waited;
    begin
      write_register(REG_CONTROL, 1);
      waited = 0;
      while (interrupt !== 1'b1 && waited < MOST_CYCLES) begin
        @(posedge clk);
        waited = waited + 1;
      end
      if (interrupt !== 1'b1) begin
        $display("the step is not done after %0d cycles", waited);
        $display("FAIL");
        $finish;
      end
      write_register(REG_INTERRUPT_STATUS, 3);
      expect_register(REG_ERROR_CODE, 0);
      read_register(REG_TOTAL_LO);
      $display("step: %0d cycles", value_read);
    end
  endtask

  task expect_token(input [31:0] address, input [31:0] wanted);
    begin
      value_read = memory.store[address / BEAT_BYTES][8 * (address % BEAT_BYTES) +: 32];
      $display("token %0d", value_read);
      if (value_read !== wanted) begin
        errors = errors + 1;
        $display("  the reference has %0d", wanted);
      end
    end
  endtask
`;
