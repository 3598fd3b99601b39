/* SPDX-License-Identifier: GPL-2.0 */
/* Puts a controller together. Nothing below knows all of its parts. */
#ifndef MODEL_ASSEMBLY_H
#define MODEL_ASSEMBLY_H

#include "ctlr.h"

/**
 * ctlr_create() - a controller in its power-on state
 * @b: board, copied
 * @err: message on failure
 *
 * Return: the controller, its engine's thread not running yet; or NULL with
 * @err set when the board asks for something that is not emulated.
 */
struct ctlr *ctlr_create(const struct board *b, char err[BOARD_ERR_LEN]);

/* Stops the engine and frees all. Called without the lock. */
void ctlr_destroy(struct ctlr *c);

#endif
