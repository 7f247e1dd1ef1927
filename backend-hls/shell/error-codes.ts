/** Why the accelerator stopped: values of the error register and of the manifest's `error_codes`. */
export const ERROR_CODES = {
  none: 0,
  bad_command: 1,
  read_region: 2,
  write_region: 3,
  read_slave_error: 4,
  read_decode_error: 5,
  write_slave_error: 6,
  write_decode_error: 7,
  watchdog: 8,
} as const;

/** The name of an error. */
export type ErrorName = keyof typeof ERROR_CODES;

/** Bits of an error code in hardware. */
export const ERROR_BITS = 4;
