import { expect, test } from "vitest";
import { AXI_RULES, axiChecker, modulesOf } from "../../backend-hls/index.ts";
import { buildSimulator } from "../../sim/index.ts";
import { unwrap } from "./faults/tiny-accelerator.ts";

type Cycle = Readonly<Record<string, number>>;

const quiet: Cycle = {
  arvalid: 0,
  arready: 1,
  araddr: 0,
  arlen: 0,
  arsize: 3,
  arburst: 1,
  rvalid: 0,
  rready: 1,
  rlast: 0,
  rdata: 0,
  rresp: 0,
  awvalid: 0,
  awready: 1,
  awaddr: 0,
  awlen: 0,
  awsize: 3,
  awburst: 1,
  wvalid: 0,
  wready: 1,
  wlast: 0,
  wdata: 0,
  wstrb: 255,
  bvalid: 0,
  bready: 1,
  bresp: 0,
};

const ar: Cycle = { arvalid: 1, arlen: 1 };
const aw: Cycle = { awvalid: 1, awlen: 1 };
const r: Cycle = { rvalid: 1 };
const w: Cycle = { wvalid: 1 };
const endOfR: Cycle = { rvalid: 1, rlast: 1 };
const endOfW: Cycle = { wvalid: 1, wlast: 1 };
const answer: Cycle = { bvalid: 1 };

/** Traffic that breaks the rule of its place in `AXI_RULES` and none before it. */
const broken: readonly (readonly Cycle[])[] = [
  [
    { ...ar, arready: 0 },
    { ...ar, araddr: 8 },
  ],
  [{ ...aw, awready: 0 }, {}],
  [aw, { ...w, wready: 0 }, { ...w, wdata: 1 }],
  [{ arvalid: 1, araddr: 4088, arlen: 1 }],
  [{ awvalid: 1, awaddr: 4 }],
  [w],
  [aw, w, w],
  [ar, ar, ar],
  [aw, { ...aw, ...w }, { ...endOfW, ...aw }],
  [endOfR],
  [ar, endOfR],
  [aw, w, answer],
  [ar, { ...r, rready: 0 }, { ...r, rdata: 1 }],
  [aw, w, endOfW, { ...answer, bready: 0 }, {}],
];

test("each broken rule is told by its number, and good traffic is not", async () => {
  const unit = axiChecker("checker", { dataBits: 64, addressBits: 32 }, 2);
  const simulator = unwrap(await buildSimulator("checker", modulesOf(unit), { engine: "embedded" }));
  const violation = async (traffic: readonly Cycle[]): Promise<number> => {
    simulator.poke("rst", 1n);
    for (const cycle of [{}, {}, ...traffic, {}]) {
      for (const [name, value] of Object.entries({ ...quiet, ...cycle })) simulator.poke(name, BigInt(value));
      await simulator.run(1);
      if (cycle !== traffic.at(-1)) simulator.poke("rst", 0n);
    }
    await simulator.run(1);
    return Number(await simulator.peek("violation"));
  };
  const good = [
    { ...ar, ...aw },
    { ...r, ...w },
    { ...endOfR, ...endOfW },
    answer,
    { ...ar, araddr: 4080 },
    r,
    endOfR,
  ];
  expect(await violation(good)).toBe(0);
  expect(await violation([{ awvalid: 1, ...endOfW }, answer])).toBe(0);
  const found: number[] = [];
  for (const traffic of broken) found.push(await violation(traffic));
  expect(found).toEqual(AXI_RULES.map((_, index) => index + 1));
  await simulator.close();
});
