import type { CompiledBuild } from "../build-folder/read-build-folder.ts";
import { hashContent } from "../build-folder/read-build-folder.ts";
import type { Manifest } from "../schemas/manifest.ts";

const verilog = "module hidalgo_top;\nendmodule\n";
const weights = Uint8Array.of(1, 2, 3, 4);

/** A manifest with every field, of a design that does not exist. */
export const tinyManifest: Manifest = {
  schema: "hidalgo.manifest/1",
  top: "hidalgo_top",
  model: {
    id: "tiny",
    arch: "llama",
    sha256: hashContent("tiny"),
    hidden: 8,
    layers: 2,
    heads: 4,
    kv_heads: 2,
    head_dim: 2,
    ffn: 12,
    vocab: 10,
    window: 3,
    bos_id: 0,
    eos_ids: [1],
  },
  rtl: [{ path: "rtl/hidalgo_top.v", sha256: hashContent(verilog) }],
  ports: {
    clock: "ap_clk",
    reset: "ap_rst_n",
    axi: [{ name: "m_axi_gmem0", data_bits: 64, addr_bits: 32 }],
    signals: [{ name: "ap_clk", direction: "in", bits: 1 }],
  },
  registers: [{ name: "control", offset: 0, access: "rw", fields: [{ name: "ap_start", lsb: 0, bits: 1 }] }],
  error_codes: { none: 0, watchdog: 8 },
  engines: ["weights"],
  memory_bytes: 8192,
  memory: [
    {
      name: "weights",
      base: 0,
      bytes: 4,
      file: "weights.bin",
      sha256: hashContent(weights),
      crc32: 0xb63cfbcd,
      layout: {},
    },
    { name: "kv", base: 4096, bytes: 4096, file: null, sha256: null, crc32: null, layout: {} },
  ],
  setup: [{ register: "control", value: { kind: "constant", value: 0 } }],
  start_command: [{ register: "control", value: { kind: "rows" } }],
  row_descriptor: {
    bytes: 32,
    fields: [{ name: "token", offset_bits: 0, bits: 32, doc: "token id" }],
    emit: { none: 0, argmax: 1 },
    emit_place_lsb: 8,
  },
  table: { region: "kv", bytes: 32, entry_bits: 32 },
  output: {
    region: "kv",
    bytes: 8,
    candidates: 1,
    fields: [{ name: "token", offset_bits: 0, bits: 32, type: "i32" }],
  },
  kv_layout: [],
  self_test: { prompt_ids: [0], token_ids: [3] },
  design: {
    id: "0123456789abcdef",
    rows: 4,
    macs: { linear: 8, attention: 4, other: 0 },
    port_bits: 64,
    ports: 1,
    weights: "stream",
    block_size: 16,
    hash: hashContent(verilog),
    device: "ref64",
    clock: { mhz: 200, source: "assumed" },
    precision: "w8a8",
    kv_bits: 8,
    schedule: "optimized",
    max_context: 32,
    kv_blocks: 3,
    outputs: { candidates: 1, logits: false },
    energy: { static_w: 2, pj_mac8: 1, pj_mac16: 2, pj_sram_byte: 1, pj_dram_byte: 100 },
  },
  estimate: { cycles_per_token: 1000 },
  tokenizer: null,
  versions: { hidalgo: "0.1.0" },
};

/** A build of that design, without its manifest file. */
export const tinyBuild: CompiledBuild = {
  manifest: tinyManifest,
  files: new Map<string, string | Uint8Array>([
    ["weights.bin", weights],
    ["rtl/hidalgo_top.v", verilog],
  ]),
};
