import { ok, type Result } from "../../ir/index.ts";
import { defaultTool, runYosys, type SynthesisTool } from "./run-yosys.ts";

/** Milliseconds that a module may take: `sta` visits reconverging paths again and again, and does not end on some. */
const LIMIT_MS = 60_000;

/** What `sta` says of a module: the latest arrival at a register or output, or why there is no answer. */
export type RegisterTiming =
  | { readonly kind: "known"; readonly arrivalPs: number }
  | { readonly kind: "unknown"; readonly reason: string };

/**
 * Cell delays (no wires) between the registers of `top` with everything below it, on 7-series cells: synthesized flat, then
 * Yosys's `sta`. Inputs arrive with the clock edge. Shift registers stay flip-flops (`-nosrl`): an SRL's slow output would be
 * followed by one. ROMs lose their `ram_style`, as the mapper knows no LUT ROM of that name.
 */
export async function registerTiming(
  files: ReadonlyMap<string, string>,
  top: string,
  {
    tool = defaultTool(),
    signal,
  }: { readonly tool?: SynthesisTool; readonly signal?: AbortSignal | undefined } = {},
): Promise<Result<RegisterTiming>> {
  const limit = AbortSignal.timeout(LIMIT_MS);
  const commands = [
    `read_verilog ${[...files.keys()].join(" ")}`,
    "setattr -unset ram_style */m:*",
    `synth_xilinx -family xc7 -nosrl -noiopad -noclkbuf -flatten -top ${top}`,
    "read_verilog -lib -specify -overwrite +/xilinx/cells_sim.v",
    "tee -q -o sta.txt sta",
  ];
  const run = await runYosys(tool, {
    files,
    commands,
    outputs: ["sta.txt"],
    subject: top,
    signal: signal === undefined ? limit : AbortSignal.any([limit, signal]),
  });
  signal?.throwIfAborted();
  if (limit.aborted) return ok({ kind: "unknown", reason: `no end in ${String(LIMIT_MS / 1000)} s` });
  if (run.kind === "error") return run;
  const found = /Latest arrival time in '\w+' is (?<ps>\d+)/u.exec(run.value.get("sta.txt") ?? "");
  const ps = found?.groups?.["ps"];
  return ok(
    ps === undefined
      ? { kind: "unknown", reason: "no path between registers" }
      : { kind: "known", arrivalPs: Number(ps) },
  );
}
