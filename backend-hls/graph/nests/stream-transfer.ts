import { at, present, type Value } from "../../../ir/index.ts";
import { type Around, arrayType, copyConnections, isLastCell, storeToCopies, walkCells } from "./transfer.ts";

/** Starts the reception of an array from an outside stream, cell after cell in row-major order. */
export function receiveArray({ s, program, copies }: Around, value: Value, stream: Value): void {
  const buffers = copies.all(value);
  const name = `receive_${present(stream.hint, "a name")}`;
  const [command, done] = [s.tokens(`${name}_cmd`), s.tokens(`${name}_done`)];
  s.kernel({
    name,
    command,
    fields: [],
    done,
    connections: { ...copyConnections(buffers), [CELLS]: stream },
    body: ({ b, port }) => {
      walkCells(b, arrayType(at(buffers, 0)), (subscripts) => {
        storeToCopies(b, port, b.read(present(port[CELLS], "cells")), subscripts);
      });
    },
  });
  program.step({ after: [], sends: [{ to: command, fields: [] }], done, results: [value] });
}

/** Starts the sending of an array to an outside stream of cells, each with whether it is the last one. */
export function sendArray({ s, program, copies }: Around, value: Value, stream: Value): void {
  const buffer = at(copies.all(value), 0);
  const name = `send_${present(stream.hint, "a name")}`;
  const [command, done] = [s.tokens(`${name}_cmd`), s.tokens(`${name}_done`)];
  const type = arrayType(buffer);
  s.kernel({
    name,
    command,
    fields: [],
    done,
    connections: { array: buffer, [CELLS]: stream },
    body: ({ b, port }) => {
      walkCells(b, type, (subscripts) => {
        const last = isLastCell(b, subscripts, type);
        b.write(present(port[CELLS], "cells"), b.load(present(port.array, "an array"), ...subscripts), last);
      });
    },
  });
  program.step({ after: [value], sends: [{ to: command, fields: [] }], done });
}

const CELLS = "cells";
