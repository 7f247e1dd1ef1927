import type { Attribute } from "../../core/attribute.ts";
import type { OpSpec } from "../../core/op-definition.ts";
import type { Type } from "../../core/type.ts";
import { at, present } from "../../support/bug.ts";
import type { OpParts, OpReader } from "../custom/hook.ts";
import type { UseName } from "../parse/scopes.ts";
import { parseFormatAttribute } from "./attributes.ts";
import type { FormatElement, ValueRef } from "./elements.ts";
import { readFastmath } from "./fastmath.ts";
import type { TypeSource } from "./type-plan.ts";

/** What has been read so far. */
interface Reading {
  readonly uses: Map<number, UseName>;
  readonly operandTypes: Map<number, Type>;
  readonly resultTypes: Map<number, Type>;
  readonly attributes: Record<string, Attribute>;
  rest: readonly UseName[];
  restTypes: readonly Type[];
}

/** Reads the body of an operation as its format says. */
export function parseFormat(
  reader: OpReader,
  spec: OpSpec,
  elements: readonly FormatElement[],
  plan: readonly TypeSource[],
): OpParts {
  const reading: Reading = {
    uses: new Map(),
    operandTypes: new Map(),
    resultTypes: new Map(),
    attributes: {},
    rest: [],
    restTypes: [],
  };
  for (const element of elements) readElement(element, reader, spec, reading);
  const written = ({ side, index }: ValueRef): Type =>
    (side === "operand" ? reading.operandTypes : reading.resultTypes).get(index) ??
    reader.fail("types of all operands and results");
  const typeOf = (position: number, ref: ValueRef): Type => {
    const source = at(plan, position);
    if (source.kind === "fixed") return source.type;
    return written(source.kind === "same" ? source.as : ref);
  };
  const named = Object.keys(spec.operands);
  const operands = named.map((name, index) =>
    reader.resolve(present(reading.uses.get(index), name), typeOf(index, { side: "operand", index })),
  );
  const resultTypes = Object.keys(spec.results).map((_, index) =>
    typeOf(named.length + index, { side: "result", index }),
  );
  return {
    operands: [...operands, ...reader.resolveAll(reading.rest, reading.restTypes)],
    resultTypes,
    attributes: reading.attributes,
  };
}

function readElement(element: FormatElement, reader: OpReader, spec: OpSpec, reading: Reading): void {
  switch (element.kind) {
    case "literal":
      reader.expect(element.text);
      break;
    case "operand":
      reading.uses.set(element.index, reader.use());
      break;
    case "rest":
      reading.rest = reader.uses();
      break;
    case "attribute":
      reading.attributes[element.name] = parseFormatAttribute(reader, spec.attrs[element.name]);
      break;
    case "type":
      (element.of.side === "operand" ? reading.operandTypes : reading.resultTypes).set(
        element.of.index,
        reader.type(),
      );
      break;
    case "rest-types":
      reading.restTypes = reading.rest.length === 0 ? [] : reader.types();
      break;
    case "functional-type":
      readFunctionalType(reader, spec, reading);
      break;
    case "fastmath":
      Object.assign(reading.attributes, readFastmath(reader));
      break;
    case "attr-dict":
      Object.assign(reading.attributes, reader.attrDict());
      break;
    default:
      element satisfies never;
  }
}

function readFunctionalType(reader: OpReader, spec: OpSpec, reading: Reading): void {
  const inputs = reader.parens(() => reader.type());
  reader.expect("->");
  inputs.forEach((type, index) => {
    reading.operandTypes.set(index, type);
  });
  reading.restTypes = inputs.slice(Object.keys(spec.operands).length);
  reader.resultTypes().forEach((type, index) => {
    reading.resultTypes.set(index, type);
  });
}
