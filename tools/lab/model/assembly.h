/* SPDX-License-Identifier: GPL-2.0 */
/* Puts a controller together. Nothing below knows all of its parts. */
#ifndef MODEL_ASSEMBLY_H
#define MODEL_ASSEMBLY_H

#include "ctlr.h"

/**
 * ctlr_create() - a controller in its power-on state
 * @b: board, copied
 *
 * Its engine's thread does not run yet.
 */
struct ctlr *ctlr_create(const struct board *b);

/* Stops the engine and frees all. Called without the lock. */
void ctlr_destroy(struct ctlr *c);

#endif
