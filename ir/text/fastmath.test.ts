import { expect, test } from "vitest";
import { mayReassociate, parseModule, present, printModule, renderDiagnostic } from "../index.ts";

const text = (flags: string): string => `module {
  func.func @f(%a: f32) -> f32 {
    %0 = arith.addf %a, %a${flags} : f32
    %1 = arith.negf %0${flags} : f32
    %2 = arith.cmpf olt, %1, %a${flags} : f32
    %3 = math.sqrt %a${flags} : f32
    %4 = arith.select %2, %3, %a : f32
    return %4 : f32
  }
}
`;

test.each([
  ["", false],
  [" fastmath<none>", false],
  [" fastmath<reassoc>", true],
  [" fastmath<nnan,reassoc>", true],
  [" fastmath<fast>", true],
])("float operations keep their flags:%s", (flags, reassociates) => {
  const module = parseModule(text(flags), "f.mlir");
  if (module.kind === "error") return expect.fail(module.diagnostics.map(renderDiagnostic).join("\n"));
  expect(printModule(module.value)).toBe(text(flags));
  const add = [...module.value.walk()].find(({ name }) => name === "arith.addf");
  expect(mayReassociate(present(add, "a sum"))).toBe(reassociates);
});

test("MLIR's generic form says the same", () => {
  const generic = text(" fastmath<reassoc>").replace(
    "%0 = arith.addf %a, %a fastmath<reassoc> : f32",
    '%0 = "arith.addf"(%a, %a) <{fastmath = #arith.fastmath<reassoc>}> : (f32, f32) -> f32',
  );
  const module = parseModule(generic, "f.mlir");
  expect(module.kind === "ok" && printModule(module.value)).toBe(text(" fastmath<reassoc>"));
});

test("an unknown flag is an error at its place", () => {
  const module = parseModule(text(" fastmath<exact>"), "f.mlir");
  const lines = module.kind === "error" ? module.diagnostics.map(({ where }) => where.line) : [];
  expect(lines.toSorted()).toEqual([3, 4, 5, 6]);
});
