// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Prints the rate of this machine's TSC in kHz, which QEMU's emulator gives to its guests.
 * A guest that measures it against the emulated PIT is wrong by factors when the machine is
 * busy, and its clock with it.
 */
#include <stdint.h>
#include <stdio.h>
#include <time.h>
#include <x86intrin.h>

#define NS_PER_S	1000000000LL
#define PAIRS		50

struct pair {
	int64_t ns;
	uint64_t tsc;
};

/* Both at one moment: the pair that took the least time. */
static struct pair look(void)
{
	struct pair best = { 0, 0 };
	uint64_t least = UINT64_MAX;
	int i;

	for (i = 0; i < PAIRS; i++) {
		struct timespec time;
		uint64_t before = __rdtsc(), after;

		clock_gettime(CLOCK_MONOTONIC_RAW, &time);
		after = __rdtsc();
		if (after - before >= least)
			continue;
		least = after - before;
		best.ns = time.tv_sec * NS_PER_S + time.tv_nsec;
		best.tsc = before + least / 2;
	}
	return best;
}

int main(void)
{
	const struct timespec pause = { 0, NS_PER_S / 10 };
	struct pair begin = look(), end;

	nanosleep(&pause, NULL);
	end = look();
	printf("%.0f\n", (end.tsc - begin.tsc) * 1e6 / (end.ns - begin.ns));
	return 0;
}
