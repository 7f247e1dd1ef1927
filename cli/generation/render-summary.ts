import type { RunResult } from "../schemas/run.ts";

/** What a run comes to, for a person: several lines. */
export function renderSummary(result: RunResult): string {
  const engine = [result.simulator ?? result.engine, result.precision, `kv ${result.kv_bits}`].join(", ");
  const first = `${result.token_ids.length} tokens (${result.finish_reason}) of ${result.model.id} on ${engine}`;
  return [first, ...timing(result), ...verdict(result)].join("\n");
}

function timing(result: RunResult): readonly string[] {
  const { cycles, busy_cycles: busy, stalls, clock } = result;
  if (cycles === null || busy === null || stalls === null || clock === null)
    return ["  no cycles: this engine is software, not hardware"];
  const spent = cycles.total - cycles.host_gap;
  const causes = Object.entries(stalls).map(([cause, lost]) => `${cause} ${percent(lost / spent)}`);
  const label = clock.source === "assumed" ? "target, unverified" : clock.source;
  return [
    `  cycles per token   ${perToken(result)} at ${clock.mhz} MHz (${label})`,
    `  first token after  ${number(result.ttft_cycles)} cycles`,
    `  cycles             ${number(cycles.total)}: prefill ${number(cycles.prefill)}, decode ${number(cycles.decode)}, host ${number(cycles.host_gap)}`,
    `  where they go      busy ${percent(busy / spent)}, ${causes.join(", ")}`,
    `  per cycle          ${rate(result.macs_needed / spent)} MACs, ${rate(totalBytes(result) / spent)} bytes`,
    `  utilization        decode: ${shares(result.decode)}; prefill: ${shares(result.prefill)}`,
    ...estimateLine(result),
    ...energyLine(result),
    ...missesLine(result),
  ];
}

function verdict({ matches_reference: matches, first_mismatch: at }: RunResult): readonly string[] {
  if (matches === null) return [];
  const where =
    at === null ? "" : ` (token ${at.index} is ${at.token ?? "missing"}, not ${at.reference ?? "missing"})`;
  return [`  identical to the integer reference: ${matches ? "yes" : `NO${where}`}`];
}

function perToken({ cycles_per_token: cycles, tokens_per_s: speed }: RunResult): string {
  if (cycles === null || speed === null) return "none decoded";
  return `${number(Math.round(cycles))}, ${rate(speed)} tokens/s`;
}

function estimateLine({ estimate }: RunResult): readonly string[] {
  if (estimate === null || estimate === undefined) return [];
  const { steps, cycles, measured, error } = estimate;
  const exact = cycles === measured ? "to the cycle" : `error ${(100 * error).toFixed(3)} %`;
  return [
    `  estimated          ${number(cycles)} for the first ${steps} steps, measured ${number(measured)}: ${exact}`,
  ];
}

function energyLine({ energy }: RunResult): readonly string[] {
  if (energy === null) return [];
  return [`  energy (a model)   ${(energy.j_per_token * 1000).toPrecision(3)} mJ per token`];
}

function missesLine({ outlier_misses: misses }: RunResult): readonly string[] {
  return typeof misses === "number" ? [`  outliers missed    in ${number(misses)} vectors`] : [];
}

function shares(use: RunResult["decode"]): string {
  return use === null ? "none" : `MBU ${percent(use.mbu)}, MFU ${percent(use.mfu)}`;
}

function totalBytes({ bytes }: RunResult): number {
  return bytes === null ? 0 : bytes.weights + bytes.kv_read + bytes.kv_write + bytes.other;
}

function number(value: number | null): string {
  return value === null ? "none" : value.toLocaleString("en-US");
}

function rate(value: number): string {
  return value >= 100 ? number(Math.round(value)) : value.toPrecision(3);
}

function percent(part: number): string {
  return `${(100 * part).toFixed(1)} %`;
}
