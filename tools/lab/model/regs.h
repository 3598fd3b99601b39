/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The register decoder: which block of BAR0 of the endpoint's device an
 * access reaches, whoever makes it, and what its width means there.
 */
#ifndef MODEL_REGS_H
#define MODEL_REGS_H

#include "ctlr.h"

/**
 * regs_read() - read registers
 * @c: controller
 * @off: offset in BAR0
 * @len: 1, 2, 4 or 8, naturally aligned
 * @from: host function, or ORIGIN_EP
 */
u64 regs_read(struct ctlr *c, u32 off, unsigned int len, int from);
void regs_write(struct ctlr *c, u32 off, unsigned int len, u64 v, int from);

#endif
