import { intervalSentence, type KernelInterval } from "../../backend-hls/index.ts";
import { DEADLOCK_ARGUMENT, type ReportedStep, type StepReport } from "./step-report.ts";

/** Parts of the critical path below this share of a step are added up in one line. */
const SMALL = 0.005;

/** `report.md` of a build: how long a step takes, where every cycle goes, what each kernel waits for, and why its interval is what it is. */
export function reportText(title: string, { memoryModel, steps, kernels }: StepReport): string {
  const sections = [
    `# ${title}\n\nEstimated by replaying the schedule with memory ${memoryModel}; cycles are those of the hardware.`,
    `## Steps\n\n${stepTable(steps)}`,
    ...steps.map((step) => pathSection(step)),
    ...steps.map((step) => waitSection(step)),
    `## Deadlock freedom\n\n${DEADLOCK_ARGUMENT}\n\n${deadlockTable(steps)}`,
    `## Pace of the kernels\n\n${intervalTable(kernels)}`,
  ];
  return `${sections.join("\n\n")}\n`;
}

/** What `compile` prints: one line a step. */
export function reportLines({ steps }: StepReport): readonly string[] {
  return steps.map(({ name, rows, position, estimate: { cycles, breakdown } }) => {
    const step = `${name} step, ${rows} row${rows === 1 ? "" : "s"} from position ${position}`;
    if (breakdown === undefined) return `${step}: ${number(cycles)} cycles`;
    const { array, attention, latencies, port, cycles: bound } = breakdown.bound;
    const parts = `${number(array)} beats + ${number(attention)} attention + ${number(latencies)} latencies; port ${number(port)}`;
    return `${step}: ${number(cycles)} cycles, bound ${number(bound)} (${parts}), ${(cycles / bound).toFixed(2)}x`;
  });
}

function deadlockTable(steps: readonly ReportedStep[]): string {
  return table(
    ["step", "rows", "position", "queues", "elements", "free of deadlock"],
    steps.map(({ name, rows, position, deadlock: { queues, elements, free, breach } }) =>
      [name, rows, position, queues, elements, free ? "yes" : `no: ${breach ?? "nothing happened"}`].map(
        cell,
      ),
    ),
  );
}

function stepTable(steps: readonly ReportedStep[]): string {
  const head = [
    "step",
    "rows",
    "position",
    "cycles",
    "bound",
    "beats",
    "attention",
    "latencies",
    "port",
    "above",
  ];
  return table(
    head,
    steps.map(({ name, rows, position, estimate: { cycles, breakdown } }) => {
      const bound = breakdown?.bound;
      const parts = [bound?.cycles, bound?.array, bound?.attention, bound?.latencies, bound?.port];
      const above = cycles - (bound?.cycles ?? cycles);
      return [name, rows, position, cycles, ...parts.map((part) => part ?? 0), above].map(cell);
    }),
  );
}

function pathSection({ name, estimate: { cycles, breakdown } }: ReportedStep): string {
  const { path = [], phases = [] } = breakdown ?? {};
  const large = path.filter((part) => part.cycles >= SMALL * cycles);
  const rest = cycles - large.reduce((sum, part) => sum + part.cycles, 0);
  const rows = large.map((part) => [
    part.phase,
    part.part,
    part.cause,
    part.queue ?? "",
    cell(part.cycles),
    share(part.cycles, cycles),
  ]);
  const head = ["phase", "awaited", "why", "through", "cycles", "share"];
  const small = ["all", "parts below 0.5 %", "", "", cell(rest), share(rest, cycles)];
  const sums = phases.map((phase) => [phase.name, cell(phase.cycles), share(phase.cycles, cycles)]);
  return [
    `## Where the cycles of a ${name} step go`,
    "Along the critical path every cycle is charged once. A phase ends with the array's last beat of it.",
    table(["phase", "cycles", "share"], sums),
    "`work`: the kernel itself went on; `latency`: its result was on its way; `memory`: an engine was awaited; `room`: a full queue was.",
    table(head, [...rows, small]),
  ].join("\n\n");
}

function waitSection({ name, estimate: { kernels } }: ReportedStep): string {
  const rows = kernels.map(({ name: kernel, commands, issues, busyCycles, waits }) => {
    const longest = waits.toSorted((a, b) => b.cycles - a.cycles).slice(0, 3);
    const texts = longest.map(({ queue, kind, cycles }) => `${kind} of ${queue} ${number(cycles)}`);
    return [kernel, cell(commands), cell(issues), cell(busyCycles), texts.join(", ")];
  });
  return `## What the kernels of a ${name} step wait for\n\n${table(["kernel", "commands", "iterations", "busy", "waited for (cycles)"], rows)}`;
}

function intervalTable(kernels: readonly KernelInterval[]): string {
  return table(
    ["kernel", "II", "depth", "why"],
    kernels.map(({ name, ii, depth, bound }) => [name, cell(ii), cell(depth), intervalSentence(bound)]),
  );
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(" | ")} |`;
  return [line(head), line(head.map(() => "---")), ...rows.map(line)].join("\n");
}

function cell(value: number | string): string {
  return typeof value === "number" ? number(value) : value;
}

function number(value: number): string {
  return value.toLocaleString("en-US");
}

function share(part: number, whole: number): string {
  return `${((100 * part) / whole).toFixed(1)} %`;
}
