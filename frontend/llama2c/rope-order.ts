/**
 * Brings the rows of a query or key matrix from interleaved rotary order, in which channels 2i and 2i+1 of a
 * head turn together, to half-split order, in which i and i + headDim/2 do. Scores do not change, because
 * queries and keys are permuted alike.
 *
 * `[a0 b0 a1 b1 …] ==> [a0 a1 … b0 b1 …]` within each head; `weights` is [heads * headDim, columns].
 */
export function toHalfSplitRows(weights: Float32Array, headDim: number, columns: number): Float32Array {
  const permuted = new Float32Array(weights.length);
  const rows = weights.length / columns;
  const half = headDim / 2;
  for (let row = 0; row < rows; row++) {
    const channel = row % headDim;
    const partner = channel < half ? 2 * channel : 2 * (channel - half) + 1;
    const from = (row - channel + partner) * columns;
    permuted.set(weights.subarray(from, from + columns), row * columns);
  }
  return permuted;
}
