/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _GPUSIM_ENGINE_H_
#define _GPUSIM_ENGINE_H_

struct gpusim_job;

int gpusim_engine_run(struct gpusim_job *job);

#endif /* _GPUSIM_ENGINE_H_ */
