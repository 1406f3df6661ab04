// A libcuda.so.1 that answers as the environment says and logs what is called:
//
//	FAKE_LOG      file that each call's name is appended to
//	FAKE_INIT     cuInit's answer, 0 if unset
//	FAKE_VERSION  the driver's CUDA version, 12040 if unset
//	FAKE_COUNT    the number of devices, 1 if unset
//
// functions.h, which the test writes, lists the other functions: they succeed and do nothing.

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void log_line(const char *text) {
	const char *path = getenv("FAKE_LOG");
	if (path == NULL) {
		return;
	}
	int f = open(path, O_WRONLY | O_APPEND | O_CREAT, 0600);
	if (f < 0 || write(f, text, strlen(text)) < 0 || write(f, "\n", 1) < 0 || close(f) < 0) {
		abort();
	}
}

static int number(const char *name, int otherwise) {
	const char *s = getenv(name);
	return s ? atoi(s) : otherwise;
}

__attribute__((constructor)) static void load(void) { log_line("load"); }

int cuInit(unsigned int flags) {
	log_line(flags == 0 ? "cuInit" : "cuInit with flags");
	return number("FAKE_INIT", 0);
}

int cuDriverGetVersion(int *version) {
	log_line("cuDriverGetVersion");
	*version = number("FAKE_VERSION", 12040);
	return 0;
}

int cuDeviceGetCount(int *count) {
	log_line("cuDeviceGetCount");
	*count = number("FAKE_COUNT", 1);
	return 0;
}

#define FUNCTION(name)                                                                                                 \
	int name(void) {                                                                                               \
		log_line(#name);                                                                                       \
		return 0;                                                                                              \
	}
#include "functions.h"
