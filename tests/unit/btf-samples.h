/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef _BTF_SAMPLES_H_
#define _BTF_SAMPLES_H_

/*
 * Structs whose layout the compiler tells twice: by offsetof() and by the BTF
 * that it writes for btf-samples.c, which is built with -gbtf.
 */

struct sample_peer;

typedef struct sample_lock {
	int owner;
	short ticket;
} sample_lock_t;

typedef unsigned long long sample_u64;

enum sample_state { SAMPLE_IDLE, SAMPLE_BUSY };

struct sample_inner {
	char tag;
	const volatile sample_u64 start;
	union {
		int id;
		struct {
			short low;
			const struct {
				char high, top;
			};
		};
	};
	sample_lock_t lock;
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
