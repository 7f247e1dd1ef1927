import { at, type HwBuilder, type Operation, widthOf } from "../../ir/index.ts";
import { type LateInstance, lateInstance, linkHub } from "../shell/index.ts";

/** Accelerators that share a model, in one simulation. */
export interface ClusterOptions {
  readonly accelerators: number;
  /** Cycles from a word being given out to the sum of all being shown: links and adders. */
  readonly latency: number;
}

/** The input that empties what joins the accelerators of a cluster. */
export const LINK_RESET = "link_reset";

/** AXI4-Streams of a product that shares a model. */
const [OUT, IN] = ["m_axis_link_", "s_axis_link_"];

/** Joins the products of a cluster with a hub; says what the others than the first one answer to the host. Gives the modules that this takes. */
export function joinCluster(
  b: HwBuilder,
  name: string,
  cores: readonly LateInstance[],
  { latency }: Pick<ClusterOptions, "latency">,
): readonly Operation[] {
  const lanes = Math.floor(widthOf(at(cores, 0).out(`${OUT}tdata`)) / 32);
  const unit = linkHub({ name: `${name}_hub`, accelerators: cores.length, lanes, latency });
  const hub = lateInstance(b, unit.module, "hub");
  hub.connect({ rst: b.or(b.input("rst"), b.input(LINK_RESET)) });
  cores.forEach((core, place) => {
    const [give, take] = [`in${String(place)}_`, `out${String(place)}_`];
    hub.connect({
      [`${give}tvalid`]: core.out(`${OUT}tvalid`),
      [`${give}tdata`]: core.out(`${OUT}tdata`),
      [`${take}tready`]: core.out(`${IN}tready`),
    });
    core.connect({
      [`${OUT}tready`]: hub.out(`${give}tready`),
      [`${IN}tvalid`]: hub.out(`${take}tvalid`),
      [`${IN}tdata`]: hub.out(`${take}tdata`),
    });
    if (place > 0) b.output(`s_axi_control_rdata_${String(place)}`, core.out("s_axi_control_rdata"));
  });
  return [...unit.submodules, unit.module];
}
