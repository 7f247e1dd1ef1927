import type { ModelKitSource } from "../source.ts";
import { BARE_METAL_HEADER, BARE_METAL_SOURCE } from "./bare-metal-back-end.ts";
import { CORE_HEADER } from "./core-header.ts";
import { coreSource } from "./core-source.ts";
import { designHeader } from "./design-header.ts";
import { designSource } from "./design-source.ts";
import { LINUX_HEADER, LINUX_SELF_TEST, LINUX_SOURCE } from "./linux-back-end.ts";
import { registersHeader } from "./registers-header.ts";
import { weightsHeader } from "./weights-header.ts";

const MAKEFILE = `CFLAGS ?= -O2
CFLAGS += -std=c99 -Wall -Wextra -Werror

core = hidalgo.o hidalgo_design.o
objects = $(core) hidalgo_linux.o hidalgo_baremetal.o selftest_linux.o

all: selftest_linux libhidalgo_baremetal.a

selftest_linux: selftest_linux.o hidalgo_linux.o $(core)
\t$(CC) $(LDFLAGS) -o $@ $^

libhidalgo_baremetal.a: hidalgo_baremetal.o $(core)
\t$(AR) rcs $@ $^

$(objects): $(wildcard *.h)

clean:
\trm -f $(objects) libhidalgo_baremetal.a selftest_linux

.PHONY: all clean
`;

/** The driver: C99 files by name. */
export function driverFiles(source: ModelKitSource): ReadonlyMap<string, string> {
  return new Map([
    ["Makefile", MAKEFILE],
    ["hidalgo.c", coreSource(source)],
    ["hidalgo.h", CORE_HEADER],
    ["hidalgo_baremetal.c", BARE_METAL_SOURCE],
    ["hidalgo_baremetal.h", BARE_METAL_HEADER],
    ["hidalgo_design.c", designSource(source)],
    ["hidalgo_design.h", designHeader(source)],
    ["hidalgo_linux.c", LINUX_SOURCE],
    ["hidalgo_linux.h", LINUX_HEADER],
    ["hidalgo_regs.h", registersHeader(source)],
    ["hidalgo_weights.h", weightsHeader(source)],
    ["selftest_linux.c", LINUX_SELF_TEST],
  ]);
}
