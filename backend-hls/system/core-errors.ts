import { type HwBuilder, type Value, widthOf } from "../../ir/index.ts";
import { ERROR_BITS, ERROR_CODES, type ErrorName, type LateInstance, WHERE_BITS } from "../shell/index.ts";

/** What a field of the start command may be; outside of it a start is refused. */
export interface StartLimit {
  readonly field: string;
  readonly least: number;
  readonly most: number;
  readonly code: ErrorName;
}

/** An error and what it is about (`error_where`); code 0 is none. */
export interface CoreError {
  readonly code: Value;
  readonly where: Value;
}

/** The first error of a core: of the fault streams {i8 code, i16 where} in their order, then of the memory engines. Takes every element. */
export function coreError(b: HwBuilder, core: LateInstance, faults: readonly string[]): CoreError {
  const engines: CoreError = { code: core.out("error_code"), where: core.out("error_where") };
  return faults.reduceRight<CoreError>((others, name) => {
    const [valid, data] = [core.out(`${name}_valid`), core.out(`${name}_data`)];
    core.connect({ [`${name}_pop`]: valid });
    const code = b.extract(data, 0, ERROR_BITS);
    const raised = b.and(valid, b.not(b.equals(code, 0)));
    return {
      code: b.mux(raised, code, others.code),
      where: b.mux(raised, b.extract(data, 8, WHERE_BITS), others.where),
    };
  }, engines);
}

/** Why a start with these fields would be refused; 0 is nothing. */
export function startError(b: HwBuilder, host: LateInstance, limits: readonly StartLimit[]): Value {
  return limits.reduceRight(
    (rest, { field, least, most, code }) => {
      const value = host.out(field);
      const width = widthOf(value);
      const outside = b.or(
        b.icmp("ult", value, b.constant(least, width)),
        b.icmp("ugt", value, b.constant(most, width)),
      );
      return b.mux(outside, b.constant(ERROR_CODES[code], ERROR_BITS), rest);
    },
    b.constant(0, ERROR_BITS),
  );
}
