import {
  at,
  type Diagnostic,
  FuncOp,
  fail,
  type Operation,
  ok,
  present,
  type Result,
  type Value,
} from "../../ir/index.ts";
import { interfaceUnknown } from "./diagnostics.ts";

/**
 * How an argument or result of a kernel is reached: `m_axi` arrays live in external memory and are read and written
 * by bursts as part of a run; `ram` arrays live on chip, are loaded before a run and unloaded after it; `axis` arrays
 * come in or go out cell after cell through an AXI4-Stream port, in row-major order, as part of a run.
 */
export const INTERFACES = ["m_axi", "ram", "axis"] as const;
export type Interface = (typeof INTERFACES)[number];

/** Interfaces by name of argument or result (`ret0`); `*` stands for all that are not named. What is missing is `m_axi`. */
export type Interfaces = Readonly<Record<string, Interface>>;

/** The interface of an argument or result. */
export function interfaceOf(interfaces: Interfaces | undefined, name: string): Interface {
  return interfaces?.[name] ?? interfaces?.["*"] ?? "m_axi";
}

/** The name of an argument: as it is written, or `arg0`, …. */
export function argumentName({ hint }: Value, index: number): string {
  return hint ?? `arg${String(index)}`;
}

/** The name of a result: `ret0`, …. */
export function resultName(_: Value, index: number): string {
  return `ret${String(index)}`;
}

/** Whether every interface is one of something that the function has. */
export function checkInterfaces(
  module: Operation,
  functionName: string,
  interfaces: Interfaces,
): Result<void> {
  const func = [...module.walk()].find((op) => FuncOp.match(op)?.attrs.sym_name === functionName);
  if (func === undefined) return ok(undefined); // said where it is lowered
  const { block } = at(func.regions, 0);
  const returned = present(block.last, "a return").operands;
  const known = [...block.args.map(argumentName), ...returned.map(resultName)];
  const problems: readonly Diagnostic[] = Object.keys(interfaces)
    .filter((name) => name !== "*" && !known.includes(name))
    .map((name) => interfaceUnknown(func.span, { name, known }));
  return problems.length === 0 ? ok(undefined) : fail(...problems);
}

/** The stream of an array that comes in, and of one that goes out; also the prefix of the port's signals. */
export const STREAM_PORTS = { in: "s_axis_", out: "m_axis_" } as const;
