/** `kvLayerBytes` and `kv_layer_bytes` as C and Verilog write constants: `KV_LAYER_BYTES`. */
export function constantName(name: string): string {
  return name.replace(/([a-z0-9])([A-Z])/gu, "$1_$2").toUpperCase();
}

/** `kvLayerBytes` as C writes members: `kv_layer_bytes`. */
export function memberName(name: string): string {
  return constantName(name).toLowerCase();
}

/** Hexadecimal digits of a number, at least `digits`. */
export function hex(value: number | bigint, digits = 1): string {
  return value.toString(16).padStart(digits, "0");
}

/** Lines as the text of a file. */
export function textOf(lines: readonly string[]): string {
  return `${lines.join("\n")}\n`;
}
