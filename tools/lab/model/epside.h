/* SPDX-License-Identifier: GPL-2.0 */
/* The endpoint's side: the PCI device that the endpoint's machine sees. */
#ifndef MODEL_EPSIDE_H
#define MODEL_EPSIDE_H

#include "ctlr.h"
#include "vfu_message.h"

/* The vfio-user device; its argument is the struct ctlr. */
extern const struct vfu_ops epside_ops;

/* What a power cycle of the endpoint's machine does: the controller's, and
 * that of the device which holds it. */
void epside_power_on(struct ctlr *c);

#endif
