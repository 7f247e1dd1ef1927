import { at } from "../../../ir/index.ts";
import type { Cone, ConeEdge } from "./cone.ts";

/** Lines, outputs or clock edges that are evaluated together; clusters run in order. */
export interface Cluster {
  readonly kind: "lines" | "outputs" | "edges";
  /** Lines of the cone in order. */
  readonly lines: readonly number[];
  readonly edges: readonly ConeEdge[];
  /** The text of each output; only in the cluster of outputs. */
  readonly outputs: readonly string[];
  /** Names that are read and not made here: `v`, `I`, `D`, `X`, `M` with a number. */
  readonly reads: ReadonlySet<string>;
}

const NAME = /\b[vIDXM]\d+\b/gu;

function namesIn(text: string): readonly string[] {
  return text.match(NAME) ?? [];
}

/**
 * Lines of one instance go together as far as nothing from another instance that depends on them comes in between; then the
 * outputs, then the clock edges of each instance.
 */
export function clustersOf(cone: Cone, results: readonly string[]): readonly Cluster[] {
  const levels: number[] = [];
  const members = new Map<
    string,
    { readonly level: number; readonly group: number; readonly lines: number[] }
  >();
  cone.lines.forEach(({ text, group }, index) => {
    const level = namesIn(text)
      .filter((name) => name.startsWith("v"))
      .reduce((most, name) => {
        const line = Number(name.slice(1));
        return Math.max(most, at(levels, line) + (at(cone.lines, line).group === group ? 0 : 1));
      }, 0);
    levels.push(level);
    const key = `${String(level)}:${String(group)}`;
    const member = members.get(key) ?? { level, group, lines: [] };
    members.set(key, member);
    member.lines.push(index);
  });
  const ordered = [...members.values()].sort((a, b) => a.level - b.level || a.group - b.group);
  const groups = [...new Set(cone.edges.map(({ group }) => group))].sort((a, b) => a - b);
  return [
    ...ordered.map(({ lines }) => lineCluster(cone, lines)),
    { kind: "outputs", lines: [], edges: [], outputs: results, reads: new Set(results.flatMap(namesIn)) },
    ...groups.map((group) => edgeCluster(cone.edges.filter((edge) => edge.group === group))),
  ];
}

function lineCluster(cone: Cone, lines: readonly number[]): Cluster {
  const own = new Set(lines.map((line) => `v${String(line)}`));
  const reads = lines.flatMap((line) => namesIn(at(cone.lines, line).text)).filter((name) => !own.has(name));
  return { kind: "lines", lines, edges: [], outputs: [], reads: new Set(reads) };
}

function edgeCluster(edges: readonly ConeEdge[]): Cluster {
  const texts = edges.flatMap(({ enable, value, target }) =>
    target.kind === "word" ? [enable, value, target.address] : [enable, value],
  );
  return { kind: "edges", lines: [], edges, outputs: [], reads: new Set(texts.flatMap(namesIn)) };
}

/** The body of a cluster: values from elsewhere, its own lines, and whom a change wakes. */
export function clusterText(cone: Cone, clusters: readonly Cluster[], cluster: Cluster): string {
  const wake = (name: string): string =>
    clusters.flatMap((other, index) => (other.reads.has(name) ? [`Q[${String(index)}] = 1;`] : [])).join(" ");
  const placeOf = (name: string): string => {
    const number = name.slice(1);
    const letter = name.charAt(0);
    if (letter !== "v") return `${letter}[${number}]`;
    return `${at(cone.lines, Number(number)).width < 32 ? "Y" : "Z"}[${number}]`;
  };
  const inputs = [...cluster.reads]
    .filter((name) => !name.startsWith("M"))
    .map((name) => `const ${name} = ${placeOf(name)};`);
  const lines = cluster.lines.flatMap((line) => {
    const name = `v${String(line)}`;
    const woken = wake(name);
    const made = `const ${name} = ${at(cone.lines, line).text};`;
    return woken === ""
      ? [made]
      : [made, `if (${placeOf(name)} !== ${name}) { ${placeOf(name)} = ${name}; ${woken} }`];
  });
  const outputs = cluster.outputs.map((text, index) => `O[${String(index)}] = ${text};`);
  const edges = cluster.edges.map(({ enable, target, value }) => {
    const when = enable === "1" ? "" : `${enable} === 1 && `;
    if (target.kind === "word") {
      const place = `M${String(target.memory)}[${target.address}]`;
      return `if (${when}${place} !== ${value}) { ${place} = ${value}; ${wake(`M${String(target.memory)}`)} }`;
    }
    const name = `${at(cone.states, target.state).width < 32 ? "I" : "D"}${String(target.state)}`;
    return `if (${when}${placeOf(name)} !== ${value}) { ${placeOf(name)} = ${value}; ${wake(name)} }`;
  });
  return [...inputs, ...lines, ...outputs, ...edges].join("\n");
}
