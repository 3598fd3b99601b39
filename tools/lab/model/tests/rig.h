/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A controller between two pretended machines: memory on both sides, event
 * descriptors for interrupts, no sockets and no engine thread. engine_run()
 * does the engine's work when a test says so.
 */
#ifndef TEST_RIG_H
#define TEST_RIG_H

#include "assembly.h"
#include "engine.h"
#include "epside.h"
#include "hostside.h"
#include "link.h"
#include "power.h"
#include "regmap.h"

#define EP_REGS		0x10000000ull	/* BAR0 of the endpoint's device */
#define EP_OUT		0x8000000000ull	/* BAR2 */
#define EP_RAM		0x40000000ull
#define EP_RAM_SIZE	MIB(4)
#define HOST_RAM	0x00100000ull
#define HOST_RAM_SIZE	MIB(4)
#define HOST_MSI	0xfee01000ull
#define HOST_MSI_DATA	0x4020u		/* vectors 0..31 are in its low bits */

struct rig {
	struct ctlr *c;
	u8 *ep_ram;
	u8 *host_ram;
	int ep_irq[EP_MSI_VECTORS];
	int host_irq[MAX_FUNCS][32];
	int ep_mem_fd;
	int host_mem_fd;
};

/* A running link on board file @board: functions enumerated, memory and bus
 * mastering on, 32 MSI vectors each. Nothing is counted yet. */
void rig_open(struct rig *r, const char *board);
void rig_close(struct rig *r);

/* Registers of the endpoint, as its CPU uses them. */
u32 rig_reg(struct rig *r, u32 off);
void rig_set_reg(struct rig *r, u32 off, u32 v);

/* Configuration space of a function, as the host uses it. */
u32 rig_cfg(struct rig *r, unsigned int func, u32 off, unsigned int len);
void rig_set_cfg(struct rig *r, unsigned int func, u32 off, unsigned int len,
		 u32 v);

/* BARs of a function, as the host uses them. */
u32 rig_bar(struct rig *r, unsigned int func, unsigned int bar, u64 off);
void rig_set_bar(struct rig *r, unsigned int func, unsigned int bar, u64 off,
		 u32 v);

/* What pci_epc_set_bar() does: mask, flags, then a window that matches the
 * BAR; and what the host does then: an address. Uses inbound window @win. */
void rig_program_bar(struct rig *r, unsigned int func, unsigned int bar,
		     u64 size, u32 flags, unsigned int win, u64 target);
void rig_assign_bar(struct rig *r, unsigned int func, unsigned int bar,
		    u64 addr, bool wide);

/* An inbound window that matches addresses; an outbound one. */
void rig_window_in(struct rig *r, unsigned int win, u64 base, u64 size,
		   u64 target);
void rig_window_out(struct rig *r, unsigned int win, u64 base, u64 size,
		    u64 target, unsigned int func);

/* Interrupts that came since the last question. */
u64 rig_ep_irqs(struct rig *r, unsigned int vector);
u64 rig_host_irqs(struct rig *r, unsigned int func, unsigned int vector);

u64 rig_count(struct rig *r, enum counter which);

#endif
