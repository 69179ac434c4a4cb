// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Firmware for panthor without a program in it: the tables of the interface between
 * driver and firmware, which the driver finds filled as if the firmware had run. The
 * names are those of drivers/gpu/drm/panthor/panthor_fw.c and panthor_fw.h (6.12).
 */
#include <stdarg.h>
#include <stdlib.h>

#include "fakegpu.h"

/* CSF_MCU_SHARED_REGION_START, where the firmware has the section with the tables. */
#define SHARED		0x04000000u
#define SHARED_SIZE	0x20000u
/* From the start of the section. */
#define GLOBAL_INPUT	0x4000u
#define GLOBAL_OUTPUT	0x5000u
#define GROUP_CONTROL	0x1000u		/* CSF_GROUP_CONTROL_OFFSET */
#define GROUP_STRIDE	0x200u
#define GROUP_IO(g)	(0x8000u + (g) * 0x1000u)
#define STREAM_CONTROL	0x40u		/* CSF_STREAM_CONTROL_OFFSET, in a group's */
#define STREAM_STRIDE	0x10u
#define STREAM_IO(g, s)	(0x10000u + ((g) * STREAMS + (s)) * 0x400u)
#define GROUPS		3u		/* MIN_CSGS */
#define STREAMS		8u		/* MIN_CS_PER_CSG */
/* CS_FEATURES: 96 registers, 8 scoreboards, compute, fragment and tiler. */
#define STREAM_FEATURES	(0x5fu | 8u << 8 | 7u << 16)

#define HEADER_SIZE	20u		/* struct panthor_fw_binary_hdr */
#define ENTRY_SIZE	24u		/* entry header and panthor_fw_binary_section_entry_hdr */
#define DATA_START	48u
#define SECTION_FLAGS	(1u << 0 | 1u << 1 | 1u << 30)	/* RD, WR, SHARED */

/* Writes @count words, little-endian. */
static void put(unsigned char *at, unsigned int count, ...)
{
	va_list words;
	uint32_t word;

	va_start(words, count);
	for (; count; count--, at += 4) {
		word = va_arg(words, uint32_t);
		at[0] = word;
		at[1] = word >> 8;
		at[2] = word >> 16;
		at[3] = word >> 24;
	}
	va_end(words);
}

static void put_interface(unsigned char *shared)
{
	unsigned char *group;
	unsigned int g, s;

	/* struct panthor_fw_global_control_iface: version 1.1, features, input, output. */
	put(shared, 8, 0x01010000u, 0u, SHARED + GLOBAL_INPUT, SHARED + GLOBAL_OUTPUT,
	    GROUPS, GROUP_STRIDE, 0u, 0u);
	for (g = 0; g < GROUPS; g++) {
		group = shared + GROUP_CONTROL + g * GROUP_STRIDE;
		/* struct panthor_fw_csg_control_iface */
		put(group, 7, 0u, SHARED + GROUP_IO(g), SHARED + GROUP_IO(g) + 0x800u,
		    0x1000u, 0x1000u, STREAMS, STREAM_STRIDE);
		/* struct panthor_fw_cs_control_iface */
		for (s = 0; s < STREAMS; s++)
			put(group + STREAM_CONTROL + s * STREAM_STRIDE, 3, STREAM_FEATURES,
			    SHARED + STREAM_IO(g, s), SHARED + STREAM_IO(g, s) + 0x200u);
	}
}

unsigned char *fakegpu_panthor_firmware(size_t *size)
{
	unsigned char *file;

	*size = DATA_START + SHARED_SIZE;
	file = calloc(1, *size);
	if (!file)
		return NULL;
	/* struct panthor_fw_binary_hdr: magic, version 0.0, no hash, size of the headers. */
	put(file, 5, 0xc3f13a6eu, 0u, 0u, 0u, HEADER_SIZE + ENTRY_SIZE);
	/* CSF_FW_BINARY_ENTRY_TYPE_IFACE and its size; flags, addresses, place in the file. */
	put(file + HEADER_SIZE, 6, ENTRY_SIZE << 8, SECTION_FLAGS, SHARED, SHARED + SHARED_SIZE,
	    DATA_START, DATA_START + SHARED_SIZE);
	put_interface(file + DATA_START);
	return file;
}
