import type { DiffResult, Divergence } from "../schemas/diff.ts";

/** A comparison in lines for a person. */
export function renderDiff(result: DiffResult): string {
  const { divergence, engine, steps, cycles, streams, elements_compared: compared } = result;
  const size = `${group(compared)} elements of ${String(streams)} queues in ${group(cycles)} cycles`;
  const time = `${result.wall_s.toFixed(1)} s, ${engine}, memory ${result.memory_model}`;
  if (divergence === null)
    return `  the same: ${size}, memory behind each of ${String(steps)} steps (${time})`;
  const lines = [
    `  ${divergence.message}`,
    ...field("kernel", divergence.kernel),
    ...field("step", divergence.step),
    ...field("layer", divergence.layer),
    ...field("phase", divergence.phase),
    ...field("row", divergence.row),
    ...field("cycle", divergence.cycle === null ? null : group(divergence.cycle)),
    ...values(divergence),
    ...divergence.origin.map(renderOrigin),
    ...divergence.buffers.map(
      ({ name, writers }) => `  ${"reads".padEnd(10)} ${name}, which ${writers.join(" and ")} writes`,
    ),
    ...result.followers.map(
      ({ stream, kernel, element, cycle }) =>
        `  ${"then".padEnd(10)} ${stream} (${kernel ?? "host"}) element ${String(element)}, cycle ${group(cycle)}`,
    ),
    ...(result.waveform === null
      ? []
      : [
          `  ${"waveform".padEnd(10)} ${result.waveform.file}: cycles ${String(result.waveform.from)} to ${String(result.waveform.to)}`,
        ]),
    `  ${"compared".padEnd(10)} ${size} (${time})`,
  ];
  return lines.join("\n");
}

function field(name: string, value: string | number | null): readonly string[] {
  return value === null ? [] : [`  ${name.padEnd(10)} ${String(value)}`];
}

function values({ expected, actual, expected_value, actual_value, lane }: Divergence): readonly string[] {
  const show = (bits: string | null, value: string | null): string =>
    bits === null ? "nothing" : value === null ? bits : `${bits} = ${value}`;
  if (expected === null && actual === null) return [];
  return [
    `  ${"expected".padEnd(10)} ${show(expected, expected_value)}`,
    `  ${"actual".padEnd(10)} ${show(actual, actual_value)}`,
    ...field("lane", lane),
  ];
}

function renderOrigin(
  { process, command, loops, where }: Divergence["origin"][number],
  index: number,
): string {
  const counters = loops.map(({ name, value }) => `${name} ${String(value)}`).join(", ");
  const verb = index === 0 ? "written by" : "told by";
  return `  ${verb.padEnd(10)} ${process}, command ${String(command)}${counters === "" ? "" : `, ${counters}`} (${where})`;
}

function group(value: number): string {
  return value.toLocaleString("en-US");
}
