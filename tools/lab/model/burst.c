// SPDX-License-Identifier: GPL-2.0
#include <errno.h>

#include "burst.h"
#include "epmem.h"
#include "link.h"
#include "log.h"

u32 burst_len(const struct ctlr *c, u64 link, u32 left)
{
	u32 n = BURST_MAX - (u32)(link & 4095);
	unsigned int func;
	u64 bus, run;

	iatu_outbound(&c->iatu, link, &bus, &func, &run);
	n = min_of(n, left);
	return (u32)min_of(n, run);
}

static enum burst_error move_out(struct ctlr *c, unsigned int func, u64 local,
				 u64 bus, u32 len, bool first)
{
	u8 buf[BURST_MAX];
	int ret;

	if (epmem_read(c, local, buf, len))
		return BURST_LOCAL;
	ret = link_write(c, FROM_DMA, func, bus, buf, len, first);
	if (ret == -EFAULT && c->modes.v[MODE_WRITE_FAULT] == WRITE_FAULT_UNSEEN)
		ret = 0;
	return ret ? BURST_LINK : BURST_OK;
}

static enum burst_error move_in(struct ctlr *c, unsigned int func, u64 local,
				u64 bus, u32 len, bool first)
{
	u8 buf[BURST_MAX];

	if (link_read(c, FROM_DMA, func, bus, buf, len, first))
		return BURST_LINK;
	if (epmem_write(c, local, buf, len))
		return BURST_LOCAL;
	return BURST_OK;
}

/* Drivers and their buffers are only proven for 64-bit addresses by data
 * that needs them. */
static void count_high(struct counters *cs, enum counter which, u64 addr,
		       u32 len)
{
	if (len && (addr + len - 1) >> 32)
		count_add(cs, which, 1, len, 0);
}

enum burst_error burst_move(struct ctlr *c, enum dma_dir dir,
			    unsigned int func, u64 local, u64 link, u32 len,
			    bool first)
{
	static const char * const said[] = {
		[BURST_OK] = "done",
		[BURST_LOCAL] = "endpoint memory does not answer",
		[BURST_LINK] = "no answer",
	};
	unsigned int window_func;
	enum burst_error err;
	u64 bus, run;

	/* The engine's own function number wins over the window's. */
	if (!iatu_outbound(&c->iatu, link, &bus, &window_func, &run))
		bus = link;
	if (dir == DMA_WRITE)
		err = move_out(c, func, local, bus, len, first);
	else
		err = move_in(c, func, local, bus, len, first);
	if (!err) {
		count_high(&c->count, CNT_DMA_HIGH_HOST, bus, len);
		/* where the memory is, not where the engine sees it */
		count_high(&c->count, CNT_DMA_HIGH_EP,
			   local - c->board.dma_ram_offset, len);
	}
	log_trace("dma: function %u, %s 0x%llx+0x%x: %s", func,
		  dir == DMA_WRITE ? "write to" : "read from",
		  (unsigned long long)bus, len, said[err]);
	return err;
}
