import type { Attribute } from "../../core/attribute.ts";
import { type Operation, Region } from "../../core/operation.ts";
import { type FunctionType, printType, sameType, type Type } from "../../core/type.ts";
import { printSymbol } from "../literal.ts";
import { printDict } from "../print/attribute.ts";
import { type DialectSyntax, regionOf, stringOf, terminatorSyntax, textOf } from "./common.ts";
import type { NamedArg, OpReader } from "./hook.ts";

const SAID = ["sym_name", "function_type", "sym_visibility", "arg_attrs"];

function signature(op: Operation): FunctionType | undefined {
  const attribute = op.attribute("function_type");
  return attribute?.kind === "type" && attribute.type.kind === "function" ? attribute.type : undefined;
}

/** Attributes of the `index`-th argument, as text behind its type. */
function argAttrs(op: Operation, index: number): string {
  const all = op.attribute("arg_attrs");
  const own = all?.kind === "array" ? all.elements[index] : undefined;
  return own?.kind === "dict" && Object.keys(own.entries).length > 0 ? ` ${printDict(own.entries)}` : "";
}

function argAttrsFit(op: Operation, count: number): boolean {
  const all = op.attribute("arg_attrs");
  if (all === undefined) return true;
  if (
    all.kind !== "array" ||
    all.elements.length !== count ||
    !all.elements.every(({ kind }) => kind === "dict")
  )
    return false;
  return all.elements.some((entry) => entry.kind === "dict" && Object.keys(entry.entries).length > 0);
}

/** Whether the printed head would give the signature and the arguments again. */
function fitsFunction(op: Operation): boolean {
  const type = signature(op);
  const visibility = op.attribute("sym_visibility");
  if (type === undefined || !argAttrsFit(op, type.inputs.length)) return false;
  if (
    visibility !== undefined &&
    (visibility.kind !== "string" || !["private", "public", "nested"].includes(visibility.value))
  )
    return false;
  const [block] = regionOf(op).blocks;
  if (block === undefined) return true;
  return (
    block.args.length === type.inputs.length &&
    block.args.every((arg, index) => sameTypeAt(arg.type, type.inputs[index]))
  );
}

function sameTypeAt(type: Type, other: Type | undefined): boolean {
  return other !== undefined && sameType(type, other);
}

interface Parameter {
  readonly arg: NamedArg | undefined;
  readonly type: Type;
  readonly attribute: Attribute;
}

function readParameter(reader: OpReader): Parameter {
  const use = reader.atUse() ? reader.use() : undefined;
  if (use !== undefined) reader.expect(":");
  const type = reader.type();
  return {
    arg: use === undefined ? undefined : { use, type },
    type,
    attribute: { kind: "dict", entries: reader.attrDict() },
  };
}

/** `func.func private @f(%a: i8) -> i8 attributes {…} { … }`; without a body it is a declaration. */
export const funcSyntax: DialectSyntax = {
  "func.return": { ...terminatorSyntax, shortName: "return" },
  "func.func": {
    fits: fitsFunction,
    print(op, writer) {
      const visibility = textOf(op, "sym_visibility");
      const type = signature(op);
      const [block] = regionOf(op).blocks;
      writer.write(`${visibility === "" ? "" : ` ${visibility}`} ${printSymbol(textOf(op, "sym_name"))}`);
      const args = (type?.inputs ?? []).map((input, index) => {
        const arg = block?.args[index];
        return `${arg === undefined ? "" : `${writer.name(arg)}: `}${printType(input)}${argAttrs(op, index)}`;
      });
      writer.listing(args, 40);
      const results = type?.results ?? [];
      const [only] = results;
      if (results.length === 1 && only !== undefined && only.kind !== "function")
        writer.write(` -> ${printType(only)}`);
      else if (results.length > 0) writer.write(` -> (${results.map(printType).join(", ")})`);
      if (Object.keys(op.attributes).some((key) => !SAID.includes(key))) writer.write(" attributes");
      writer.attrDict(op.attributes, SAID);
      if (block === undefined) return;
      writer.write(" ");
      writer.region(regionOf(op), { headed: true });
    },
    parse(reader) {
      const visibility = ["private", "public", "nested"].find((word) => reader.accept(word));
      const name = reader.symbol();
      const parameters = reader.parens(() => readParameter(reader));
      const results = reader.accept("->") ? reader.resultTypes() : [];
      const more = reader.accept("attributes") ? reader.attrDict() : {};
      const args = parameters.flatMap(({ arg }) => (arg === undefined ? [] : [arg]));
      const hasAttrs = parameters.some(
        ({ attribute }) => attribute.kind === "dict" && Object.keys(attribute.entries).length > 0,
      );
      const region = reader.at("{") ? reader.region("func.func", { args }) : new Region();
      return {
        regions: [region],
        attributes: {
          sym_name: stringOf(name),
          function_type: {
            kind: "type",
            type: { kind: "function", inputs: parameters.map(({ type }) => type), results },
          },
          ...(visibility === undefined ? {} : { sym_visibility: stringOf(visibility) }),
          ...(hasAttrs
            ? { arg_attrs: { kind: "array", elements: parameters.map(({ attribute }) => attribute) } }
            : {}),
          ...more,
        },
      };
    },
  },
};
