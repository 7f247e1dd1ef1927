import type { EvalResult } from "../schemas/eval.ts";

const size = { width: 960, height: 420, left: 60, right: 190, top: 30, bottom: 110 } as const;
/** Colours that are told apart by people who see few of them (Okabe and Ito). */
const colours = ["#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#000000", "#8a8a00"];

/** Signal to noise of every matrix, one line for each precision, as an SVG image. */
export function plotNoise({ layers, model }: Pick<EvalResult, "layers" | "model">): string {
  const names = [...new Set(layers.map(({ name }) => name))];
  const kinds = [...new Set(layers.map(({ precision, kv_bits }) => `${precision}, kv ${kv_bits}`))];
  const highest = Math.max(10, ...layers.map(({ sqnr_db }) => sqnr_db ?? 0));
  const lowest = Math.min(0, ...layers.map(({ sqnr_db }) => sqnr_db ?? 0));
  const x = (i: number): number =>
    size.left + (i * (size.width - size.left - size.right)) / Math.max(names.length - 1, 1);
  const y = (db: number): number =>
    size.top + ((highest - db) * (size.height - size.top - size.bottom)) / (highest - lowest);
  const lines = kinds.flatMap((kind, k) => {
    const colour = colours[k % colours.length] ?? "#000000";
    const points = layers
      .filter((layer) => `${layer.precision}, kv ${layer.kv_bits}` === kind && layer.sqnr_db !== null)
      .map((layer) => `${x(names.indexOf(layer.name)).toFixed(1)},${y(layer.sqnr_db ?? 0).toFixed(1)}`);
    const legend = size.top + 16 * k;
    const dashes = k >= colours.length ? ` stroke-dasharray="5 3"` : "";
    return [
      `<polyline fill="none" stroke="${colour}" stroke-width="1.5"${dashes} points="${points.join(" ")}"/>`,
      `<line x1="${size.width - size.right + 15}" x2="${size.width - size.right + 35}" y1="${legend}" y2="${legend}" stroke="${colour}" stroke-width="2"${dashes}/>`,
      `<text x="${size.width - size.right + 40}" y="${legend + 4}">${kind}</text>`,
    ];
  });
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${size.width} ${size.height}" font-family="sans-serif" font-size="11">`,
    `<rect width="100%" height="100%" fill="#ffffff"/>`,
    `<text x="${size.left}" y="16">${escapeText(model.id)}: signal to quantization noise of what each matrix gives, dB</text>`,
    ...gridLines(lowest, highest, y),
    ...names.map((name, i) => nameLabel(name, x(i))),
    ...lines,
    "</svg>",
    "",
  ].join("\n");
}

function gridLines(lowest: number, highest: number, y: (db: number) => number): readonly string[] {
  const first = Math.ceil(lowest / 10);
  return Array.from({ length: Math.floor(highest / 10) - first + 1 }, (_, i) => {
    const db = 10 * (first + i);
    const height = y(db).toFixed(1);
    return `<line x1="${size.left}" x2="${size.width - size.right}" y1="${height}" y2="${height}" stroke="#dddddd"/><text x="${size.left - 8}" y="${height}" dy="4" text-anchor="end">${db}</text>`;
  });
}

function nameLabel(name: string, x: number): string {
  const y = size.height - size.bottom + 12;
  return `<text transform="translate(${x.toFixed(1)} ${y}) rotate(60)">${escapeText(name)}</text>`;
}

function escapeText(text: string): string {
  return text.replace(/[<&>]/gu, (sign) => `&#${sign.charCodeAt(0)};`);
}
