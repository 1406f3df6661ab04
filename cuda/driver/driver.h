// The table of driver functions that every call goes through.

#ifndef PONGPG_DRIVER_H
#define PONGPG_DRIVER_H

#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

// Hidden: the program's own references bind to these functions, those of the
// libraries that the driver loads must not.
#pragma GCC visibility push(hidden)

#include <cuda.h>

#include "forward.h"

// A table: for each function its address, or null, for which calls return missing.
struct driver_table {
	CUresult missing;
	void *entry[DRIVER_ENTRIES];
};

// The table in use. It is replaced as a whole.
extern _Atomic(const struct driver_table *) driver_table;

static inline const struct driver_table *driver_table_now(void) {
	return atomic_load_explicit(&driver_table, memory_order_acquire);
}

// The symbol of each function, and another to look for, or null.
extern const char *const driver_symbols[DRIVER_ENTRIES][2];

// The table whose functions call the Simulator.
extern const struct driver_table driver_simulated;

// Calls the Simulator.
CUresult driver_simulate(int entry, uint64_t *cells, int n);

// Loads a library of this name and fills a table from it, without using it yet. Returns null,
// or dlerror's text, which the caller frees. path, which the caller frees, is where it lies.
char *driver_load(const char *name, char **path);

// Uses the table of the library, of the Simulator, or none.
void driver_use_loaded(void);
void driver_use_simulated(void);
void driver_use_none(void);

// Calls the function cuInit of the table in use.
CUresult driver_init(void);

// Says whether the table in use has the function.
int driver_has(int entry);

#pragma GCC visibility pop

#endif
