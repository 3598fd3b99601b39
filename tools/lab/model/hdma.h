/* SPDX-License-Identifier: GPL-2.0 */
#ifndef MODEL_HDMA_H
#define MODEL_HDMA_H

#include "engine.h"

/* The HDMA's registers as they are its own. */
extern const struct layout hdma_native;

#endif
