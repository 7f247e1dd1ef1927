import type { Attributes } from "../../core/attribute.ts";
import type { Operation } from "../../core/operation.ts";
import { FASTMATH_FLAGS, fastmathFlags } from "../../dialects/arith/fastmath.ts";
import type { OpReader } from "../custom/hook.ts";

const EXPECTED = `one of ${FASTMATH_FLAGS.join(", ")}`;

/** Reads `fastmath<reassoc, nnan>`, where it comes next. */
export function readFastmath(reader: OpReader): Attributes {
  if (!reader.accept("fastmath")) return {};
  const flags: string[] = [];
  reader.expect("<");
  do {
    const flag = reader.word(EXPECTED);
    if (!FASTMATH_FLAGS.includes(flag)) return reader.fail(EXPECTED);
    flags.push(flag);
  } while (reader.accept(","));
  reader.expect(">");
  return { fastmath: { kind: "opaque", text: `#arith.fastmath<${flags.join(",")}>` } };
}

/** `fastmath<reassoc>`, or nothing. */
export function fastmathText(op: Operation): string {
  return fastmathSaid(op).length === 0 ? "" : `fastmath<${fastmathFlags(op).join(",")}>`;
}

/** The names of the attributes that {@link fastmathText} says. */
export function fastmathSaid(op: Operation): readonly string[] {
  return fastmathFlags(op).length === 0 ? [] : ["fastmath"];
}
