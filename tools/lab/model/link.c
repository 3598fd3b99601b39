// SPDX-License-Identifier: GPL-2.0
#include <errno.h>

#include "lines.h"
#include "link.h"
#include "log.h"

void link_event(struct ctlr *c, u32 events)
{
	c->events |= events;
	lines_raise_link(c);
}

static bool host_present(const struct ctlr *c)
{
	unsigned int i;

	for (i = 0; i < c->board.functions; i++)
		if (c->fn[i].connected)
			return true;
	return false;
}

void link_reset_function(struct func *f)
{
	cfg_bus_reset(&f->cfg, f->ctlr->modes.v[MODE_REBAR_RESET]);
	f->reset_count++;
}

static void reset_functions(struct ctlr *c)
{
	unsigned int i;

	for (i = 0; i < c->board.functions; i++)
		link_reset_function(&c->fn[i]);
}

void link_update(struct ctlr *c)
{
	bool up = c->ltssm && !c->unplugged && host_present(c);

	if (up == c->link_up)
		return;
	c->link_up = up;
	log_limited(&c->link_changes, "link %s", up ? "up" : "down");
	if (!up)
		reset_functions(c);
	link_event(c, up ? EVENT_LINK_UP : EVENT_LINK_DOWN);
}

void link_power_on(struct ctlr *c)
{
	if (c->link_up)
		log_limited(&c->link_changes,
			    "link down (controller reset)");
	c->ltssm = false;
	c->started = false;
	c->link_up = false;
	c->events = 0;
}

void link_set_ltssm(struct ctlr *c, bool on)
{
	c->ltssm = on;
	c->started |= on;
	link_update(c);
}

void link_set_unplugged(struct ctlr *c, bool on)
{
	c->unplugged = on;
	link_update(c);
}

void link_hot_reset(struct ctlr *c)
{
	if (!c->link_up)
		return;
	log_limited(&c->resets, "hot reset");
	reset_functions(c);
	link_event(c, EVENT_HOT_RESET | EVENT_LINK_UP);
}

/* May function @func send anything? Violations are counted here. */
static int check_requester(struct ctlr *c, unsigned int func)
{
	if (!c->link_up)
		return -ENOLINK;
	if (func >= c->board.functions || !c->fn[func].connected) {
		ctlr_report(c, CNT_VIOL_REQUESTER,
			    "requester function %u is not there", func);
		return -EACCES;
	}
	if (!cfg_command(&c->fn[func].cfg, COMMAND_MASTER)) {
		ctlr_report(c, CNT_VIOL_BUSMASTER,
			    "function %u may not master the bus", func);
		return -EACCES;
	}
	return 0;
}

/* Does function @f own this message? Then signal it. */
static bool signal_message(struct func *f, u64 addr, u32 data)
{
	int vector = cfg_msi_match(&f->cfg, addr, data);

	if (vector >= 0) {
		irqset_fire(&f->irqs, IRQ_MSI, (unsigned int)vector);
		return true;
	}
	if (cfg_msix_enabled(&f->cfg) && addr == LINK_MSIX_ADDR(f->index) &&
	    data < cfg_msix_vectors(&f->cfg)) {
		irqset_fire(&f->irqs, IRQ_MSIX, data);
		return true;
	}
	return false;
}

/*
 * A message of another function is delivered, as a host without interrupt
 * remapping would do it, but it carries the wrong requester.
 */
static bool deliver_message(struct ctlr *c, unsigned int func, u64 addr,
			    u32 data)
{
	unsigned int i;

	if (signal_message(&c->fn[func], addr, data))
		return true;
	for (i = 0; i < c->board.functions; i++) {
		if (i == func || !signal_message(&c->fn[i], addr, data))
			continue;
		ctlr_report(c, CNT_VIOL_REQUESTER,
			    "message of function %u sent as function %u", i,
			    func);
		return true;
	}
	return false;
}

static void unmapped(struct ctlr *c, unsigned int func, u64 addr, u32 len)
{
	ctlr_report(c, CNT_VIOL_UNMAPPED,
		    "no host memory at 0x%llx+0x%x for function %u",
		    (unsigned long long)addr, len, func);
}

/* x86 keeps this range for messages; reading it returns nothing of use. */
static bool is_message_range(u64 addr)
{
	return addr >= 0xfee00000 && addr <= 0xfeefffff;
}

int link_read(struct ctlr *c, enum link_source src, unsigned int func, u64 addr,
	      void *buf, u32 len, bool first)
{
	int ret = check_requester(c, func);

	memset(buf, 0xff, len);
	if (ret)
		return ret;
	count_add(&c->count,
		  src == FROM_DMA ? CNT_DMA_MEM_READ : CNT_EP_MEM_READ, first,
		  len, count_tlps(addr, len, LINK_MRRS));
	if (src == FROM_EP_CPU && is_message_range(addr)) {
		memset(buf, 0, len);
		return 0;
	}
	ret = guestmem_read(&c->fn[func].mem, addr, buf, len);
	if (ret)
		unmapped(c, func, addr, len);
	return ret;
}

int link_write(struct ctlr *c, enum link_source src, unsigned int func,
	       u64 addr, const void *buf, u32 len, bool first)
{
	int ret = check_requester(c, func);

	if (ret)
		return ret;
	if (src == FROM_EP_CPU && len == 4 &&
	    deliver_message(c, func, addr, get32(buf))) {
		count_add(&c->count, CNT_IRQ_MSI, 1, len, 1);
		return 0;
	}
	count_add(&c->count,
		  src == FROM_DMA ? CNT_DMA_MEM_WRITE : CNT_EP_MEM_WRITE, first,
		  len, count_tlps(addr, len, LINK_MPS));
	ret = guestmem_write(&c->fn[func].mem, addr, buf, len);
	if (ret)
		unmapped(c, func, addr, len);
	return ret;
}

int link_message(struct ctlr *c, unsigned int func, u64 addr, u32 data)
{
	int ret = check_requester(c, func);
	u8 buf[4];

	if (ret)
		return ret;
	count_add(&c->count, CNT_IRQ_IMWR, 1, 4, 1);
	if (deliver_message(c, func, addr, data))
		return 0;
	put32(buf, data);
	ret = guestmem_write(&c->fn[func].mem, addr, buf, sizeof(buf));
	if (ret)
		unmapped(c, func, addr, sizeof(buf));
	return ret;
}
