import { readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { expect, test } from "vitest";
import { loadMlir, type Operation, parseModule, renderDiagnostic, verifyUpstream } from "../index.ts";

const mlir = await loadMlir();

function parsed(text: string, file = "test.mlir"): Operation {
  const module = parseModule(text, file);
  if (module.kind === "error") throw new Error(module.diagnostics.map(renderDiagnostic).join("\n"));
  return module.value;
}

const complaints = (text: string): readonly string[] =>
  verifyUpstream(mlir, parsed(text), "test.mlir").map(({ message }) => message);

const examples = resolve(import.meta.dirname, "../../examples");
const graphs = readdirSync(examples).filter((name) => /^(?!linalg|tosa).*\.mlir$/u.test(name));

test.each(graphs)("examples/%s", (name) => {
  expect(complaints(readFileSync(join(examples, name), "utf8"))).toEqual([]);
});

const hardware = (ops: string): string =>
  `"hw.module"() ({\n^bb0(%a: i8, %c: i1, %clk: !seq.clock):\n${ops}\n"hw.output"() : () -> ()\n}) {sym_name = "m"} : () -> ()`;

test("shapes that the declarations allow", () => {
  expect(
    complaints(
      hardware(`%0 = "comb.mux"(%c, %a, %a) : (i1, i8, i8) -> i8
        %1 = "comb.concat"(%a, %c, %a) : (i8, i1, i8) -> i17
        %2 = "seq.compreg.ce"(%a, %clk, %c, %c, %a) : (i8, !seq.clock, i1, i1, i8) -> i8
        %3 = "seq.firmem"() {name = "m", readLatency = 1 : i32, writeLatency = 1 : i32} : () -> !seq.firmem<16 x 8>`),
    ),
  ).toEqual([]);
  expect(
    complaints(`func.func @k(%s: !dataflow.stream<!dataflow.bundle<i8, f32>>, %x: f32) {
      %0, %1 = "dataflow.read"(%s) : (!dataflow.stream<!dataflow.bundle<i8, f32>>) -> (i8, f32)
      "dataflow.write"(%s, %0, %1) : (!dataflow.stream<!dataflow.bundle<i8, f32>>, i8, f32) -> ()
      %2 = "fx.exp"(%x) : (f32) -> f32
      return
    }`),
  ).toEqual([]);
});

test.each([
  [
    "comb.add of two widths",
    hardware('%0 = "comb.add"(%a, %c) : (i8, i1) -> i8'),
    "expected 'i8' but got 'i1'",
  ],
  ["a register clocked by data", hardware('%0 = "seq.compreg"(%a, %c) : (i8, i1) -> i8'), "seq_types.clock"],
  ["a comparison without predicate", hardware('%0 = "comb.icmp"(%a, %a) : (i8, i8) -> i1'), "predicate"],
  [
    "a comparison of 8 bits",
    hardware('%0 = "comb.icmp"(%a, %a) {predicate = 0 : i64} : (i8, i8) -> i8'),
    "'i1'",
  ],
  ["exp of an integer", 'func.func @f(%x: i32) {\n%0 = "fx.exp"(%x) : (i32) -> i32\nreturn\n}', "'f32'"],
  [
    "a write to no stream",
    'func.func @f(%x: i32) {\n"dataflow.write"(%x, %x) : (i32, i32) -> ()\nreturn\n}',
    "stream",
  ],
  [
    "addition of two types",
    'func.func @f(%x: i32, %y: i8) {\n%0 = "arith.addi"(%x, %y) : (i32, i8) -> i32\nreturn\n}',
    "same type",
  ],
] as const)("%s", (_, text, message) => {
  const found = complaints(text).join("\n");
  expect(found).toContain(message);
});
