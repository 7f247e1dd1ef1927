import { expect, test } from "vitest";
import { emptyModule } from "../dialects/builtin/ops.ts";
import { HwBuilder } from "../dialects/hw/builder.ts";
import { parseModule } from "./parse/parse-module.ts";
import { printModule } from "./print/printer.ts";

const OPERATIONS = 30_000;

test(`${String(OPERATIONS)} operations print and parse to the same text`, () => {
  const hw = new HwBuilder("big", [
    { name: "clk", width: "clock" },
    { name: "rst", width: 1 },
    { name: "a", width: 32 },
  ]);
  let value = hw.input("a");
  for (let index = 0; index < OPERATIONS / 3; index++) {
    const sum = hw.add(value, hw.input("a"));
    value = hw.register(hw.mux(hw.input("rst"), sum, value), { name: "stage" });
  }
  hw.output("q", value);
  const { module, body } = emptyModule();
  body.append(hw.finish());
  const text = printModule(module);
  const result = parseModule(text, "big.mlir");
  expect(result.kind === "ok" ? printModule(result.value) === text : result.diagnostics.slice(0, 3)).toBe(
    true,
  );
});
