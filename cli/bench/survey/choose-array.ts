import type {
  ArrayShape,
  Device as DeviceFile,
  ModelShape,
  ScheduleMode,
} from "../../../backend-hls/index.ts";
import { exploreHere, type Workload } from "../../../dse/index.ts";
import { at, ok, type Result } from "../../../ir/index.ts";

/** What arrays are compared for. */
export interface ArrayWishes {
  readonly device: DeviceFile;
  readonly schedule: ScheduleMode;
  /** Rows of a step; undefined: as many as serve the workload best. */
  readonly rows: number | undefined;
  readonly workload: Workload;
  readonly precision: string;
}

/** Designs that are planned: some seconds each. */
const EFFORT = 8;

/** The array with which a request of a workload is over first, of all that fit the device by the area model; the explorer's closed form compares them. */
export function chooseSurveyArray(
  model: ModelShape,
  { device, schedule, rows, workload, precision }: ArrayWishes,
): Result<ArrayShape> {
  const kvBits = model.precision?.kvBits ?? 8;
  const explored = exploreHere({
    device,
    variants: [{ precision, kvBits, model }],
    clocksMhz: [device.clock_mhz],
    rows,
    workload,
    objective: "latency",
    schedule,
    seed: 0,
    replay: false,
    effort: EFFORT,
    worth: 1,
    patience: 2,
  });
  if (explored.kind === "error") return explored;
  const { points, chosen } = explored.value;
  return ok(at(points, chosen).design.shape);
}
