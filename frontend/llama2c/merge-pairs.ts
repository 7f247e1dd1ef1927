import { at, present } from "../../ir/index.ts";

/** What merging needs to know about a vocabulary. */
export interface MergeTable {
  /** The token whose bytes are those of the two, if there is one. */
  join(left: number, right: number): number | undefined;
  /** Its score: higher merges first. */
  score(id: number): number;
}

/** A pair that could merge; stale once one of its ends has merged with something else. */
interface Candidate {
  readonly left: number;
  readonly right: number;
  readonly leftId: number;
  readonly rightId: number;
  readonly joined: number;
  readonly score: number;
}

/**
 * Merges the pair of neighbours with the best score, the leftmost of equals, until none can merge:
 * llama2.c's `encode`, with a heap in place of its search (O(n log n) in place of O(n^2)).
 */
export function mergePairs(ids: readonly number[], table: MergeTable): readonly number[] {
  const tokens: (number | undefined)[] = [...ids];
  const next = ids.map((_, i) => i + 1);
  const previous = ids.map((_, i) => i - 1);
  const heap: Candidate[] = [];
  const offer = (left: number, right: number): void => {
    const [leftId, rightId] = [tokens[left], tokens[right]];
    if (leftId === undefined || rightId === undefined) return;
    const joined = table.join(leftId, rightId);
    if (joined !== undefined)
      push(heap, { left, right, leftId, rightId, joined, score: table.score(joined) });
  };
  for (let i = 0; i + 1 < ids.length; i++) offer(i, i + 1);
  for (let best = pop(heap); best !== undefined; best = pop(heap)) {
    const { left, right, leftId, rightId, joined } = best;
    if (tokens[left] !== leftId || tokens[right] !== rightId || next[left] !== right) continue;
    tokens[left] = joined;
    tokens[right] = undefined;
    const after = at(next, right);
    next[left] = after;
    if (after < tokens.length) previous[after] = left;
    offer(at(previous, left), left);
    offer(left, after);
  }
  return tokens.filter((token) => token !== undefined);
}

function isBefore(a: Candidate, b: Candidate): boolean {
  return a.score > b.score || (a.score === b.score && a.left < b.left);
}

function push(heap: Candidate[], candidate: Candidate): void {
  let index = heap.length;
  heap.push(candidate);
  while (index > 0) {
    const parent = (index - 1) >> 1;
    const above = at(heap, parent);
    if (!isBefore(candidate, above)) break;
    heap[index] = above;
    heap[parent] = candidate;
    index = parent;
  }
}

function pop(heap: Candidate[]): Candidate | undefined {
  const top = heap[0];
  const last = heap.pop();
  if (top === undefined || heap.length === 0) return top;
  const moving = present(last, "the last candidate of a heap");
  let index = 0;
  heap[0] = moving;
  for (;;) {
    const smaller = bestChild(heap, index);
    if (smaller === undefined || !isBefore(at(heap, smaller), moving)) return top;
    heap[index] = at(heap, smaller);
    heap[smaller] = moving;
    index = smaller;
  }
}

function bestChild(heap: readonly Candidate[], index: number): number | undefined {
  const left = 2 * index + 1;
  if (left >= heap.length) return undefined;
  const right = left + 1;
  return right < heap.length && isBefore(at(heap, right), at(heap, left)) ? right : left;
}
