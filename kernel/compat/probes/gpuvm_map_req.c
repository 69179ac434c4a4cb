// SPDX-License-Identifier: GPL-2.0-only
/*
 * struct drm_gpuvm_map_req: the arguments of drm_gpuvm_sm_map() in one.
 * Since 000a45dce7ad ("drm/gpuvm: Pass map arguments through a struct").
 */
#include <drm/drm_gpuvm.h>

const struct drm_gpuvm_map_req probe = { .map.va.addr = 0 };
