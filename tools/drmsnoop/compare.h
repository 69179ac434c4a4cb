/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef COMPARE_H
#define COMPARE_H

/* Two images, piece by piece: what differs, and what cannot be told. */

#include "image.h"

/* Most bytes of a change that are kept. */
#define COMPARE_KEPT (64 << 10)

/* Changed bytes with fewer equal ones between them are one change. */
#define COMPARE_GAP 8

/* What a change is. */
enum change_kind {
	/* there are bytes on both sides, and they differ */
	CHANGE_BYTES,
	/* something is bound on one side only */
	CHANGE_BOUND,
	/* not compared: not known on one side, or on both */
	CHANGE_UNKNOWN,
};

/*
 * struct change - a change, valid during the callback
 */
struct change {
	enum change_kind kind;
	/* from the first byte that was compared */
	uint64_t at;
	/* the first and the last byte differ; CHANGE_BYTES may have equal ones between */
	uint64_t size;
	/* CHANGE_BYTES: @size bytes; NULL if they are not kept */
	const unsigned char *a_bytes, *b_bytes;
	/* other kinds: what there is, of all bytes */
	enum image_state a, b;
	const char *a_reason, *b_reason;
};

/* compare_fn - called per change, in order; anything but 0 ends the comparison */
typedef int (*compare_fn)(const struct change *change, void *data);

/*
 * struct compare - a comparison
 *
 * The caller sets all but the counters and what follows.
 */
struct compare {
	struct image *a, *b;
	/* first addresses */
	uint64_t a_start, b_start;
	/* give the bytes of changes, and cut those that are longer than COMPARE_KEPT */
	bool keep;
	compare_fn put;
	/* called now and then with the next byte, or NULL */
	void (*reached)(uint64_t at, void *data);
	/* of both */
	void *data;

	/* bytes that differ, bound on one side only ones too; and that are not known */
	uint64_t changed, unknown;

	/* the change that may go on; none if its size is 0 */
	struct change now;
	/* CHANGE_BYTES: without equal bytes at the end */
	uint64_t used;
	unsigned char a_kept[COMPARE_KEPT], b_kept[COMPARE_KEPT];
};

/*
 * compare_run - compare
 * @size: number of bytes
 *
 * Returns 0, or what the callback returned.
 */
int compare_run(struct compare *compare, uint64_t size);

#endif /* COMPARE_H */
