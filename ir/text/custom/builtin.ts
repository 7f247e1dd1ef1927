import { printSymbol } from "../literal.ts";
import { type DialectSyntax, hasArgs, regionOf, stringOf, textOf } from "./common.ts";

/** `module @name attributes {…} { … }`. */
export const builtinSyntax: DialectSyntax = {
  "builtin.module": {
    shortName: "module",
    fits: (op) => hasArgs(op, 0) && op.operands.length === 0,
    print(op, writer) {
      const said = op.attribute("sym_name") === undefined ? [] : ["sym_name"];
      if (said.length > 0) writer.write(` ${printSymbol(textOf(op, "sym_name"))}`);
      if (Object.keys(op.attributes).length > said.length) writer.write(" attributes");
      writer.attrDict(op.attributes, said);
      writer.write(" ");
      writer.region(regionOf(op), { headed: true });
    },
    parse(reader) {
      const name = reader.at("{") || reader.at("attributes") ? {} : { sym_name: stringOf(reader.symbol()) };
      const more = reader.accept("attributes") ? reader.attrDict() : {};
      return { attributes: { ...name, ...more }, regions: [reader.region("builtin.module")] };
    },
  },
};
