/** `hidalgo_baremetal.h`. */
export const BARE_METAL_HEADER = `/*
 * Surroundings of the driver without an operating system: registers and memory at fixed addresses. Needs no C library.
 */
#ifndef HIDALGO_BAREMETAL_H
#define HIDALGO_BAREMETAL_H

#include "hidalgo.h"

struct hidalgo_baremetal {
  volatile uint32_t *registers; /* s_axi_control */
  volatile uint8_t *memory;     /* the accelerator's memory as the processor sees it */
  /* Cache maintenance, or NULL where the memory is not cached. */
  void (*flush)(volatile void *start, size_t bytes);
  void (*invalidate)(volatile void *start, size_t bytes);
  uint32_t most_polls; /* of a step */
};

/* memory_address: the same memory as the accelerator's port sees it. */
void hidalgo_baremetal_io(struct hidalgo_baremetal *self, uint32_t memory_address, struct hidalgo_io *io);

/* The whole self-test; weights.bin is at memory + HIDALGO_IMAGE_BASE already (by a debugger or a boot loader). */
int hidalgo_baremetal_self_test(struct hidalgo_baremetal *self, uint32_t memory_address);

#endif
`;

/** `hidalgo_baremetal.c`. */
export const BARE_METAL_SOURCE = `#include "hidalgo_baremetal.h"

#define WATCHDOG_CYCLES 100000000u

static uint32_t read_register(void *context, uint32_t offset) {
  struct hidalgo_baremetal *self = context;
  return self->registers[offset / 4];
}

static void write_register(void *context, uint32_t offset, uint32_t value) {
  struct hidalgo_baremetal *self = context;
  __sync_synchronize();
  self->registers[offset / 4] = value;
}

static int write_memory(void *context, uint32_t offset, const void *bytes, size_t count) {
  struct hidalgo_baremetal *self = context;
  const uint8_t *from = bytes;
  size_t index;
  for (index = 0; index < count; index++) self->memory[offset + index] = from[index];
  if (self->flush != NULL) self->flush(self->memory + offset, count);
  return 0;
}

static int read_memory(void *context, uint32_t offset, void *bytes, size_t count) {
  struct hidalgo_baremetal *self = context;
  uint8_t *to = bytes;
  size_t index;
  if (self->invalidate != NULL) self->invalidate(self->memory + offset, count);
  for (index = 0; index < count; index++) to[index] = self->memory[offset + index];
  return 0;
}

static int pause_step(void *context, uint32_t turn) {
  const struct hidalgo_baremetal *self = context;
  return turn < self->most_polls ? 0 : -1;
}

void hidalgo_baremetal_io(struct hidalgo_baremetal *self, uint32_t memory_address, struct hidalgo_io *io) {
  io->context = self;
  io->read_register = read_register;
  io->write_register = write_register;
  io->write_memory = write_memory;
  io->read_memory = read_memory;
  io->pause = pause_step;
  io->memory_base = memory_address;
  io->watchdog_cycles = WATCHDOG_CYCLES;
  io->uses_interrupt = 0;
}

int hidalgo_baremetal_self_test(struct hidalgo_baremetal *self, uint32_t memory_address) {
  struct hidalgo device;
  struct hidalgo_io io;
  int status;
  hidalgo_baremetal_io(self, memory_address, &io);
  status = hidalgo_open(&device, &io);
  if (status == HIDALGO_OK && !hidalgo_has_weights(&device)) status = hidalgo_check_weights(&device);
  return status == HIDALGO_OK ? hidalgo_self_test(&device) : status;
}
`;
