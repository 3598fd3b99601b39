// SPDX-License-Identifier: GPL-2.0
#include "ctlpage.h"
#include "lines.h"
#include "link.h"
#include "regmap.h"

static u32 features(const struct board *b)
{
	return (b->msi ? FEAT_MSI : 0) | (b->msix ? FEAT_MSIX : 0) |
	       (b->linkup_notifier ? FEAT_LINKUP : 0) |
	       (b->subrange ? FEAT_SUBRANGE : 0);
}

static u32 bar_read(const struct board *b, u32 off)
{
	const struct board_bar *bar = &b->bar[(off - CTL_BAR(0)) / 8];

	if (off & 4)
		return bar->size;
	return FIELD_PREP(CTL_BAR_TYPE, bar->type) |
	       (bar->only_64bit ? CTL_BAR_ONLY_64BIT : 0);
}

u32 ctlpage_read(const struct ctlr *c, u32 off)
{
	const struct board *b = &c->board;

	if (off >= CTL_BAR(0) && off < CTL_BAR(NUM_BARS))
		return bar_read(b, off);
	switch (off) {
	case CTL_MAGIC:
		return CTL_MAGIC_VALUE;
	case CTL_VERSION:
		return CTL_VERSION_VALUE;
	case CTL_FUNCTIONS:
		return b->functions;
	case CTL_DMA_FORMAT:
		return (u32)b->dma_format;
	case CTL_CHANNELS:
		return FIELD_PREP(CTL_CHANNELS_WR, b->wr_chans) |
		       FIELD_PREP(CTL_CHANNELS_RD, b->rd_chans);
	case CTL_DMA_IRQS:
		return b->dma_irqs;
	case CTL_ALIGN:
		return b->align;
	case CTL_FEATURES:
		return features(b);
	case CTL_DMA_OFFSET:
		return b->dma_offset;
	case CTL_DMA_SIZE:
		return b->dma_size;
	case CTL_DBI_OFFSET:
		return REG_DBI;
	case CTL_DBI_SIZE:
	case CTL_DBI2_SIZE:
		return MAX_FUNCS * REG_FUNC_STRIDE;
	case CTL_DBI2_OFFSET:
		return REG_DBI2;
	case CTL_ATU_OFFSET:
		return REG_ATU;
	case CTL_ATU_SIZE:
		return REG_ATU_SIZE;
	case CTL_RSVD_BAR:
		return b->dma_bar < 0 ? CTL_RSVD_NONE : (u32)b->dma_bar;
	case CTL_RSVD_OFFSET:
		return b->dma_bar_offset;
	case CTL_RSVD_SIZE:
		return b->dma_bar_size;
	case CTL_DMA_RAM_OFFSET:
		return (u32)b->dma_ram_offset;
	case CTL_DMA_RAM_OFFSET + 4:
		return (u32)(b->dma_ram_offset >> 32);
	case CTL_LINK_CTRL:
		return c->ltssm ? CTL_LTSSM_ENABLE : 0;
	case CTL_LINK_STATUS:
		return c->link_up ? CTL_LINK_IS_UP : 0;
	case CTL_EVENTS:
		return c->events;
	default:
		return 0;
	}
}

/* A judge who lost count says so, and does not pass for one who saw nothing. */
static void tell_grant(struct ctlr *c, bool give, u32 len)
{
	bool was_full = c->grants.full;

	if (give)
		grants_give(&c->grants, c->grants.addr, len);
	else
		grants_take(&c->grants, c->grants.addr, len);
	if (c->grants.full && !was_full)
		ctlr_report(c, CNT_VIOL_WITHDRAWN,
			    "more memory is mapped than can be kept track of");
}

void ctlpage_write(struct ctlr *c, u32 off, u32 v)
{
	switch (off) {
	case CTL_LINK_CTRL:
		link_set_ltssm(c, v & CTL_LTSSM_ENABLE);
		break;
	case CTL_GRANT_ADDR:
		c->grants.addr = v;
		break;
	case CTL_GRANT_ADDR + 4:
		c->grants.addr |= (u64)v << 32;
		break;
	case CTL_GRANT_GIVE:
	case CTL_GRANT_TAKE:
		tell_grant(c, off == CTL_GRANT_GIVE, v);
		break;
	case CTL_EVENTS:
		c->events &= ~v;
		/* messages are edges: one that came meanwhile is told again */
		if (c->events)
			lines_raise_link(c);
		break;
	}
}
