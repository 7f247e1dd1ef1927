/** Why the accelerator stopped: values of the error register and of the manifest's `error_codes`. */
export const ERROR_CODES = {
  none: 0,
  bad_rows: 1,
  read_region: 2,
  write_region: 3,
  read_slave_error: 4,
  read_decode_error: 5,
  write_slave_error: 6,
  write_decode_error: 7,
  watchdog: 8,
  read_alignment: 9,
  write_alignment: 10,
  start_while_busy: 11,
  memory_stuck: 12,
  aborted: 13,
  bad_token: 16,
  bad_position: 17,
  bad_slot: 18,
  bad_table: 19,
  bad_block: 20,
  bad_emit: 21,
  bad_visible: 22,
  bad_context: 23,
} as const;

/** The name of an error. */
export type ErrorName = keyof typeof ERROR_CODES;

/** Bits of an error code in hardware. */
export const ERROR_BITS = 5;

/** Bits of the number that says which engine or which row an error is about. */
export const WHERE_BITS = 16;

/** What an error means, what its `error_where` register counts, and what a host does about it. */
export interface ErrorMeaning {
  readonly what: string;
  readonly where: "nothing" | "engine" | "row";
  readonly hint: string;
}

const REGIONS = "compare the region registers and the start command with the memory map of the manifest";
const SLAVE =
  "the memory or the interconnect refused an access: check the address map of the board, then repeat the step";
const DESCRIPTOR = "write a descriptor as row_descriptor in the manifest says, then repeat the step";

/** The meaning of every code: what hosts, the register map and diagnostics say. */
export const ERROR_MEANINGS: Readonly<Record<ErrorName, ErrorMeaning>> = {
  none: { what: "the step ended well", where: "nothing", hint: "nothing to do" },
  bad_rows: {
    what: "a start command with no rows, or with more than the accelerator has",
    where: "nothing",
    hint: "write 1 to design.rows of the manifest into the register rows",
  },
  read_region: {
    what: "a read outside the readable region; it was not issued",
    where: "engine",
    hint: REGIONS,
  },
  write_region: {
    what: "a write outside the region of its engine; it was not issued",
    where: "engine",
    hint: REGIONS,
  },
  read_slave_error: { what: "memory answered a read with SLVERR", where: "engine", hint: SLAVE },
  read_decode_error: { what: "memory answered a read with DECERR", where: "engine", hint: SLAVE },
  write_slave_error: { what: "memory answered a write with SLVERR", where: "engine", hint: SLAVE },
  write_decode_error: { what: "memory answered a write with DECERR", where: "engine", hint: SLAVE },
  watchdog: {
    what: "nothing moved for watchdog_limit cycles",
    where: "nothing",
    hint: "port_status says whether memory is what does not answer; if it is not, this is a bug of the generated hardware",
  },
  read_alignment: {
    what: "a read at an address that is no multiple of a beat; it was not issued",
    where: "engine",
    hint: REGIONS,
  },
  write_alignment: {
    what: "a write at an address that is no multiple of a beat; it was not issued",
    where: "engine",
    hint: REGIONS,
  },
  start_while_busy: {
    what: "ap_start was written during the step; the step went on and its outputs stand",
    where: "nothing",
    hint: "write ap_start only while ap_idle is 1",
  },
  memory_stuck: {
    what: "a start while memory still owes answers to a step that was given up; nothing was begun",
    where: "nothing",
    hint: "wait until port_status shows nothing stuck; if memory itself was reset, write 2 (force) into the register reset",
  },
  aborted: {
    what: "the host wrote into the register reset during the step",
    where: "nothing",
    hint: "repeat the step",
  },
  bad_token: { what: "a token that the vocabulary does not have", where: "row", hint: DESCRIPTOR },
  bad_position: { what: "a position behind the longest context", where: "row", hint: DESCRIPTOR },
  bad_slot: { what: "a KV slot that the KV memory does not have", where: "row", hint: DESCRIPTOR },
  bad_table: {
    what: "a block table at an address that is no multiple of a beat",
    where: "row",
    hint: DESCRIPTOR,
  },
  bad_block: {
    what: "a block table with a block that the KV memory does not have",
    where: "row",
    hint: DESCRIPTOR,
  },
  bad_emit: { what: "an output that the accelerator cannot give", where: "row", hint: DESCRIPTOR },
  bad_visible: {
    what: "a row that does not see itself, or sees rows that the step does not have",
    where: "row",
    hint: DESCRIPTOR,
  },
  bad_context: { what: "a context that is longer than the row's position", where: "row", hint: DESCRIPTOR },
};
