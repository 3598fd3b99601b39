// SPDX-License-Identifier: GPL-2.0
#include <inttypes.h>

#include "count.h"

static const struct {
	const char *name;
	bool tlps;
} info[NUM_COUNTERS] = {
	[CNT_HOST_CFG_READ]	= { "host.cfg.read", false },
	[CNT_HOST_CFG_WRITE]	= { "host.cfg.write", false },
	[CNT_HOST_MEM_READ]	= { "host.mem.read", true },
	[CNT_HOST_MEM_WRITE]	= { "host.mem.write", true },
	[CNT_HOST_MEM_HELD]	= { "host.mem.held", false },
	[CNT_EP_MEM_READ]	= { "ep.mem.read", true },
	[CNT_EP_MEM_WRITE]	= { "ep.mem.write", true },
	[CNT_DMA_MEM_READ]	= { "dma.mem.read", true },
	[CNT_DMA_MEM_WRITE]	= { "dma.mem.write", true },
	[CNT_IRQ_MSI]		= { "irq.msi", false },
	[CNT_IRQ_IMWR]		= { "irq.imwr", false },
	[CNT_IRQ_LOCAL]		= { "irq.local", false },
	[CNT_DMA_START]		= { "dma.start", false },
	[CNT_DMA_ELEMENT]	= { "dma.element", false },
	[CNT_DMA_ABORT]		= { "dma.abort", false },
	[CNT_DMA_HIGH_HOST]	= { "dma.high.host", false },
	[CNT_DMA_HIGH_EP]	= { "dma.high.ep", false },
	[CNT_VIOL_APP]		= { "violation.app", false },
	[CNT_VIOL_REGS]		= { "violation.regs", false },
	[CNT_VIOL_WIDTH]	= { "violation.width", false },
	[CNT_VIOL_REQUESTER]	= { "violation.requester", false },
	[CNT_VIOL_BUSMASTER]	= { "violation.busmaster", false },
	[CNT_VIOL_UNMAPPED]	= { "violation.unmapped", false },
	[CNT_VIOL_INBOUND]	= { "violation.inbound", false },
	[CNT_VIOL_OUTBOUND]	= { "violation.outbound", false },
	[CNT_VIOL_LIST]		= { "violation.list", false },
	[CNT_VIOL_RUNNING]	= { "violation.running", false },
	[CNT_VIOL_WITHDRAWN]	= { "violation.withdrawn", false },
};

const char *count_name(enum counter which)
{
	return info[which].name;
}

void count_add(struct counters *cs, enum counter which, u64 n, u64 bytes,
	       u64 tlps)
{
	cs->c[which].count += n;
	cs->c[which].bytes += bytes;
	cs->c[which].tlps += tlps;
}

u64 count_tlps(u64 addr, u64 len, u32 max)
{
	u64 tlps = 0, n;

	while (len) {
		n = 4096 - (addr & 4095);
		n = min_of(n, len);
		tlps += (n + max - 1) / max;
		addr += n;
		len -= n;
	}
	return tlps;
}

void count_print(const struct counters *cs, FILE *out)
{
	unsigned int i;

	for (i = 0; i < NUM_COUNTERS; i++) {
		fprintf(out, "%s %" PRIu64 " %" PRIu64 "\n", info[i].name,
			cs->c[i].count, cs->c[i].bytes);
		if (info[i].tlps)
			fprintf(out, "%s.tlp %" PRIu64 " %" PRIu64 "\n",
				info[i].name, cs->c[i].tlps, cs->c[i].bytes);
	}
}
