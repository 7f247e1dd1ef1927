import type { mlir } from "../../ir/index.ts";

/** What the page tells the test: all of it computed in the browser. */
export interface PageReport {
  readonly userAgent: string;
  readonly text: string;
  readonly bufferized: string;
  readonly wrong: readonly string[];
  readonly deep: readonly string[];
  readonly builtType: string;
}

const PROGRAM = `func.func @f(%a: tensor<4xf32>) -> tensor<4xf32> {
  %zero = arith.constant 0.0 : f32
  %r = linalg.fill ins(%zero : f32) outs(%a : tensor<4xf32>) -> tensor<4xf32>
  return %r : tensor<4xf32>
}`;
const BUFFERIZE =
  "one-shot-bufferize{bufferize-function-boundaries},convert-linalg-to-affine-loops,canonicalize";

/** Parses, verifies, lowers and prints in the browser. */
export function runPage(engine: mlir.Engine): PageReport {
  const printed = (pipeline: string): string => {
    const result = engine.transform(PROGRAM, { pipeline });
    return result.kind === "ok" ? result.value.text : JSON.stringify(result.diagnostics);
  };
  const nested = `func.func @f(%c: i1) {${"scf.if %c {".repeat(50_000)}`;
  const session = engine.open();
  const builtType = String(session.context.integerType(7));
  session.dispose();
  return {
    userAgent: navigator.userAgent,
    text: printed("canonicalize"),
    bufferized: printed(BUFFERIZE),
    wrong: engine.verify("func.func @f() -> i32 { return }").map(({ message }) => message),
    deep: engine.verify(nested).map(({ code }) => code),
    builtType,
  };
}
