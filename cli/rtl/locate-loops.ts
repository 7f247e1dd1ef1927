import { CompilerBug, type Operation, parseModule, present, printModule, type Span } from "../../ir/index.ts";
import { copyOfSchedule, outlineKernels } from "./emit-levels.ts";
import { LOOPS_FILE } from "./loops-file.ts";

/** Gives every operation of a schedule its place in {@link LOOPS_FILE}; the text of that file. */
export function locateLoops(schedule: Operation): string {
  const copy = copyOfSchedule(schedule);
  const before = [...copy.walk()].slice(1).map(({ span }) => span); // behind the module itself
  const module = outlineKernels(copy);
  const text = printModule(module);
  const printed = parseModule(text, LOOPS_FILE);
  if (printed.kind === "error") throw new CompilerBug("level 4 does not parse");
  const places = new Map<Span, Span>();
  const lowered = [...module.walk()];
  [...printed.value.walk()].forEach((op, index) => {
    const { span } = present(lowered[index], "the operation that was printed");
    if (!places.has(span)) places.set(span, op.span);
  });
  [...schedule.walk()].forEach((op, index) => {
    op.span = places.get(present(before[index], "the copy of an operation")) ?? op.span;
  });
  return text;
}

/** What stands behind a line of Verilog: the operation that it was made of, and its line in {@link LOOPS_FILE}. */
export function loopComments(text: string): (span: Span) => string {
  const names = text
    .split("\n")
    .map((line) => /^\s*(?:%[^=]*=\s*)?"?(?<name>[a-z_]\w*(?:\.\w+)*)/u.exec(line)?.groups?.["name"] ?? "");
  return ({ file, line }) => {
    const name = file === LOOPS_FILE ? (names[line - 1] ?? "") : "";
    return name === "" ? "" : `${name} 4-loops:${String(line)}`; // a loop's own end has no name
  };
}
