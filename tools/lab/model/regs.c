// SPDX-License-Identifier: GPL-2.0
#include "ctlpage.h"
#include "dbi.h"
#include "engine.h"
#include "regmap.h"
#include "regs.h"

enum block {
	BLOCK_NONE,
	BLOCK_DBI,
	BLOCK_DBI2,
	BLOCK_ATU,
	BLOCK_DMA,
	BLOCK_APP,
	BLOCK_CONTROL,
};

static bool within(u32 off, u32 start, u32 size)
{
	return off >= start && off - start < size;
}

/*
 * The engine's registers may reach into the app page. For the endpoint they
 * are registers there too; for the host the page is what must not be
 * exported, so it comes first.
 */
static enum block block_at(const struct ctlr *c, u32 off, int from)
{
	const struct board *b = &c->board;
	bool app = b->app_offset && within(off, b->app_offset, 0x1000);

	if (app && from != ORIGIN_EP)
		return BLOCK_APP;
	if (within(off, b->dma_offset, b->dma_size))
		return BLOCK_DMA;
	if (app)
		return BLOCK_APP;
	if (within(off, REG_DBI, MAX_FUNCS * REG_FUNC_STRIDE))
		return BLOCK_DBI;
	if (within(off, REG_DBI2, MAX_FUNCS * REG_FUNC_STRIDE))
		return BLOCK_DBI2;
	if (within(off, REG_ATU, REG_ATU_SIZE))
		return BLOCK_ATU;
	if (within(off, REG_CONTROL, REG_CONTROL_SIZE))
		return BLOCK_CONTROL;
	return BLOCK_NONE;
}

static u32 dword_read(struct ctlr *c, enum block block, u32 off)
{
	switch (block) {
	case BLOCK_ATU:
		return iatu_read(&c->iatu, off - REG_ATU);
	case BLOCK_DMA:
		return c->engine->layout->read(c->engine,
					       off - c->board.dma_offset);
	case BLOCK_CONTROL:
		return ctlpage_read(c, off - REG_CONTROL);
	default:
		return 0;
	}
}

static void dword_write(struct ctlr *c, enum block block, u32 off, u32 v,
			int from)
{
	switch (block) {
	case BLOCK_DBI2:
		dbi2_write(c, (off - REG_DBI2) / REG_FUNC_STRIDE,
			   off % REG_FUNC_STRIDE, v);
		break;
	case BLOCK_ATU:
		iatu_write(&c->iatu, off - REG_ATU, v);
		break;
	case BLOCK_DMA:
		c->engine->layout->write(c->engine, off - c->board.dma_offset,
					 v, from);
		break;
	case BLOCK_CONTROL:
		ctlpage_write(c, off - REG_CONTROL, v);
		break;
	default:
		break;
	}
}

/* The engine's registers are 32 bits wide, and so is its bus. */
static void check_width(struct ctlr *c, u32 off, unsigned int len, int from)
{
	if (from != ORIGIN_EP && len != 4 &&
	    block_at(c, off, from) == BLOCK_DMA)
		ctlr_report(c, CNT_VIOL_WIDTH,
			    "function %d uses %u bits at DMA register 0x%05x",
			    from, 8 * len, off);
}

static void check_host(struct ctlr *c, enum block block, u32 off, int from)
{
	if (from == ORIGIN_EP || block == BLOCK_DMA)
		return;
	ctlr_report(c, block == BLOCK_APP ? CNT_VIOL_APP : CNT_VIOL_REGS,
		    "function %d reaches register 0x%05x", from, off);
}

/* @len is at most 4. */
static u32 narrow_read(struct ctlr *c, u32 off, unsigned int len, int from)
{
	enum block block = block_at(c, off, from);

	check_host(c, block, off, from);
	if (block == BLOCK_DBI)
		return dbi_read(c, off / REG_FUNC_STRIDE, off % REG_FUNC_STRIDE,
				len);
	return (u32)low_bytes(dword_read(c, block, off & ~3u) >> 8 * (off & 3),
			      len);
}

/*
 * Registers are 32 bits wide. A narrower write has its bytes in place and
 * the others as the register reads, which is 0 where a write acts.
 */
static void narrow_write(struct ctlr *c, u32 off, unsigned int len, u32 v,
			 int from)
{
	enum block block = block_at(c, off, from);
	u8 bytes[4];

	check_host(c, block, off, from);
	if (block == BLOCK_DBI) {
		dbi_write(c, off / REG_FUNC_STRIDE, off % REG_FUNC_STRIDE, len,
			  v);
		return;
	}
	put32(bytes, len < 4 ? dword_read(c, block, off & ~3u) : 0);
	memcpy(&bytes[off & 3], &v, len);
	dword_write(c, block, off & ~3u, get32(bytes), from);
}

u64 regs_read(struct ctlr *c, u32 off, unsigned int len, int from)
{
	u64 v;

	check_width(c, off, len, from);
	if (len < 8)
		return narrow_read(c, off, len, from);
	v = narrow_read(c, off, 4, from);
	return v | (u64)narrow_read(c, off + 4, 4, from) << 32;
}

void regs_write(struct ctlr *c, u32 off, unsigned int len, u64 v, int from)
{
	check_width(c, off, len, from);
	narrow_write(c, off, min_of(len, 4u), (u32)v, from);
	if (len == 8)
		narrow_write(c, off + 4, 4, (u32)(v >> 32), from);
}
