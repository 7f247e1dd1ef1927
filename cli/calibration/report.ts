/** Resources as device files name them. */
export const RESOURCES = ["lut", "ff", "dsp", "bram18", "uram"] as const;

/** One of them. */
export type Resource = (typeof RESOURCES)[number];

/** What a tool's report says about a placed and routed design. */
export interface ToolReport {
  readonly tool: string;
  readonly kind: "timing" | "utilization" | "both";
  /** The design's name; undefined where the report does not have one. */
  readonly design: string | undefined;
  /** MHz that each clock reaches. */
  readonly clocks: ReadonlyMap<string, number>;
  readonly resources: Readonly<Partial<Record<Resource, Usage>>>;
}

/** How much of a resource is used. */
export interface Usage {
  readonly used: number;
  readonly available: number;
}

/** A report, or why a text is none. */
export type ParsedReport =
  | { readonly kind: "report"; readonly report: ToolReport }
  | { readonly kind: "malformed"; readonly problem: string };
