import { createHash } from "node:crypto";
import { at, type Operation, type Value } from "../../../ir/index.ts";

/** What a module computes, names aside, as a short text: equal texts have equal cells. */
export function moduleKey(module: Operation): string {
  const hash = createHash("sha256");
  const { block } = at(module.regions, 0);
  const numbers = new Map<Value, number>();
  const number = (value: Value): number => {
    const known = numbers.get(value) ?? numbers.size;
    numbers.set(value, known);
    return known;
  };
  const width = ({ type }: Value): string =>
    type.kind === "int"
      ? String(type.width)
      : type.kind === "firmem"
        ? `${String(type.depth)}x${String(type.width)}`
        : "";
  for (const value of block.args) number(value);
  for (const op of block.ops) {
    const results = op.results.map((value) => `${String(number(value))}:${width(value)}`);
    hash.update(`${op.name}(${op.operands.map(number).join()})${results.join()}${attributesOf(op)}\n`);
  }
  return hash.digest("base64");
}

/** Attributes that mean something: numbers, the kind of a memory, its words. */
function attributesOf(op: Operation): string {
  return ["value", "lowBit", "predicate", "readLatency", "style", "init"]
    .map((name) => {
      const attribute = op.attribute(name);
      if (attribute?.kind === "int") return String(attribute.value);
      if (attribute?.kind === "string") return attribute.value;
      return attribute?.kind === "dense" ? attribute.values.join() : "";
    })
    .join(";");
}
