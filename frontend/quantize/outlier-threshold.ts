import { type Calibration, layerInputNames, statisticsOf } from "../calibrate/statistics.ts";
import type { InputName } from "../executor/float-decoder.ts";

/** A linear input, and how many of its columns reach a threshold. */
interface OutlierCount {
  readonly input: InputName;
  readonly layer: number;
  readonly columns: number;
}

/** The linear input of which most columns reach a threshold on the calibration text; the first of equals. */
export function mostOutliers(calibration: Calibration, threshold: number): OutlierCount {
  const countOf = (input: InputName, layer: number): OutlierCount => {
    const { largest } = statisticsOf(calibration, input, layer);
    return { input, layer, columns: largest.filter((value) => value >= threshold).length };
  };
  return linearInputs(calibration)
    .map(([input, layer]) => countOf(input, layer))
    .reduce((most, one) => (one.columns > most.columns ? one : most));
}

/** The least threshold, a whole number of hundredths, that at most `columns` columns of every linear input reach. */
export function thresholdLeaving(calibration: Calibration, columns: number): number {
  const next = linearInputs(calibration).map(([input, layer]) => {
    const { largest } = statisticsOf(calibration, input, layer);
    return largest.toSorted((a, b) => b - a)[columns] ?? 0;
  });
  return (Math.floor(100 * Math.max(...next) + 0.001) + 1) / 100; // above it as a float32 too
}

function linearInputs({ layers }: Calibration): readonly (readonly [InputName, number])[] {
  const inner = layers.flatMap((_, layer) => layerInputNames.map((input) => [input, layer] as const));
  return [...inner, ["head", layers.length]];
}
