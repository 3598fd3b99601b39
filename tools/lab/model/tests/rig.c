// SPDX-License-Identifier: GPL-2.0
#include <stdio.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <unistd.h>

#include "rig.h"
#include "tap.h"

static void must(bool ok, const char *what)
{
	if (ok)
		return;
	printf("Bail out! rig: %s\n", what);
	exit(EXIT_FAILURE);
}

static int memory(u64 size, u8 **va)
{
	int fd = memfd_create("rig", MFD_CLOEXEC);

	must(fd >= 0 && !ftruncate(fd, (off_t)size), "memfd");
	*va = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	must(*va != MAP_FAILED, "mmap");
	return fd;
}

static int connect_irq(struct irqset *is, unsigned int vector)
{
	int fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);

	must(fd >= 0, "eventfd");
	irqset_set(is, IRQ_MSI, vector, dup(fd));
	return fd;
}

static void open_endpoint(struct rig *r)
{
	struct ctlr *c = r->c;
	const u32 lo = (u32)EP_OUT, hi = (u32)(EP_OUT >> 32);
	struct { u32 off, len, v; } const writes[] = {
		{ CFG_BAR0, 4, EP_REGS },
		{ CFG_BAR0 + 4 * EP_OUT_BAR, 4, lo },
		{ CFG_BAR0 + 4 * EP_OUT_BAR + 4, 4, hi },
		{ CFG_COMMAND, 2, COMMAND_MEMORY | COMMAND_MASTER },
		{ CFG_MSI + 2, 2, 5 << 4 | 1 },
	};
	unsigned int i;
	u32 v;

	epside_ops.connected(c);
	must(!guestmem_map(&c->ep.mem, EP_RAM, EP_RAM_SIZE,
			   GUESTMEM_READ | GUESTMEM_WRITE, r->ep_mem_fd, 0),
	     "endpoint memory");
	for (i = 0; i < EP_MSI_VECTORS; i++)
		r->ep_irq[i] = connect_irq(&c->ep.irqs, i);
	for (i = 0; i < ARRAY_SIZE(writes); i++) {
		v = writes[i].v;
		epside_ops.write(c, VFU_REGION_CONFIG, writes[i].off, &v,
				 writes[i].len);
	}
}

static void open_function(struct rig *r, unsigned int func)
{
	struct func *f = &r->c->fn[func];
	unsigned int i;

	/* 32 vectors, as set_msi would */
	rig_set_reg(r, 0x8bc, 1);
	rig_set_reg(r, func * REG_FUNC_STRIDE + CFG_MSI,
		    rig_reg(r, func * REG_FUNC_STRIDE + CFG_MSI) | 5u << 17);
	rig_set_reg(r, 0x8bc, 0);
	hostside_ops.connected(f);
	must(!guestmem_map(&f->mem, HOST_RAM, HOST_RAM_SIZE,
			   GUESTMEM_READ | GUESTMEM_WRITE, r->host_mem_fd, 0),
	     "host memory");
	for (i = 0; i < 32; i++)
		r->host_irq[func][i] = connect_irq(&f->irqs, i);
}

static void enumerate(struct rig *r, unsigned int func)
{
	rig_set_cfg(r, func, CFG_MSI + 4, 4, HOST_MSI + 0x1000 * func);
	rig_set_cfg(r, func, CFG_MSI + 12, 2, HOST_MSI_DATA);
	rig_set_cfg(r, func, CFG_MSI + 2, 2, 5 << 4 | 1);
	rig_set_cfg(r, func, CFG_COMMAND, 2, COMMAND_MEMORY | COMMAND_MASTER);
}

void rig_open(struct rig *r, const char *board)
{
	char path[512], err[BOARD_ERR_LEN];
	struct board b;
	unsigned int i;

	memset(r, 0, sizeof(*r));
	snprintf(path, sizeof(path), "%s/%s", boards_dir, board);
	must(!board_load(&b, path, err), err);
	/* a test that is about it sets another */
	b.dma_ram_offset = 0;
	r->c = ctlr_create(&b);
	chance_seed(&r->c->chance, 1);
	r->ep_mem_fd = memory(EP_RAM_SIZE, &r->ep_ram);
	r->host_mem_fd = memory(HOST_RAM_SIZE, &r->host_ram);
	open_endpoint(r);
	for (i = 0; i < b.functions; i++)
		open_function(r, i);
	rig_set_reg(r, REG_CONTROL + CTL_LINK_CTRL, 1);
	for (i = 0; i < b.functions; i++)
		enumerate(r, i);
	rig_set_reg(r, REG_CONTROL + CTL_EVENTS, ~0u);
	for (i = 0; i < EP_MSI_VECTORS; i++)
		rig_ep_irqs(r, i);
	memset(&r->c->count, 0, sizeof(r->c->count));
}

void rig_close(struct rig *r)
{
	unsigned int i, f;

	for (i = 0; i < EP_MSI_VECTORS; i++)
		close(r->ep_irq[i]);
	for (f = 0; f < r->c->board.functions; f++)
		for (i = 0; i < 32; i++)
			close(r->host_irq[f][i]);
	ctlr_destroy(r->c);
	munmap(r->ep_ram, EP_RAM_SIZE);
	munmap(r->host_ram, HOST_RAM_SIZE);
	close(r->ep_mem_fd);
	close(r->host_mem_fd);
}

u32 rig_reg(struct rig *r, u32 off)
{
	u32 v;

	epside_ops.read(r->c, EP_REG_BAR, off, &v, 4);
	return v;
}

void rig_set_reg(struct rig *r, u32 off, u32 v)
{
	epside_ops.write(r->c, EP_REG_BAR, off, &v, 4);
}

u32 rig_cfg(struct rig *r, unsigned int func, u32 off, unsigned int len)
{
	u32 v = 0;

	hostside_ops.read(&r->c->fn[func], VFU_REGION_CONFIG, off, &v, len);
	return v;
}

void rig_set_cfg(struct rig *r, unsigned int func, u32 off, unsigned int len,
		 u32 v)
{
	hostside_ops.write(&r->c->fn[func], VFU_REGION_CONFIG, off, &v, len);
}

u32 rig_bar(struct rig *r, unsigned int func, unsigned int bar, u64 off)
{
	u32 v;

	hostside_ops.read(&r->c->fn[func], bar, off, &v, 4);
	return v;
}

void rig_set_bar(struct rig *r, unsigned int func, unsigned int bar, u64 off,
		 u32 v)
{
	hostside_ops.write(&r->c->fn[func], bar, off, &v, 4);
}

void rig_program_bar(struct rig *r, unsigned int func, unsigned int bar,
		     u64 size, u32 flags, unsigned int win, u64 target)
{
	u32 dbi = func * REG_FUNC_STRIDE + CFG_BAR0 + 4 * bar;
	u32 in = REG_ATU + win * 0x200 + 0x100;

	rig_set_reg(r, 0x8bc, 1);
	rig_set_reg(r, REG_DBI2 + dbi, (u32)(size - 1) | 1);
	rig_set_reg(r, dbi, flags);
	if (flags & 4) {
		rig_set_reg(r, REG_DBI2 + dbi + 4, (u32)((size - 1) >> 32));
		rig_set_reg(r, dbi + 4, 0);
	}
	rig_set_reg(r, 0x8bc, 0);
	rig_set_reg(r, in + 0x14, (u32)target);
	rig_set_reg(r, in + 0x18, (u32)(target >> 32));
	rig_set_reg(r, in + 0x00, func << 20);
	rig_set_reg(r, in + 0x04, BIT(31) | BIT(30) | BIT(19) | bar << 8);
}

void rig_assign_bar(struct rig *r, unsigned int func, unsigned int bar,
		    u64 addr, bool wide)
{
	rig_set_cfg(r, func, CFG_BAR0 + 4 * bar, 4, (u32)addr);
	if (wide)
		rig_set_cfg(r, func, CFG_BAR0 + 4 * bar + 4, 4,
			    (u32)(addr >> 32));
}

static void window(struct rig *r, u32 at, u64 base, u64 size, u64 target,
		   u32 ctrl1)
{
	u64 limit = base + size - 1;
	struct { u32 off, v; } const regs[] = {
		{ 0x08, (u32)base }, { 0x0c, (u32)(base >> 32) },
		{ 0x10, (u32)limit }, { 0x20, (u32)(limit >> 32) },
		{ 0x14, (u32)target }, { 0x18, (u32)(target >> 32) },
		{ 0x00, ctrl1 }, { 0x04, BIT(31) },
	};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(regs); i++)
		rig_set_reg(r, at + regs[i].off, regs[i].v);
}

void rig_window_in(struct rig *r, unsigned int win, u64 base, u64 size,
		   u64 target)
{
	window(r, REG_ATU + win * 0x200 + 0x100, base, size, target, 0);
}

void rig_window_out(struct rig *r, unsigned int win, u64 base, u64 size,
		    u64 target, unsigned int func)
{
	window(r, REG_ATU + win * 0x200, base, size, target, func << 20);
}

static u64 take(int fd)
{
	u64 n;

	return read(fd, &n, sizeof(n)) == sizeof(n) ? n : 0;
}

u64 rig_ep_irqs(struct rig *r, unsigned int vector)
{
	return take(r->ep_irq[vector]);
}

u64 rig_host_irqs(struct rig *r, unsigned int func, unsigned int vector)
{
	return take(r->host_irq[func][vector]);
}

u64 rig_count(struct rig *r, enum counter which)
{
	return r->c->count.c[which].count;
}
