import { present, type Value } from "../../ir/index.ts";
import type { NetworkPlan } from "../network/plan-network.ts";

/** A connection of a network with its surroundings, by name. */
export function outsideStream({ outside, streams }: NetworkPlan, name: string): Value {
  return present(
    outside.find((value) => streams.get(value)?.name === name),
    `the connection ${name}`,
  );
}
