/* SPDX-License-Identifier: GPL-2.0 */
/* Power and resets of the controller as a whole. */
#ifndef MODEL_POWER_H
#define MODEL_POWER_H

#include "ctlr.h"

/* All registers of the controller to their reset values, the link down. Maps
 * and interrupts stay with their clients. */
void power_on(struct ctlr *c);

#endif
