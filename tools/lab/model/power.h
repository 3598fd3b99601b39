/* SPDX-License-Identifier: GPL-2.0 */
/* Power and resets of the controller as a whole. */
#ifndef MODEL_POWER_H
#define MODEL_POWER_H

#include "ctlr.h"

/* All registers of the controller to their reset values, the link down. Maps
 * and interrupts stay with their clients. */
void power_on(struct ctlr *c);

/* The host asserts PERST# and takes it back: as power_on(), and the endpoint
 * is told. Its kernel has to initialise the controller and to enable link
 * training again. */
void power_perst(struct ctlr *c);

#endif
