import { benches } from "../bench/registry.ts";
import type { VerbGroup } from "../verb.ts";

/** The tables of this project, made anew: `hidalgo bench <name>`. */
export const bench: VerbGroup = {
  name: "bench",
  summary: "Measure: tables of cycles, latencies and throughput (see bench --help for their names)",
  verbs: benches,
};
