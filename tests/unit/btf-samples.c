// SPDX-License-Identifier: GPL-2.0-or-later
#include "btf-samples.h"

struct sample_outer *sample_outer;
union sample_union *sample_union;
struct sample_empty *sample_empty;
