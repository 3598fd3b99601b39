/* SPDX-License-Identifier: GPL-2.0 */
/* The control page: how the glue driver learns what board this is, and
 * drives and watches the link. */
#ifndef MODEL_CTLPAGE_H
#define MODEL_CTLPAGE_H

#include "ctlr.h"

/* @off: dword in the page. */
u32 ctlpage_read(const struct ctlr *c, u32 off);
void ctlpage_write(struct ctlr *c, u32 off, u32 v);

#endif
