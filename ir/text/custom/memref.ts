import { printType } from "../../core/type.ts";
import type { DialectSyntax } from "./common.ts";

/** `memref.alloc() {name = "acc"} : memref<4xi32>`. */
export const memrefSyntax: DialectSyntax = {
  "memref.alloc": {
    print(op, writer) {
      writer.write("()");
      writer.attrDict(op.attributes);
      writer.write(` : ${printType(op.result.type)}`);
    },
    parse(reader) {
      reader.expect("(");
      reader.expect(")");
      const attributes = reader.attrDict();
      reader.expect(":");
      return { attributes, resultTypes: [reader.type()] };
    },
  },
};
