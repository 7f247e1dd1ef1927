import {
  at,
  CompilerBug,
  fail,
  ok,
  packElement,
  present,
  type Result,
  ScheduleInterpreter,
  type StreamElement,
  type StreamElementType,
  type Value,
} from "../../ir/index.ts";
import { isRead } from "../network/network-module.ts";
import type { NetworkPlan } from "../network/plan-network.ts";
import type { Stimulus } from "./stimulus.ts";

/** The values that a run of the level-3 interpreter gave. */
export interface RecordedValues {
  /** Fields as bits of each command, by command stream. */
  readonly commands: ReadonlyMap<Value, readonly (readonly bigint[])[]>;
  /** Elements of the outputs, by name. */
  readonly outputs: ReadonlyMap<string, readonly StreamElement[]>;
}

/** Runs the schedule on the stimulus and keeps what decides trip counts and guards: the commands. */
export function recordCommands(
  plan: NetworkPlan,
  stimulus: Stimulus,
  memories: readonly Uint8Array[] = [],
): Result<RecordedValues> {
  const streams = new Set(
    plan.kernels.map(({ scheduled, connections }) => at(connections, scheduled.graph.command.argument)),
  );
  const inner = [...streams].filter((value) => !plan.outside.includes(value));
  const made = ScheduleInterpreter.create(plan.schedule, {
    record: inner.map((value) => nameOf(plan, value)),
    memories,
  });
  if (made.kind === "error") return made;
  const interpreter = made.value;
  plan.outside.forEach((value, argument) => {
    const input = stimulus.inputs.get(plan.streams.get(value)?.name ?? "");
    if (input !== undefined) for (const element of input.elements) interpreter.push(argument, element);
  });
  const state = interpreter.run();
  if (state.kind === "error") return fail(...state.diagnostics);
  const commands = new Map(
    [...streams].map((value) => {
      const name = nameOf(plan, value);
      const elements = inner.includes(value)
        ? interpreter.history(name)
        : (stimulus.inputs.get(name)?.elements ?? []);
      return [value, elements.map((element) => fieldBits(value, element))];
    }),
  );
  const outputs = new Map(
    plan.outside.flatMap((value, argument) => {
      const stream = plan.streams.get(value);
      if (stream === undefined || isRead(plan, value)) return [];
      return [[stream.name, interpreter.popAll(argument)]];
    }),
  );
  return ok({ commands, outputs });
}

function nameOf(plan: NetworkPlan, value: Value): string {
  return present(plan.streams.get(value), "a stream").name;
}

function fieldBits(stream: Value, element: StreamElement): readonly bigint[] {
  if (stream.type.kind !== "stream") throw new CompilerBug("commands come from a stream");
  const { element: type } = stream.type;
  if (type.kind === "token") return [];
  if (type.kind !== "bundle") return [packElement(type, element)];
  if (typeof element !== "object") throw new CompilerBug("a bundle has fields");
  return type.fields.map((field: StreamElementType, index) => packElement(field, at(element, index)));
}
