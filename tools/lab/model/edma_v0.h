/* SPDX-License-Identifier: GPL-2.0 */
#ifndef MODEL_EDMA_V0_H
#define MODEL_EDMA_V0_H

#include "engine.h"

/* The eDMA's registers, unrolled; what an HDMA shows to drivers of those. */
extern const struct layout edma_v0_unroll;
extern const struct layout edma_v0_compat;

#endif
