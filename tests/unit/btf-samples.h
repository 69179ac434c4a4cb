/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef _BTF_SAMPLES_H_
#define _BTF_SAMPLES_H_

#include <stdint.h>
#include <stdio.h>

/*
 * Structs whose layout the compiler tells twice: by offsetof() and by the BTF
 * that it writes for btf-samples.c, which is built with -gbtf.
 */

struct sample_peer;

struct sample_lock {
	int owner;
	short ticket;
};

enum sample_state { SAMPLE_IDLE, SAMPLE_BUSY };

struct sample_inner {
	char tag;
	const volatile uint64_t start;
	union {
		int id;
		struct {
			short low;
			const struct {
				char high, top;
			};
		};
	};
	struct sample_lock lock;
	FILE *log;
};

struct sample_outer {
	unsigned char first;
	void *private;
	struct sample_peer *peer;
	struct sample_inner *const *table;
	_Bool on;
	unsigned int a : 3, b : 8, : 0;
	struct {
		double ratio;
		union {
			struct sample_inner inner;
			char bytes[100];
		};
		enum sample_state state;
	};
	struct sample_inner pair[2];
	int (*call)(struct sample_outer *outer);
	struct sample_inner last;
	long tail[];
};

union sample_union {
	char c;
	struct sample_inner inner;
};

struct sample_empty {
};

extern struct sample_outer *sample_outer;
extern union sample_union *sample_union;
extern struct sample_empty *sample_empty;

#endif
