import type { Architecture } from "../checkpoint.ts";

/** What distinguishes a family: its parts, and the values that fields have when config.json leaves them out. */
export interface Family {
  readonly architecture: Architecture;
  /** Class and `model_type` in config.json. */
  readonly className: string;
  readonly modelType: string;
  /** `all`: every layer unless `layer_types` says otherwise; `asked`: with `use_sliding_window`, from layer `max_window_layers` on. */
  readonly windows: "none" | "all" | "asked";
  readonly qkvBias: boolean;
  readonly qkNorm: boolean;
  /** Where a field is absent; a field that is `null` says that there is no window, or a key/value head per query head. */
  readonly absent: {
    readonly window: number | undefined;
    readonly kvHeads: number | undefined;
    readonly headDim: number | undefined;
    readonly maxContext: number;
    readonly maxWindowLayers: number;
  };
}

const qwen = { window: 4096, kvHeads: 32, maxContext: 32768, maxWindowLayers: 28 } as const;
const plain = { window: undefined, headDim: undefined, maxWindowLayers: 0 } as const;

/** The families, with the defaults of the transformers library. */
export const families: readonly Family[] = [
  {
    architecture: "llama",
    className: "LlamaForCausalLM",
    modelType: "llama",
    windows: "none",
    qkvBias: false,
    qkNorm: false,
    absent: { ...plain, kvHeads: undefined, maxContext: 2048 },
  },
  {
    architecture: "mistral",
    className: "MistralForCausalLM",
    modelType: "mistral",
    windows: "all",
    qkvBias: false,
    qkNorm: false,
    absent: { ...plain, window: 4096, kvHeads: 8, maxContext: 131072 },
  },
  {
    architecture: "qwen2",
    className: "Qwen2ForCausalLM",
    modelType: "qwen2",
    windows: "asked",
    qkvBias: true,
    qkNorm: false,
    absent: { ...qwen, headDim: undefined },
  },
  {
    architecture: "qwen3",
    className: "Qwen3ForCausalLM",
    modelType: "qwen3",
    windows: "asked",
    qkvBias: false,
    qkNorm: true,
    absent: { ...qwen, headDim: 128 },
  },
];
