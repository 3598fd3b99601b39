/* SPDX-License-Identifier: GPL-2.0 */
#ifndef MODEL_EDMA_V0_H
#define MODEL_EDMA_V0_H

#include "engine.h"

/* An engine with the eDMA's unrolled register layout, for engine_init(). */
struct engine *edma_v0_alloc(void);

#endif
