import { at, type Operation, type Value } from "../ir/index.ts";
import type { Expressions } from "./expressions.ts";

/** A register with its conditions; constant ones are folded away. */
interface Register {
  readonly op: Operation;
  readonly clock: Value;
  readonly next: Value;
  readonly enable: Value | undefined;
  readonly reset: { readonly when: Value; readonly value: Value } | undefined;
}

function readRegister(op: Operation, expressions: Expressions): Register {
  const withEnable = op.name === "seq.compreg.ce";
  const [when, value] = op.operands.slice(withEnable ? 3 : 2);
  const enable = withEnable ? at(op.operands, 2) : undefined;
  const hasReset = when !== undefined && value !== undefined && expressions.constant(when) !== 0n;
  return {
    op,
    clock: at(op.operands, 1),
    next: at(op.operands, 0),
    enable: enable !== undefined && expressions.constant(enable) === 1n ? undefined : enable,
    reset: hasReset ? { when, value } : undefined,
  };
}

function sameConditions(a: Register, b: Register): boolean {
  return a.clock === b.clock && a.enable === b.enable && a.reset?.when === b.reset?.when;
}

/** One `always` block for each run of registers with the same clock, reset and enable. `span` gives a line's comment. */
export function writeRegisters(
  ops: readonly Operation[],
  expressions: Expressions,
  span: (op: Operation) => string,
): readonly string[] {
  const groups: Register[][] = [];
  for (const register of ops.map((op) => readRegister(op, expressions))) {
    const group = groups.find((candidate) => sameConditions(at(candidate, 0), register));
    if (group === undefined) groups.push([register]);
    else group.push(register);
  }
  return groups.flatMap((group) => ["", ...writeGroup(group, expressions, span)]);
}

function writeGroup(
  group: readonly Register[],
  expressions: Expressions,
  span: (op: Operation) => string,
): readonly string[] {
  const { clock, reset, enable } = at(group, 0);
  const load = (indent: string): readonly string[] =>
    group.map(
      ({ op, next }) => `${indent}${expressions.target(op.result)} <= ${expressions.text(next)};${span(op)}`,
    );
  const whenEnabled = enable === undefined ? "" : `if (${expressions.text(enable)}) `;
  const body = (): readonly string[] => {
    if (reset !== undefined)
      return [
        `    if (${expressions.text(reset.when)}) begin`,
        ...group.flatMap(({ op, reset: own }) =>
          own === undefined
            ? []
            : [`      ${expressions.target(op.result)} <= ${expressions.text(own.value)};`],
        ),
        `    end else ${whenEnabled}begin`,
        ...load("      "),
        "    end",
      ];
    return enable === undefined ? load("    ") : [`    ${whenEnabled}begin`, ...load("      "), "    end"];
  };
  return [`  always @(posedge ${expressions.text(clock)}) begin`, ...body(), "  end"]; // in literals: a call takes no million arguments
}
