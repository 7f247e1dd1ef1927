import { HwBuilder, type Operation, type PortSpec, type Value } from "../../ir/index.ts";
import { clockAndReset } from "./axi-shape.ts";

/** Bits of the guard's counts of bursts. */
export const BURST_COUNT_BITS = 12;

/** What passes the guard in each direction; addresses and data go past it. */
export const GUARDED = {
  toMemory: ["arvalid", "awvalid", "wvalid", "wstrb"],
  toCore: ["arready", "awready", "wready", "bvalid"],
} as const;

function inputPorts(dataBits: number): readonly PortSpec[] {
  return [
    ...clockAndReset,
    { name: "stop", width: 1 },
    { name: "forget", width: 1 },
    { name: "core_arvalid", width: 1 },
    { name: "core_awvalid", width: 1 },
    { name: "core_wvalid", width: 1 },
    { name: "core_wstrb", width: dataBits / 8 },
    { name: "core_wlast", width: 1 },
    { name: "m_axi_arready", width: 1 },
    { name: "m_axi_rvalid", width: 1 },
    { name: "m_axi_rlast", width: 1 },
    { name: "m_axi_awready", width: 1 },
    { name: "m_axi_wready", width: 1 },
    { name: "m_axi_bvalid", width: 1 },
  ];
}

/** Bursts that have begun and have not ended; it never falls below none. */
function burstCount(
  b: HwBuilder,
  name: string,
  begins: Value,
): { readonly any: Value; readonly value: Value; end(ends: Value): void } {
  const count = b.feedback(BURST_COUNT_BITS, { name, reset: 0n });
  const any = b.not(b.equals(count.value, 0));
  return {
    any,
    value: count.value,
    end: (ends) => {
      const one = b.constant(1, BURST_COUNT_BITS);
      const less = b.and(ends, b.or(any, begins));
      const next = b.mux(
        b.xor(begins, less),
        b.mux(begins, b.add(count.value, one), b.sub(count.value, one)),
        count.value,
      );
      count.drive(b.mux(b.input("forget"), b.constant(0, BURST_COUNT_BITS), next));
    },
  };
}

interface AddressChannel {
  /** An address is shown for the first time: from here on it may not be taken back. */
  readonly begins: Value;
  readonly waiting: Value;
  readonly moved: Value;
}

/** An address that is shown stays until it is taken; with `stop` no new one is shown. */
function addressChannel(b: HwBuilder, a: "ar" | "aw"): AddressChannel {
  const waiting = b.feedback(1, { name: `${a}_waiting`, reset: 0n });
  const open = b.or(b.not(b.input("stop")), waiting.value);
  const valid = b.and(b.input(`core_${a}valid`), open);
  const ready = b.input(`m_axi_${a}ready`);
  waiting.drive(b.and(valid, b.not(ready), b.not(b.input("forget"))));
  b.output(`m_axi_${a}valid`, valid);
  b.output(`core_${a}ready`, b.and(ready, open));
  return { begins: b.and(valid, b.not(waiting.value)), waiting: waiting.value, moved: b.and(valid, ready) };
}

/** Data of bursts whose address was shown passes; with `stop` it is sent without strobes, from the first beat that memory has not seen. */
function dataChannel(
  b: HwBuilder,
  begins: Value,
): { readonly owed: Value; readonly waiting: Value; readonly moved: Value } {
  const stop = b.input("stop");
  const owed = burstCount(b, "data_bursts", begins);
  const open = b.or(b.not(stop), owed.any);
  const valid = b.and(b.input("core_wvalid"), open);
  const ready = b.input("m_axi_wready");
  const moved = b.and(valid, ready);
  owed.end(b.and(moved, b.input("core_wlast")));
  const waits = b.and(valid, b.not(ready));
  const masked = b.feedback(1, { name: "masked", reset: 0n });
  masked.drive(b.and(stop, b.or(masked.value, b.not(waits))));
  const strobes = b.input("core_wstrb");
  const width = strobes.type.kind === "int" ? strobes.type.width : 1;
  b.output("m_axi_wvalid", valid);
  b.output("m_axi_wstrb", b.and(strobes, b.replicate(b.not(masked.value), width)));
  b.output("core_wready", b.and(ready, open));
  return { owed: owed.any, waiting: waits, moved };
}

/**
 * Stands between a core and its AXI port and can close it without breaking a rule of AXI. While `stop` is 1 no new address is
 * shown, but what was shown stays until it is taken, its data is sent (without strobes) and its answers are awaited: `quiet` says
 * that nothing is under way, and then the core may be reset. `forget` drops the bookkeeping, for when memory was reset too.
 * While `stop` is 0 everything passes in the same cycle. Inputs clk, rst, stop, forget, core_{arvalid,awvalid,wvalid,wstrb,wlast},
 * m_axi_{arready,rvalid,rlast,awready,wready,bvalid}; outputs m_axi_{arvalid,awvalid,wvalid,wstrb},
 * core_{arready,awready,wready,bvalid}, quiet, progress (something moved on the port), waiting (ar, aw, w from bit 0),
 * read_bursts, write_bursts. The core takes every R and B at once.
 */
export function portGuardModule(dataBits: number): Operation {
  const b = new HwBuilder(`port_guard_d${String(dataBits)}`, inputPorts(dataBits));
  const [read, write] = [addressChannel(b, "ar"), addressChannel(b, "aw")];
  const data = dataChannel(b, write.begins);
  const [reads, writes] = [
    burstCount(b, "read_bursts", read.begins),
    burstCount(b, "write_bursts", write.begins),
  ];
  const answered = b.and(b.input("m_axi_bvalid"), writes.any);
  reads.end(b.and(b.input("m_axi_rvalid"), b.input("m_axi_rlast")));
  writes.end(answered);
  b.output("core_bvalid", answered);
  b.output("quiet", b.not(b.or(reads.any, writes.any, data.owed)));
  b.output(
    "progress",
    b.or(read.moved, write.moved, data.moved, b.input("m_axi_rvalid"), b.input("m_axi_bvalid")),
  );
  b.output("waiting", b.concat(data.waiting, write.waiting, read.waiting));
  b.output("read_bursts", reads.value);
  b.output("write_bursts", writes.value);
  return b.finish();
}
