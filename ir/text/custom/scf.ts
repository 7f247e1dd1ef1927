import type { Operation } from "../../core/operation.ts";
import { i1 } from "../../core/type.ts";
import { at } from "../../support/bug.ts";
import {
  type DialectSyntax,
  hasArgs,
  printResultTypes,
  readResultTypes,
  regionOf,
  terminatorSyntax,
} from "./common.ts";

function isBare(op: Operation): boolean {
  const { ops } = regionOf(op, 1).block;
  const [only] = ops;
  return (
    ops.length === 1 &&
    only?.name === "scf.yield" &&
    only.operands.length === 0 &&
    Object.keys(only.attributes).length === 0
  );
}

/** `scf.if %c -> (t) { … } else { … }`; a missing `else` does nothing. */
export const scfSyntax: DialectSyntax = {
  "scf.yield": terminatorSyntax,
  "scf.if": {
    fits: (op) => hasArgs(op, 0) && op.regions.every(({ block }) => block.ops.length > 0),
    print(op, writer) {
      const implied = op.results.length === 0 ? { headed: true, implied: "scf.yield" } : { headed: true };
      writer.write(` ${writer.name(at(op.operands, 0))}`);
      printResultTypes(
        op.results.map(({ type }) => type),
        writer,
      );
      writer.write(" ");
      writer.region(regionOf(op), implied);
      if (!isBare(op)) {
        writer.write(" else ");
        writer.region(regionOf(op, 1), implied);
      }
      writer.attrDict(op.attributes);
    },
    parse(reader) {
      const condition = reader.resolve(reader.use(), i1);
      const resultTypes = readResultTypes(reader);
      const implied = { implied: "scf.yield" };
      const whenTrue = reader.region("scf.if", implied);
      const whenFalse = reader.accept("else")
        ? reader.region("scf.if", implied)
        : reader.impliedRegion("scf.yield");
      return {
        operands: [condition],
        resultTypes,
        regions: [whenTrue, whenFalse],
        attributes: reader.attrDict(),
      };
    },
  },
};
