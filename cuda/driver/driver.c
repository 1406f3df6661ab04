//go:build linux && amd64 && cgo

#define _GNU_SOURCE
#include <dlfcn.h>
#include <link.h>

#include "driver.h"
#include "_cgo_export.h"

static const struct driver_table none = {CUDA_ERROR_NOT_INITIALIZED};
static struct driver_table loaded = {CUDA_ERROR_NOT_SUPPORTED};

_Atomic(const struct driver_table *) driver_table = &none;

static void use(const struct driver_table *table) {
	atomic_store_explicit(&driver_table, table, memory_order_release);
}

void driver_use_loaded(void) { use(&loaded); }
void driver_use_simulated(void) { use(&driver_simulated); }
void driver_use_none(void) { use(&none); }

// gorgonia.org/cu calls cuInit when a program that links it starts, and ends the
// program if that fails. The true one is called through driver_init.
CUresult cuInit(unsigned int flags) {
	(void)flags;
	return CUDA_SUCCESS;
}

CUresult driver_init(void) {
	const struct driver_table *table = driver_table_now();
	CUresult (*call)(unsigned int) = table->entry[DRIVER_INIT];
	return call ? call(0) : table->missing;
}

int driver_has(int entry) { return driver_table_now()->entry[entry] != NULL; }

CUresult driver_simulate(int entry, uint64_t *cells, int n) {
	return driverSimulate(entry, cells, n);
}

char *driver_load(const char *name, char **path) {
	void *library = dlopen(name, RTLD_NOW | RTLD_LOCAL);
	if (library == NULL) {
		const char *text = dlerror();
		return strdup(text ? text : "dlopen failed and does not say why");
	}
	struct link_map *map;
	if (dlinfo(library, RTLD_DI_LINKMAP, &map) == 0 && map->l_name != NULL) {
		*path = strdup(map->l_name);
	}
	for (int i = 0; i < DRIVER_ENTRIES; i++) {
		for (int j = 0; j < 2 && driver_symbols[i][j] && !loaded.entry[i]; j++) {
			loaded.entry[i] = dlsym(library, driver_symbols[i][j]);
		}
	}
	return NULL;
}
