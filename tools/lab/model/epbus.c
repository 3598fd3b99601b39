// SPDX-License-Identifier: GPL-2.0
#include "epbus.h"
#include "epmem.h"
#include "regmap.h"
#include "regs.h"

/* Is @addr in BAR @bar of the endpoint's device? Then its offset there. */
static bool in_bar(const struct ctlr *c, unsigned int bar, u64 addr, u64 *off)
{
	u64 start = cfg_bar_addr(&c->ep.cfg, bar);

	*off = addr - start;
	return cfg_command(&c->ep.cfg, COMMAND_MEMORY) && addr >= start &&
	       *off < cfg_bar_size(&c->ep.cfg, bar);
}

int epbus_read(struct ctlr *c, u64 addr, void *buf, unsigned int len,
	       unsigned int func)
{
	u64 off, v;

	if (in_bar(c, EP_REG_BAR, addr, &off)) {
		v = regs_read(c, (u32)off, len, (int)func);
		memcpy(buf, &v, len);
		return 0;
	}
	memset(buf, 0xff, len);
	return epmem_host_read(c, addr, buf, len);
}

int epbus_write(struct ctlr *c, u64 addr, const void *buf, unsigned int len,
		unsigned int func)
{
	u64 off, v = 0;

	if (in_bar(c, EP_REG_BAR, addr, &off)) {
		memcpy(&v, buf, len);
		regs_write(c, (u32)off, len, v, (int)func);
		return 0;
	}
	return epmem_host_write(c, addr, buf, len);
}
