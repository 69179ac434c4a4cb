// SPDX-License-Identifier: GPL-2.0-or-later
/* Two images, piece by piece. */

#include <string.h>

#include "compare.h"

/* Equal blocks of this size are passed over at once. */
#define BLOCK 4096

static const unsigned char zeros[COMPARE_KEPT];

static int flush(struct compare *compare)
{
	struct change change = compare->now;

	if (!change.size)
		return 0;
	compare->now.size = 0;
	if (change.kind == CHANGE_BYTES) {
		change.size = compare->used;
		if (compare->keep) {
			change.a_bytes = compare->a_kept;
			change.b_bytes = compare->b_kept;
		}
	}
	return compare->put(&change, compare->data);
}

/* Bytes of both sides. */
static int put_bytes(struct compare *compare, uint64_t at, const unsigned char *a,
		     const unsigned char *b, size_t size)
{
	struct change *now = &compare->now;
	size_t i = 0;
	int ret;

	if (now->size && (now->kind != CHANGE_BYTES || now->at + now->size != at)) {
		ret = flush(compare);
		if (ret)
			return ret;
	}
	while (i < size) {
		if (!now->size) {
			while (size - i >= BLOCK && !memcmp(a + i, b + i, BLOCK))
				i += BLOCK;
			while (i < size && a[i] == b[i])
				i++;
			if (i == size)
				return 0;
			*now = (struct change) { .kind = CHANGE_BYTES, .at = at + i };
		}
		if (compare->keep) {
			compare->a_kept[now->size] = a[i];
			compare->b_kept[now->size] = b[i];
		}
		now->size++;
		if (a[i] != b[i]) {
			compare->used = now->size;
			compare->changed++;
		}
		i++;
		if (now->size - compare->used >= COMPARE_GAP ||
		    (compare->keep && now->size == COMPARE_KEPT)) {
			ret = flush(compare);
			if (ret)
				return ret;
		}
	}
	return 0;
}

static bool same_reason(const char *a, const char *b)
{
	return a == b || (a && b && !strcmp(a, b));
}

/* Where bytes of one side at least are none. */
static int put_state(struct compare *compare, uint64_t at, uint64_t size,
		     enum change_kind kind, const struct image_piece *a,
		     const struct image_piece *b)
{
	struct change *now = &compare->now;
	int ret;

	if (kind == CHANGE_BOUND)
		compare->changed += size;
	else
		compare->unknown += size;
	if (now->size && now->kind == kind && now->at + now->size == at &&
	    now->a == a->state && now->b == b->state &&
	    same_reason(now->a_reason, a->reason) && same_reason(now->b_reason, b->reason)) {
		now->size += size;
		return 0;
	}
	ret = flush(compare);
	*now = (struct change) {
		.kind = kind,
		.at = at,
		.size = size,
		.a = a->state,
		.b = b->state,
		.a_reason = a->reason,
		.b_reason = b->reason,
	};
	return ret;
}

static bool has_bytes(const struct image_piece *piece)
{
	return piece->state == IMAGE_DATA || piece->state == IMAGE_ZEROS;
}

/* Bytes, and all of them 0. */
static bool has_zeros(const struct image_piece *piece)
{
	return has_bytes(piece) && !piece->data;
}

static bool has_nothing(const struct image_piece *piece)
{
	return piece->state == IMAGE_UNBOUND || piece->state == IMAGE_END;
}

/* Bytes of a piece from @addr on. */
static const unsigned char *bytes_at(const struct image_piece *piece, uint64_t addr)
{
	return piece->data ? piece->data + (addr - piece->addr) : zeros;
}

static uint64_t min_u64(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
}

/* The first bytes of two pieces: returns in @size how many were compared. */
static int put_pieces(struct compare *compare, uint64_t at, uint64_t *size,
		      const struct image_piece *a, const struct image_piece *b)
{
	if (has_bytes(a) && has_bytes(b)) {
		if (has_zeros(a) && has_zeros(b))
			return 0;
		if (has_zeros(a) || has_zeros(b))
			*size = min_u64(*size, sizeof(zeros));
		return put_bytes(compare, at, bytes_at(a, compare->a_start + at),
				 bytes_at(b, compare->b_start + at), *size);
	}
	if (has_nothing(a) && has_nothing(b))
		return 0;
	if (a->state == IMAGE_OUTSIDE && b->state == IMAGE_OUTSIDE)
		return 0;
	if (a->state == IMAGE_OUTSIDE || b->state == IMAGE_OUTSIDE)
		return put_state(compare, at, *size, CHANGE_UNKNOWN, a, b);
	/* What cannot be read is bound all the same. */
	return put_state(compare, at, *size, has_nothing(a) || has_nothing(b) ?
			 CHANGE_BOUND : CHANGE_UNKNOWN, a, b);
}

/* The piece at @addr: the same one as before as far as it goes. Returns its rest. */
static uint64_t get_piece(struct image *image, uint64_t addr, uint64_t most,
			  struct image_piece *piece)
{
	if (!piece->size || addr - piece->addr >= piece->size)
		image->next(image, addr, most, piece);
	return min_u64(most, piece->size - (addr - piece->addr));
}

int compare_run(struct compare *compare, uint64_t size)
{
	struct image_piece a = { 0 }, b = { 0 };
	uint64_t at = 0, n;
	int ret = 0;

	compare->changed = 0;
	compare->unknown = 0;
	compare->now.size = 0;
	while (!ret && at < size) {
		if (compare->reached)
			compare->reached(at, compare->data);
		n = get_piece(compare->a, compare->a_start + at, size - at, &a);
		n = get_piece(compare->b, compare->b_start + at, n, &b);
		ret = put_pieces(compare, at, &n, &a, &b);
		at += n;
	}
	return ret ? ret : flush(compare);
}
