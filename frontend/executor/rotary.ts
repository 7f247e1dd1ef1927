import { at } from "../../ir/index.ts";
import type { ModelConfig } from "../checkpoint.ts";

/** What the table of rotary positions follows from. */
export type RotaryConfig = Pick<ModelConfig, "headDim" | "ropeTheta" | "ropeScaling">;

/** Turning speeds of the pairs of a head in radians per position, [headDim / 2] (docs/numerics.md, "RoPE tables"). */
export function rotarySpeeds({ headDim, ropeTheta, ropeScaling }: RotaryConfig): Float64Array {
  return Float64Array.from({ length: headDim / 2 }, (_, j) =>
    scaledSpeed(ropeTheta ** ((-2 * j) / headDim), j, ropeScaling),
  );
}

/** Llama 3.1's rule is that of https://github.com/meta-llama/llama-models (`apply_scaling`). */
function scaledSpeed(speed: number, pair: number, scaling: ModelConfig["ropeScaling"]): number {
  switch (scaling.kind) {
    case "none":
      return speed;
    case "linear":
      return speed / scaling.factor;
    case "factors":
      return speed / at(scaling.factors, pair);
    case "llama3": {
      const { factor, lowTurns, highTurns, context } = scaling;
      const turns = (context * speed) / (2 * Math.PI);
      if (turns < lowTurns) return speed / factor;
      if (turns > highTurns) return speed;
      const whole = (turns - lowTurns) / (highTurns - lowTurns);
      return ((1 - whole) * speed) / factor + whole * speed;
    }
  }
}

/** Cosines and sines of one position, [headDim / 2] each. */
export interface RotaryRow {
  readonly cosines: Float32Array;
  readonly sines: Float32Array;
}

/** The table row of a position: f32(cos(position * speed)), likewise the sine. */
export function rotaryRow(position: number, speeds: Float64Array): RotaryRow {
  return {
    cosines: Float32Array.from(speeds, (speed) => Math.cos(position * speed)),
    sines: Float32Array.from(speeds, (speed) => Math.sin(position * speed)),
  };
}

/** The whole table, [positions, headDim]: per position the cosines, then the sines. */
export function rotaryTable(config: RotaryConfig, positions: number): Float32Array {
  const { headDim } = config;
  const speeds = rotarySpeeds(config);
  const table = new Float32Array(positions * headDim);
  for (let position = 0; position < positions; position++) {
    const { cosines, sines } = rotaryRow(position, speeds);
    table.set(cosines, position * headDim);
    table.set(sines, position * headDim + headDim / 2);
  }
  return table;
}
