/** What a list of measurements comes to, as vLLM's benches report it. */
export interface Distribution {
  readonly mean: number;
  readonly median: number;
  readonly std: number;
  readonly p99: number;
}

/** Of at least one value; percentiles interpolate linearly, the standard deviation is the population's. */
export function distributionOf(values: readonly number[]): Distribution {
  const sorted = values.toSorted((a, b) => a - b);
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length;
  return { mean, median: percentile(sorted, 0.5), std: Math.sqrt(variance), p99: percentile(sorted, 0.99) };
}

function percentile(sorted: readonly number[], share: number): number {
  const place = share * (sorted.length - 1);
  const [low, high] = [sorted[Math.floor(place)] ?? 0, sorted[Math.ceil(place)] ?? 0];
  return low + (high - low) * (place - Math.floor(place));
}
