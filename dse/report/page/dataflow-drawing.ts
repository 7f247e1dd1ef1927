import loaded from "@dagrejs/dagre";
import type { QueueDetail } from "./queue-detail.ts";

/** An edge behind the layout. */
interface RoutedEdge {
  readonly points: readonly { readonly x: number; readonly y: number }[];
}

interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** What is used of dagre: its own declarations do not resolve under Node's rules. */
interface Dagre {
  readonly graphlib: { readonly Graph: new (options: { readonly multigraph: boolean }) => LayoutGraph };
  readonly layout: (graph: LayoutGraph) => void;
}

interface LayoutGraph {
  setGraph(options: Readonly<Record<string, string | number>>): void;
  setDefaultEdgeLabel(label: () => object): void;
  setNode(name: string, size: { readonly width: number; readonly height: number }): void;
  setEdge(from: string, to: string, label: object, name: string): void;
  graph(): { readonly width?: number; readonly height?: number };
  node(name: string): Box;
  edge(edge: { readonly v: string; readonly w: string; readonly name: string }): RoutedEdge;
}

const dagre = loaded as unknown as Dagre; // see there

/** Pixels of a box, by the letters of its name. */
const LETTER = 7;
const HEIGHT = 22;

/**
 * The kernels of a design and the queues between them as SVG, laid out by dagre; width and depth of a queue on its edge. The
 * sequencer's commands go everywhere and are left out.
 */
export function dataflowDrawing(all: readonly QueueDetail[]): string {
  const queues = all.filter(({ from }) => from !== "sequence");
  const graph = new dagre.graphlib.Graph({ multigraph: true });
  graph.setGraph({ rankdir: "LR", nodesep: 8, ranksep: 60, marginx: 8, marginy: 8 });
  graph.setDefaultEdgeLabel(() => ({}));
  const names = [...new Set(queues.flatMap(({ from, to }) => [from, to]))];
  for (const name of names) graph.setNode(name, { width: LETTER * name.length + 12, height: HEIGHT });
  for (const { name, from, to } of queues) graph.setEdge(from, to, {}, name);
  dagre.layout(graph);
  const size = graph.graph();
  const edges = queues.map(({ name, from, to, width, depth }) => {
    const { points } = graph.edge({ v: from, w: to, name });
    const line = points.map(({ x, y }) => `${x.toFixed(1)},${y.toFixed(1)}`).join(" ");
    const middle = points[Math.floor(points.length / 2)];
    const weight = (0.6 + Math.log2(width + 1) / 4).toFixed(2);
    const label = `${name}: ${String(width)} bits, ${String(depth)} deep`;
    const text =
      width < 16 || middle === undefined
        ? ""
        : `<text x="${middle.x.toFixed(1)}" y="${(middle.y - 2).toFixed(1)}" class="queue">${String(width)}×${String(depth)}</text>`;
    return `<g><title>${label}</title><polyline points="${line}" stroke-width="${weight}" marker-end="url(#arrow)"/>${text}</g>`;
  });
  const boxes = names.map((name) => {
    const { x, y, width, height } = graph.node(name);
    const corner = `x="${(x - width / 2).toFixed(1)}" y="${(y - height / 2).toFixed(1)}"`;
    return `<g data-kernel="${name}"><rect ${corner} width="${String(width)}" height="${String(height)}" rx="4"/><text x="${x.toFixed(1)}" y="${(y + 4).toFixed(1)}">${name}</text></g>`;
  });
  const [width, height] = [Math.ceil(size.width ?? 0), Math.ceil(size.height ?? 0)];
  return `<svg class="dataflow" viewBox="0 0 ${String(width)} ${String(height)}" width="${String(width)}" role="img" aria-label="kernels and queues"><defs><marker id="arrow" viewBox="0 0 6 6" refX="6" refY="3" markerWidth="6" markerHeight="6" markerUnits="userSpaceOnUse" orient="auto"><path d="M0,0 L6,3 L0,6 z"/></marker></defs>${edges.join("")}${boxes.join("")}</svg>`;
}
