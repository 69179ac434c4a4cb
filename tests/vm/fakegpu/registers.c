// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The registers that the drivers of Linux 6.12 read while they probe. Names are
 * those of drivers/gpu/drm: panfrost/panfrost_regs.h, panthor/panthor_regs.h and
 * v3d/v3d_regs.h.
 */
#include <string.h>

#include "fakegpu.h"

/* GPU_INT_RAWSTAT: requests are done at once, as writing GPU_INT_CLEAR clears nothing. */
#define RESET_COMPLETED		(1u << 8)
#define POWER_CHANGED		(1u << 9)
#define POWER_CHANGED_ALL	(1u << 10)
#define CLEAN_CACHES_COMPLETED	(1u << 17)

/* A Mali with a job manager: Bifrost G52. */
static const struct reg panfrost_regs[] = {
	{ 0x000, 0x70020010 },		/* GPU_ID */
	{ 0x004, 0x07110206 },		/* GPU_L2_FEATURES */
	{ 0x008, 0x00000001 },		/* GPU_CORE_FEATURES */
	{ 0x00c, 0x00000809 },		/* GPU_TILER_FEATURES */
	{ 0x010, 0x00000001 },		/* GPU_MEM_FEATURES */
	{ 0x014, 0x00002830 },		/* GPU_MMU_FEATURES: 48 bits of addresses, 40 physical */
	{ 0x018, 0x000000ff },		/* GPU_AS_PRESENT */
	{ 0x01c, 0x00000007 },		/* GPU_JS_PRESENT */
	{ 0x020, RESET_COMPLETED | CLEAN_CACHES_COMPLETED },	/* GPU_INT_RAWSTAT */
	{ 0x0a0, 0x00000180 },		/* GPU_THREAD_MAX_THREADS */
	{ 0x0a4, 0x00000180 },		/* GPU_THREAD_MAX_WORKGROUP_SIZE */
	{ 0x0a8, 0x00000180 },		/* GPU_THREAD_MAX_BARRIER_SIZE */
	{ 0x0ac, 0x00010000 },		/* GPU_THREAD_FEATURES */
	{ 0x0b0, 0x000000fe },		/* GPU_TEXTURE_FEATURES(0) to (3) */
	{ 0x0b4, 0x0000ffff },
	{ 0x0b8, 0x0001ffff },
	{ 0x0bc, 0x0000ffff },
	{ 0x0c0, 0x0000020e },		/* GPU_JS_FEATURES(0) to (2) */
	{ 0x0c4, 0x000001fe },
	{ 0x0c8, 0x0000007e },
	{ 0x100, 0x00000001 },		/* GPU_SHADER_PRESENT_LO, TILER, L2 */
	{ 0x110, 0x00000001 },
	{ 0x120, 0x00000001 },
	{ 0x140, 0x00000001 },		/* SHADER_READY_LO, TILER, L2: the same */
	{ 0x150, 0x00000001 },
	{ 0x160, 0x00000001 },
	{ 0x300, 0x00000001 },		/* GPU_COHERENCY_FEATURES: COHERENCY_ACE_LITE */
	{ }
};

/* A Mali with command stream front end: Valhall G610, architecture 10.8. */
static const struct reg panthor_regs[] = {
	{ 0x000, 0xa8670000 },		/* GPU_ID */
	{ 0x004, 0x07120306 },		/* GPU_L2_FEATURES */
	{ 0x00c, 0x00000809 },		/* GPU_TILER_FEATURES */
	{ 0x010, 0x00000301 },		/* GPU_MEM_FEATURES */
	{ 0x014, 0x00002830 },		/* GPU_MMU_FEATURES: 48 bits of addresses, 40 physical */
	{ 0x018, 0x000000ff },		/* GPU_AS_PRESENT */
	{ 0x01c, 0x040a0412 },		/* GPU_CSF_ID */
	{ 0x020, RESET_COMPLETED | POWER_CHANGED | POWER_CHANGED_ALL |
		 CLEAN_CACHES_COMPLETED },			/* GPU_INT_RAWSTAT */
	{ 0x0a0, 0x00000800 },		/* GPU_THREAD_MAX_THREADS */
	{ 0x0a4, 0x00000400 },		/* GPU_THREAD_MAX_WORKGROUP_SIZE */
	{ 0x0a8, 0x00000400 },		/* GPU_THREAD_MAX_BARRIER_SIZE */
	{ 0x0ac, 0x04010000 },		/* GPU_THREAD_FEATURES */
	{ 0x0b0, 0x00c1ffff },		/* GPU_TEXTURE_FEATURES(0) to (3) */
	{ 0x0b4, 0x0000ffff },
	{ 0x0b8, 0x0001ffff },
	{ 0x0bc, 0x0000ffff },
	{ 0x100, 0x00000005 },		/* GPU_SHADER_PRESENT_LO, TILER, L2 */
	{ 0x110, 0x00000001 },
	{ 0x120, 0x00000001 },
	{ 0x140, 0x00000005 },		/* SHADER_READY_LO, TILER, L2: the same */
	{ 0x150, 0x00000001 },
	{ 0x160, 0x00000001 },
	{ 0x300, 0x00000001 },		/* GPU_COHERENCY_FEATURES */
	{ 0x704, 0x00000000 },		/* MCU_STATUS: MCU_STATUS_DISABLED, so it stops at once */
	/* JOB_INT_STAT: JOB_INT_GLOBAL_IF, which after 1 s is taken for a firmware that runs. */
	{ 0x100c, 0x80000000 },
	{ }
};

/* The V3D 4.2 of the BCM2711. */
static const struct reg v3d_hub_regs[] = {
	{ 0x0008, 0x42554856 },		/* V3D_HUB_IDENT0: "VHUB" */
	{ 0x000c, 0x000e1124 },		/* V3D_HUB_IDENT1: version 4.2, one core */
	{ 0x0010, 0x00000100 },		/* V3D_HUB_IDENT2: V3D_HUB_IDENT2_WITH_MMU */
	{ 0x0014, 0x00000e00 },		/* V3D_HUB_IDENT3 */
	{ 0x1238, 0x00000550 },		/* V3D_MMU_DEBUG_INFO: 35 bits of addresses, physical too */
	{ }
};

static const struct reg v3d_core_regs[] = {
	{ 0x0000, 0x04443356 },		/* V3D_CTL_IDENT0: "V3D", 4 */
	{ 0x0004, 0x81001422 },		/* V3D_CTL_IDENT1 */
	{ 0x0008, 0x40078121 },		/* V3D_CTL_IDENT2 */
	{ }
};

/* The bridge resets the GPU, which is over at once. */
static const struct reg v3d_bridge_regs[] = {
	{ 0x0000, 0x00000200 },		/* V3D_TOP_GR_BRIDGE_REVISION: 2.0 */
	{ }
};

static const char panfrost_compatible[] = "arm,mali-bifrost";
static const char panthor_compatible[] = "rockchip,rk3588-mali\0arm,mali-valhall-csf";
static const char v3d_compatible[] = "brcm,2711-v3d";
static const char mali_irqs[] = "job\0mmu\0gpu";

const struct fakegpu fakegpu_panfrost = {
	.name = "panfrost",
	.compatible = panfrost_compatible,
	.compatible_size = sizeof(panfrost_compatible),
	.offset = 0,
	.blocks = { { NULL, 0, 0x10000, panfrost_regs } },
	.irq_names = mali_irqs,
	.irq_names_size = sizeof(mali_irqs),
	.irqs = 3,
	.first_irq = 200,
	.clock = 1,
	.supply = 1,
};

const struct fakegpu fakegpu_panthor = {
	.name = "panthor",
	.compatible = panthor_compatible,
	.compatible_size = sizeof(panthor_compatible),
	.offset = 0x200000,
	.blocks = { { NULL, 0, 0x200000, panthor_regs } },
	.irq_names = mali_irqs,
	.irq_names_size = sizeof(mali_irqs),
	.irqs = 3,
	.first_irq = 203,
	.clock_name = "core",
	.clock = 1,
	.supply = 1,
	.opp = 1,
};

const struct fakegpu fakegpu_v3d = {
	.name = "v3d",
	.compatible = v3d_compatible,
	.compatible_size = sizeof(v3d_compatible),
	.offset = 0x100000,
	.blocks = {
		{ "hub", 0, 0x8000, v3d_hub_regs },
		{ "core0", 0x10000, 0x8000, v3d_core_regs },
		{ "bridge", 0x20000, 0x1000, v3d_bridge_regs },
	},
	.irqs = 1,
	.first_irq = 206,
};

void fakegpu_registers(const struct reg_block *block, unsigned char *memory)
{
	const struct reg *reg;
	unsigned int byte;

	memset(memory, 0, block->size);
	/* Some table may start at 0, none has the value 0 there. */
	for (reg = block->regs; reg->offset || reg->value; reg++)
		for (byte = 0; byte < 4; byte++)
			memory[reg->offset + byte] = reg->value >> (8 * byte);
}
