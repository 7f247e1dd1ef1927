import type { HwBuilder, Operation, PortSpec, Value } from "../../ir/index.ts";
import { isRead } from "../network/network-module.ts";
import type { NetworkPlan } from "../network/plan-network.ts";
import {
  axisBits,
  axisInputModule,
  type LateInstance,
  lateInstance,
  type QueueCredits,
} from "../shell/index.ts";

/** What outside streams are called that become AXI4-Stream ports. */
const AXIS_NAME = /^[sm]_axis_/u;

/** An outside stream that is an AXI4-Stream port. What goes out has, above the element, whether it is the last one. */
interface AxisStream {
  readonly name: string;
  readonly width: number;
  readonly depth: number;
  readonly into: boolean;
}

function axisStreams(plan: NetworkPlan): readonly AxisStream[] {
  return plan.outside.flatMap((value) => {
    const stream = plan.streams.get(value);
    if (stream === undefined || !AXIS_NAME.test(stream.name)) return [];
    const { name, width, depth } = stream;
    return [{ name, width, depth, into: isRead(plan, value) }];
  });
}

/** The inputs that AXI4-Stream ports bring with them. */
export function axisInputs(plan: NetworkPlan): readonly PortSpec[] {
  return axisStreams(plan).flatMap(({ name, width, into }): readonly PortSpec[] =>
    into
      ? [
          { name: `${name}_tvalid`, width: 1 },
          { name: `${name}_tdata`, width: axisBits(width) },
        ]
      : [{ name: `${name}_tready`, width: 1 }],
  );
}

/** What ports have to know of the core beside its streams. */
interface CoreState extends QueueCredits {
  readonly coreReset: Value;
}

/** Joins the core's outside streams with AXI4-Stream ports; the modules that this takes. */
export function connectAxis(
  b: HwBuilder,
  plan: NetworkPlan,
  core: LateInstance,
  { coreReset, beginsWithoutCredits }: CoreState,
): readonly Operation[] {
  return axisStreams(plan).flatMap((stream): readonly Operation[] => {
    const { name, width, depth } = stream;
    if (!stream.into) {
      sendStream(b, core, stream);
      return [];
    }
    const module = axisInputModule(width, { depth, beginsWithoutCredits });
    const front = lateInstance(b, module, name);
    front.connect({
      rst: b.or(b.input("rst"), coreReset),
      tvalid: b.input(`${name}_tvalid`),
      tdata: b.input(`${name}_tdata`),
      credit: core.out(`${name}_credit`),
    });
    core.connect({ [`${name}_valid`]: front.out("valid"), [`${name}_data`]: front.out("data") });
    b.output(`${name}_tready`, front.out("tready"));
    return [module];
  });
}

function sendStream(b: HwBuilder, core: LateInstance, { name, width }: AxisStream): void {
  const [valid, bundle] = [core.out(`${name}_valid`), core.out(`${name}_data`)];
  const element = width - 1;
  const padding = axisBits(element) - element;
  const data = b.extract(bundle, 0, element);
  core.connect({ [`${name}_pop`]: b.and(valid, b.input(`${name}_tready`)) });
  b.output(`${name}_tvalid`, valid);
  b.output(`${name}_tdata`, padding === 0 ? data : b.concat(b.constant(0, padding), data));
  b.output(`${name}_tlast`, b.extract(bundle, element, 1));
}
