/** `hidalgo_linux.h`. */
export const LINUX_HEADER = `/*
 * Surroundings of the driver on Linux: registers by UIO (/dev/uio0) or /dev/mem, memory by u-dma-buf (/dev/udmabuf0) or a
 * reserved range of /dev/mem. Needs POSIX, nothing else.
 */
#ifndef HIDALGO_LINUX_H
#define HIDALGO_LINUX_H

#include "hidalgo.h"

struct hidalgo_linux_options {
  const char *register_file;   /* /dev/uio0, or /dev/mem */
  uint64_t register_offset;    /* 0 with UIO; with /dev/mem the physical address of s_axi_control */
  int has_interrupt;           /* not 0: register_file is a UIO device whose interrupt is connected */
  const char *memory_file;     /* /dev/udmabuf0, or /dev/mem */
  uint64_t memory_offset;      /* 0 with u-dma-buf; with /dev/mem the physical address of the reserved range */
  uint32_t memory_address;     /* the same memory as the accelerator's port sees it */
  uint32_t timeout_ms;         /* of a step */
};

struct hidalgo_linux {
  int register_fd;
  int memory_fd;
  volatile uint32_t *registers;
  volatile uint8_t *memory;
  struct hidalgo_linux_options options;
};

/* Maps both; HIDALGO_E_IO where that fails (errno says why). *io is what hidalgo_open takes. */
int hidalgo_linux_open(struct hidalgo_linux *linux_io, const struct hidalgo_linux_options *options,
                       struct hidalgo_io *io);

void hidalgo_linux_close(struct hidalgo_linux *linux_io);

/* Copies weights.bin into the memory and checks it. */
int hidalgo_linux_load(struct hidalgo *device, const char *weights_file);

#endif
`;

/** `hidalgo_linux.c`. */
export const LINUX_SOURCE = `#define _POSIX_C_SOURCE 200809L
#define _FILE_OFFSET_BITS 64

#include "hidalgo_linux.h"

#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#define WATCHDOG_CYCLES 100000000u
#define POLL_MS 1
#define LONGEST_WAIT_MS 50

static uint32_t read_register(void *context, uint32_t offset) {
  struct hidalgo_linux *self = context;
  return self->registers[offset / 4];
}

static void write_register(void *context, uint32_t offset, uint32_t value) {
  struct hidalgo_linux *self = context;
  __sync_synchronize(); /* what is in memory stands before the command that uses it */
  self->registers[offset / 4] = value;
}

/* Byte by byte: device memory does not take the unaligned accesses that memcpy may make. */
static int write_memory(void *context, uint32_t offset, const void *bytes, size_t count) {
  struct hidalgo_linux *self = context;
  const uint8_t *from = bytes;
  size_t index;
  for (index = 0; index < count; index++) self->memory[offset + index] = from[index];
  return 0;
}

static int read_memory(void *context, uint32_t offset, void *bytes, size_t count) {
  struct hidalgo_linux *self = context;
  uint8_t *to = bytes;
  size_t index;
  __sync_synchronize();
  for (index = 0; index < count; index++) to[index] = self->memory[offset + index];
  return 0;
}

static void nap(void) {
  const struct timespec time = {0, POLL_MS * 1000000L};
  nanosleep(&time, NULL);
}

/* Waits for the interrupt, or a little. */
static int pause_step(void *context, uint32_t turn) {
  struct hidalgo_linux *self = context;
  const uint32_t enable = 1;
  uint32_t count;
  struct pollfd waiting = {self->register_fd, POLLIN, 0};
  if (self->options.has_interrupt == 0) {
    nap();
    return turn * (uint64_t)POLL_MS >= self->options.timeout_ms ? -1 : 0;
  }
  if (write(self->register_fd, &enable, sizeof enable) != (ssize_t)sizeof enable) return -1;
  if (poll(&waiting, 1, LONGEST_WAIT_MS) > 0 &&
      read(self->register_fd, &count, sizeof count) != (ssize_t)sizeof count)
    return -1;
  return turn * (uint64_t)LONGEST_WAIT_MS >= self->options.timeout_ms ? -1 : 0;
}

static volatile void *map(int fd, uint64_t offset, size_t bytes) {
  void *place = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_SHARED, fd, (off_t)offset);
  return place == MAP_FAILED ? NULL : place;
}

int hidalgo_linux_open(struct hidalgo_linux *self, const struct hidalgo_linux_options *options,
                       struct hidalgo_io *io) {
  memset(self, 0, sizeof *self);
  self->options = *options;
  self->memory_fd = -1;
  /* O_SYNC makes the mapping of both uncached: there is nothing to flush */
  self->register_fd = open(options->register_file, O_RDWR | O_SYNC);
  if (self->register_fd >= 0) self->memory_fd = open(options->memory_file, O_RDWR | O_SYNC);
  if (self->memory_fd < 0) {
    hidalgo_linux_close(self);
    return HIDALGO_E_IO;
  }
  self->registers = map(self->register_fd, options->register_offset, HIDALGO_REGISTER_BYTES);
  self->memory = map(self->memory_fd, options->memory_offset, HIDALGO_MEMORY_BYTES);
  if (self->registers == NULL || self->memory == NULL) {
    hidalgo_linux_close(self);
    return HIDALGO_E_IO;
  }
  memset(io, 0, sizeof *io);
  io->context = self;
  io->read_register = read_register;
  io->write_register = write_register;
  io->write_memory = write_memory;
  io->read_memory = read_memory;
  io->pause = pause_step;
  io->memory_base = options->memory_address;
  io->watchdog_cycles = WATCHDOG_CYCLES;
  io->uses_interrupt = options->has_interrupt;
  return HIDALGO_OK;
}

void hidalgo_linux_close(struct hidalgo_linux *self) {
  if (self->registers != NULL) munmap((void *)self->registers, HIDALGO_REGISTER_BYTES);
  if (self->memory != NULL) munmap((void *)self->memory, HIDALGO_MEMORY_BYTES);
  if (self->register_fd >= 0) close(self->register_fd);
  if (self->memory_fd >= 0) close(self->memory_fd);
  self->registers = NULL;
  self->memory = NULL;
  self->register_fd = -1;
  self->memory_fd = -1;
}

int hidalgo_linux_load(struct hidalgo *device, const char *weights_file) {
  uint8_t chunk[4096];
  uint32_t offset = 0;
  int status = HIDALGO_OK;
  size_t count;
  FILE *file = fopen(weights_file, "rb");
  if (file == NULL) return HIDALGO_E_IO;
  while (status == HIDALGO_OK && (count = fread(chunk, 1, sizeof chunk, file)) > 0) {
    status = hidalgo_write_weights(device, offset, chunk, count);
    offset += (uint32_t)count;
  }
  if (ferror(file) != 0) status = HIDALGO_E_IO;
  fclose(file);
  if (status == HIDALGO_E_ARGUMENT) return HIDALGO_E_WEIGHTS; /* longer than this build's image */
  return status == HIDALGO_OK ? hidalgo_check_weights(device) : status;
}
`;

/** `selftest_linux.c`: loads the weights, runs the golden prompt. */
export const LINUX_SELF_TEST = `#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "hidalgo_linux.h"

static int usage(const char *program) {
  fprintf(stderr,
          "usage: %s --weights weights.bin --memory-address ADDRESS [--registers FILE] [--register-offset ADDRESS]\\n"
          "          [--memory FILE] [--memory-offset ADDRESS] [--interrupt] [--timeout-ms N]\\n"
          "with UIO and u-dma-buf: --memory-address is what /sys/class/u-dma-buf/udmabuf0/phys_addr says\\n",
          program);
  return 2;
}

static int report(const char *what, int status) {
  printf("%s: %s\\n", what, hidalgo_status_name(status));
  return status;
}

static int test(struct hidalgo *device, const char *weights) {
  int status = HIDALGO_OK;
  if (hidalgo_has_weights(device))
    printf("weights: there already\\n");
  else
    status = report("weights", hidalgo_linux_load(device, weights));
  if (status == HIDALGO_OK) status = report("golden tokens", hidalgo_self_test(device));
  if (status == HIDALGO_OK)
    printf("cycles of the last step: %llu\\n", (unsigned long long)hidalgo_counter(device, HIDALGO_REG_TOTAL_LO));
  return status;
}

int main(int argc, char **argv) {
  struct hidalgo_linux_options options = {"/dev/uio0", 0, 0, "/dev/udmabuf0", 0, 0, 60000};
  const char *weights = NULL;
  int has_address = 0;
  struct hidalgo_linux surroundings;
  struct hidalgo_io io;
  struct hidalgo device;
  int status;
  int index;
  for (index = 1; index < argc; index++) {
    const char *name = argv[index];
    const char *value;
    if (strcmp(name, "--interrupt") == 0) {
      options.has_interrupt = 1;
      continue;
    }
    if (index + 1 == argc) return usage(argv[0]);
    value = argv[++index];
    if (strcmp(name, "--weights") == 0)
      weights = value;
    else if (strcmp(name, "--registers") == 0)
      options.register_file = value;
    else if (strcmp(name, "--register-offset") == 0)
      options.register_offset = strtoull(value, NULL, 0);
    else if (strcmp(name, "--memory") == 0)
      options.memory_file = value;
    else if (strcmp(name, "--memory-offset") == 0)
      options.memory_offset = strtoull(value, NULL, 0);
    else if (strcmp(name, "--memory-address") == 0) {
      options.memory_address = (uint32_t)strtoul(value, NULL, 0);
      has_address = 1;
    } else if (strcmp(name, "--timeout-ms") == 0)
      options.timeout_ms = (uint32_t)strtoul(value, NULL, 0);
    else
      return usage(argv[0]);
  }
  if (weights == NULL || !has_address) return usage(argv[0]);
  status = hidalgo_linux_open(&surroundings, &options, &io);
  if (status != HIDALGO_OK) {
    perror("hidalgo");
    return 1;
  }
  status = report("design", hidalgo_open(&device, &io));
  if (status == HIDALGO_OK) status = test(&device, weights);
  hidalgo_linux_close(&surroundings);
  puts(status == HIDALGO_OK ? "PASS" : "FAIL");
  return status == HIDALGO_OK ? 0 : 1;
}
`;
