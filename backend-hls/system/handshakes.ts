import type { PortSpec } from "../../ir/index.ts";

/** One-bit signals of an AXI4 port that come from the master, and those that come from memory. */
const FROM_MASTER = ["arvalid", "rready", "awvalid", "wvalid", "wlast", "bready"] as const;
const FROM_MEMORY = ["arready", "rvalid", "rlast", "awready", "wready", "bvalid"] as const;

/** Both as ports of a module that looks on. */
export const handshakePorts: readonly PortSpec[] = [...FROM_MASTER, ...FROM_MEMORY].map((name) => ({
  name,
  width: 1,
}));
