import type {
  BlockRam,
  BlockTable,
  DistributedRam,
  LutCells,
  MeasuredKind,
  MeasuredTable,
  MultiplierPipeline,
} from "./table-types.ts";

/** The measured table with every delay multiplied, rounded up; cells stay. */
export function scaleMeasured(table: MeasuredTable, factor: number): MeasuredTable {
  const scaled = (kind: MeasuredKind): MeasuredTable["points"][MeasuredKind] =>
    table.points[kind].map((point) => ({ ...point, delayPs: ps(point.delayPs, factor) }));
  const points = {
    add: scaled("add"),
    sub: scaled("sub"),
    eq: scaled("eq"),
    lt: scaled("lt"),
    mux: scaled("mux"),
    logic: scaled("logic"),
    shift: scaled("shift"),
    mul: scaled("mul"),
  };
  return { ...table, points };
}

/** The blocks with every delay multiplied, rounded up. */
export function scaleBlocks(table: BlockTable, factor: number): BlockTable {
  const { multiplier } = table;
  return {
    ...table,
    registerClockToOutPs: ps(table.registerClockToOutPs, factor),
    lut: scaleLut(table.lut, factor),
    multiplier:
      multiplier === undefined
        ? undefined
        : { ...multiplier, pipelines: multiplier.pipelines.map((stages) => scalePipeline(stages, factor)) },
    blockRam: scaleRam(table.blockRam, factor),
    distributedRam: scaleDistributed(table.distributedRam, factor),
  };
}

function ps(delayPs: number, factor: number): number {
  return Math.ceil(delayPs * factor);
}

function scaleLut(lut: LutCells, factor: number): LutCells {
  return {
    ...lut,
    byInputs: lut.byInputs.map((delayPs) => ps(delayPs, factor)),
    carryLeavePs: ps(lut.carryLeavePs, factor),
    resetSetupPs: ps(lut.resetSetupPs, factor),
  };
}

function scalePipeline(
  { latencyCycles, inputDelayPs, clockToOutPs, internalPs }: MultiplierPipeline,
  factor: number,
): MultiplierPipeline {
  const scaled = {
    latencyCycles,
    inputDelayPs: ps(inputDelayPs, factor),
    clockToOutPs: ps(clockToOutPs, factor),
  };
  return internalPs === undefined ? scaled : { ...scaled, internalPs: ps(internalPs, factor) };
}

function scaleRam(ram: BlockRam, factor: number): BlockRam {
  return {
    ...ram,
    addressSetupPs: ps(ram.addressSetupPs, factor),
    dataSetupPs: ps(ram.dataSetupPs, factor),
    clockToOutPs: ps(ram.clockToOutPs, factor),
    registeredClockToOutPs: ps(ram.registeredClockToOutPs, factor),
  };
}

function scaleDistributed(ram: DistributedRam, factor: number): DistributedRam {
  return {
    ...ram,
    readPs: ps(ram.readPs, factor),
    writeSetupPs: ps(ram.writeSetupPs, factor),
    muxPs: ps(ram.muxPs, factor),
  };
}
