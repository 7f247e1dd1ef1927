/**
 * A third back end of the driver, for tests: every access is a line on stdout, answered on stdin (see `simulated-board.ts`). The
 * program loads weights, runs the self-test and then a step of its own; it says on stderr what each call came to.
 */
export const PIPE_PROGRAM = `#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "hidalgo.h"

static char line[65536];

static const char *answer(void) {
  fflush(stdout);
  if (fgets(line, sizeof line, stdin) == NULL) exit(3);
  return line;
}

static uint32_t read_register(void *context, uint32_t offset) {
  (void)context;
  printf("R %x\\n", offset);
  return (uint32_t)strtoul(answer(), NULL, 16);
}

static void write_register(void *context, uint32_t offset, uint32_t value) {
  (void)context;
  printf("W %x %x\\n", offset, value);
}

static int write_memory(void *context, uint32_t offset, const void *bytes, size_t count) {
  const uint8_t *byte = bytes;
  size_t index;
  (void)context;
  printf("M %x ", offset);
  for (index = 0; index < count; index++) printf("%02x", byte[index]);
  printf("\\n");
  return 0;
}

static int read_memory(void *context, uint32_t offset, void *bytes, size_t count) {
  uint8_t *byte = bytes;
  const char *text;
  size_t index;
  (void)context;
  printf("D %x %x\\n", offset, (unsigned)count);
  text = answer();
  for (index = 0; index < count; index++) {
    char digits[3] = {text[2 * index], text[2 * index + 1], 0};
    byte[index] = (uint8_t)strtoul(digits, NULL, 16);
  }
  return 0;
}

static int pause_step(void *context, uint32_t turn) {
  (void)context;
  printf("P %x\\n", turn);
  return (int)strtol(answer(), NULL, 16);
}

static int report(const char *what, int status) {
  fprintf(stderr, "%s: %s\\n", what, hidalgo_status_name(status));
  return status;
}

static int load(struct hidalgo *device, const char *path) {
  uint8_t chunk[1024];
  uint32_t offset = 0;
  size_t count;
  FILE *file = fopen(path, "rb");
  if (file == NULL) return HIDALGO_E_IO;
  while ((count = fread(chunk, 1, sizeof chunk, file)) > 0) {
    const int status = hidalgo_write_weights(device, offset, chunk, count);
    if (status != HIDALGO_OK) return status;
    offset += (uint32_t)count;
  }
  fclose(file);
  return hidalgo_check_weights(device);
}

/* A row with a token that the vocabulary lacks, one without its block, too many rows. */
static void refusals(struct hidalgo *device) {
  static struct hidalgo_row rows[HIDALGO_ROWS + 1];
  static struct hidalgo_output outputs[HIDALGO_ROWS + 1];
  const uint32_t blocks[1] = {1};
  rows[0] = hidalgo_row_at(HIDALGO_VOCAB, 0, blocks, 1);
  report("unknown token", hidalgo_step(device, rows, 1, outputs));
  rows[0] = hidalgo_row_at(0, HIDALGO_BLOCK_SIZE, blocks, 1);
  report("no block", hidalgo_step(device, rows, 1, outputs));
  report("no rows", hidalgo_step(device, rows, 0, outputs));
  report("too many rows", hidalgo_step(device, rows, HIDALGO_ROWS + 1, outputs));
}

int main(int argc, char **argv) {
  struct hidalgo_io io = {NULL, read_register, write_register, write_memory, read_memory, pause_step, 0, 100000, 1};
  struct hidalgo device;
  if (argc != 3) return 2;
  io.memory_base = (uint32_t)strtoul(argv[2], NULL, 16);
  if (report("design", hidalgo_open(&device, &io)) != HIDALGO_OK) return 1;
  fprintf(stderr, "weights there: %d\\n", hidalgo_has_weights(&device));
  if (report("weights", load(&device, argv[1])) != HIDALGO_OK) return 1;
  fprintf(stderr, "weights there: %d\\n", hidalgo_has_weights(&device));
  if (report("golden", hidalgo_self_test(&device)) != HIDALGO_OK) return 1;
  fprintf(stderr, "cycles: %llu\\n", (unsigned long long)hidalgo_counter(&device, HIDALGO_REG_TOTAL_LO));
  refusals(&device);
  return 0;
}
`;
