// SPDX-License-Identifier: GPL-2.0-or-later
/* Bytes of maps of GPU memory. */

#include <setjmp.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>

#include "live.h"

static sigjmp_buf landing;
/* whether SIGBUS may come of a map */
static volatile sig_atomic_t copying;

static void land(int number)
{
	if (copying)
		siglongjmp(landing, 1);
	signal(number, SIG_DFL);
	raise(number);
}

void live_init(void)
{
	struct sigaction action = { .sa_handler = land };

	sigaction(SIGBUS, &action, NULL);
}

bool live_copy(void *buf, const void *from, size_t size)
{
	bool done = false;

	if (!sigsetjmp(landing, 1)) {
		copying = 1;
		memcpy(buf, from, size);
		done = true;
	}
	copying = 0;
	return done;
}

const unsigned char *live_address(const struct drmsnoop_map *map,
				  uint64_t offset)
{
	return (const unsigned char *)map->addr + (offset - map->offset);
}

bool live_refresh(const struct drmsnoop_map *map,
		  const struct drmsnoop_part *part)
{
	return !madvise((void *)live_address(map, part->offset), part->size,
			MADV_DONTNEED);
}
