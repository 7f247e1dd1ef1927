import { expect, test } from "vitest";
import { parseModule } from "./parse/parse-module.ts";

/** Each `// expected-error @+1 {{text}}` names a line (`@-1`, `@+2`, none: its own) and a part of the message there. */
function expectErrors(text: string): void {
  const wanted = text
    .split("\n")
    .flatMap((line, index) =>
      [...line.matchAll(/expected-error(?: @([+-]\d+))? \{\{(.*?)\}\}/gu)].map(
        ([, offset = "0", message = ""]) => ({ line: index + 1 + Number(offset), message }),
      ),
    );
  const result = parseModule(text, "test.mlir");
  const found =
    result.kind === "ok"
      ? []
      : result.diagnostics.map(({ where, message, expected }) => ({
          line: where.line,
          message: `${message}; expected ${expected ?? ""}`,
        }));
  expect(
    found.map(({ line }) => line),
    JSON.stringify(found),
  ).toEqual(wanted.map(({ line }) => line));
  wanted.forEach(({ message }, index) => {
    expect(found[index]?.message).toContain(message);
  });
}

test("several errors of one text, each once, reading goes on behind each", () => {
  expectErrors(`
func.func @f(%a: i8, %m: memref<4xi8>) -> i8 {
  // expected-error @+1 {{use of undefined value %b}}
  %c = arith.addi %a, %b : i8
  // expected-error @+1 {{%a is used as i16 but defined as i8}}
  %d = arith.addi %a, %a : i16  // expected-error {{%a is used as i16 but defined as i8}}
  // expected-error @+1 {{redefinition of value %c}}
  %c = arith.addi %a, %a : i8
  // expected-error @+1 {{unexpected 'too'; expected 'to'}}
  affine.for %i = 0 too 4 {
    %never = affine.load %m[%i] : memref<4xi8>
  }
  affine.for %i = 0 to 4 {
    // expected-error @+1 {{unexpected ':'; expected a value name}}
    %x = affine.load : memref<4xi8>
    %y = arith.addi %x, %x : i8
  }
  // expected-error @+1 {{linalg.fill has no form of its own here}}
  linalg.fill ins(%a) outs(%m)
  %good = arith.addi %a, %a : i8
  // expected-error @+1 {{unexpected ')'; expected an operation or '}'}}
  ) nothing
  // expected-error @+1 {{unexpected '='; expected the name of an operation}}
  %z = = 5
  return %c : i8
}
`);
});

test("literals and types", () => {
  expectErrors(`
// expected-error @+1 {{i0 is not valid here; expected an integer type of 1 to 16777215 bits}}
"a.b"() : () -> i0
// expected-error @+1 {{integer8 is not valid here; expected a type}}
"a.b"() : () -> integer8
// expected-error @+1 {{!dataflow.strem is not valid here}}
"a.b"() : () -> !dataflow.strem<i8>
// expected-error @+1 {{!word is not defined}}
"a.b"() : () -> !word
// expected-error @+1 {{1.5 is not valid here; expected an integer}}
"a.b"() {x = 1.5 : i8} : () -> ()
// expected-error @+1 {{5 is not valid here; expected a float}}
"a.b"() {x = 5 : f32} : () -> ()
// expected-error @+1 {{dense is not valid here; expected 3 elements}}
"a.b"() {x = dense<[1, 2]> : tensor<3xi8>} : () -> ()
// expected-error @+1 {{0x1FFFFFFFF is not valid here; expected the bits of one f32}}
"a.b"() {x = 0x1FFFFFFFF : f32} : () -> ()
// expected-error @+1 {{d1 is not valid here; expected a dimension or symbol}}
"a.b"() {x = affine_map<(d0) -> (d1)>} : () -> ()
// expected-error @+1 {{a string with the escapes}}
"a.b"() {x = "\\q"} : () -> ()
`);
});

test("counts, jumps, strange characters, an early end", () => {
  expectErrors(
    `
// expected-error @+1 {{2 types; expected 1 types}}
%a = "a.b"() : () -> i8 "a.b"(%a) : (i8, i8) -> ()
// expected-error @+1 {{2 names for the results of a.b}}
%p, %q = "a.b"() : () -> i8
// expected-error @+1 {{cf.br jumps to other blocks}}
"cf.br"()[^bb1] : () -> ()
// expected-error @+1 {{cannot start anything here}}
"a.b"() : () -> i8 é
// expected-error @+2 {{unexpected end of the text; expected '}'}}
module {
  "a.b"() : () -> ()
`.trimEnd(),
  );
});

test("forward references are for hardware modules, and must be resolved in them", () => {
  expectErrors(`
hw.module @m(in %a : i8, out q : i8) {
  %s = comb.add %r, %a : i8
  // expected-error @+1 {{%r is used as i4 but defined as i8}}
  %t = comb.add %r, %s4 : i4
  %s4 = hw.constant 1 : i4
  // expected-error @+1 {{use of undefined value %nowhere}}
  %u = comb.add %nowhere, %a : i8
  %r = comb.sub %a, %a : i8
  hw.output %s : i8
}
`);
});

test("nesting without end is an error, not a crash", () => {
  const result = parseModule(`"a.b"() {x = ${"[".repeat(200_000)}} : () -> ()`, "deep.mlir");
  expect(result.kind === "error" ? result.diagnostics[0]?.code : "ok").toBe("TXT0011");
});
