// SPDX-License-Identifier: GPL-2.0
#include "dbi.h"
#include "engine.h"
#include "link.h"
#include "power.h"
#include "regmap.h"

void power_on(struct ctlr *c)
{
	unsigned int i;

	link_power_on(c);
	for (i = 0; i < c->board.functions; i++)
		cfg_init_function(&c->fn[i].cfg, &c->board, i);
	iatu_reset(&c->iatu, &c->board);
	dbi_reset(c);
	engine_reset(c->engine);
	posted_clear(&c->posted);
}

void power_perst(struct ctlr *c)
{
	log_limited(&c->resets, "PERST#");
	power_on(c);
	link_event(c, EVENT_PERST);
}
