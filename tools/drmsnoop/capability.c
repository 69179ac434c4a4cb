// SPDX-License-Identifier: GPL-2.0-or-later
/* What this process may, beyond others of its user. */

#include <stdio.h>

#include "capability.h"

bool capability_have(unsigned int number)
{
	unsigned long long mask = 0;
	char line[256];
	FILE *file = fopen("/proc/self/status", "re");

	if (!file)
		return false;
	while (fgets(line, sizeof(line), file))
		if (sscanf(line, "CapEff: %llx", &mask) == 1)
			break;
	fclose(file);
	return mask >> number & 1;
}
