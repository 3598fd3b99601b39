// SPDX-License-Identifier: GPL-2.0
/*
 * Builder and parser of the block through which a PCI endpoint offers DMA
 * channels, see <linux/pci-ep-dma.h>
 *
 * Pure functions on memory: no MMIO, no allocation, no sleeping, no global
 * state. The peer is hostile, so the parser works on a private copy and uses a
 * number only after it was checked. Both ways share one set of rules
 * (check_info()), so what one side builds the other side accepts.
 *
 * A verdict collects the first refusal; every check after it is a no-op. A
 * check whose outcome guards a memory access is asked with passed().
 */

#include <linux/align.h>
#include <linux/array_size.h>
#include <linux/errno.h>
#include <linux/export.h>
#include <linux/limits.h>
#include <linux/minmax.h>
#include <linux/module.h>
#include <linux/pci-ep-dma.h>
#include <linux/string.h>
#include <linux/wordpart.h>

#include <asm/byteorder.h>

#define ALL_ONES	U32_MAX
#define WIRE_ALIGN	8	/* of what counts bytes, but for registers */
#define REG_ALIGN	4	/* of offsets and sizes of registers */
#define DOORBELL_SIZE	sizeof(u32)
#define HOST_ALIGN	sizeof(struct pci_ep_dma_wire_host)

struct verdict {
	int err;
	const char *field;
};

static bool passed(const struct verdict *v)
{
	return !v->err;
}

static void demand(struct verdict *v, bool ok, int err, const char *field)
{
	if (ok || v->err)
		return;

	v->err = err;
	v->field = field;
}

/* Of the common kind: the block contradicts itself or its surroundings */
static void must(struct verdict *v, bool ok, const char *field)
{
	demand(v, ok, -EBADMSG, field);
}

/*
 * What the layouts need
 */

struct layout_rules {
	u32 max_chans;		/* in one direction */
	u32 chans_offset;	/* bytes of common registers */
	u32 chan_stride;	/* bytes of registers of one channel number */
	u32 max_func;		/* largest function number */
	bool whole;		/* channels of a direction go together */
};

/*
 * DW eDMA v0: the count fields of the CTRL register allow 15, but the shared
 * registers (status, mask, doorbell) have room for 8. Common registers end at
 * 0x200; the contexts of write and read channel n follow at 0x200 + 0x200 * n.
 * A context has 5 bits for the function number.
 * Source: drivers/dma/dw-edma/dw-edma-v0-regs.h, -core.c
 *
 * DW HDMA: nothing is common to channels, those of write and read channel n are
 * at 0x200 * n. The function number has 8 bits.
 * Source: drivers/dma/dw-edma/dw-hdma-v0-regs.h
 */
static const struct layout_rules layouts[] = {
	[PCI_EP_DMA_LAYOUT_DW_EDMA_V0] = { 8, 0x200, 0x200, 31, true },
	[PCI_EP_DMA_LAYOUT_DW_HDMA_COMPAT] = { 8, 0x200, 0x200, 31, true },
	[PCI_EP_DMA_LAYOUT_DW_HDMA_NATIVE] = { 64, 0, 0x200, 255, false },
};

static const struct layout_rules *find_rules(u32 layout)
{
	if (layout >= ARRAY_SIZE(layouts) || !layouts[layout].max_chans)
		return NULL;

	return &layouts[layout];
}

/**
 * pci_ep_dma_regs_size() - bytes of registers that channels need
 * @layout: layout of the registers
 * @nr_chans: largest number of a channel in either direction, plus 1
 *
 * Context: Any.
 *
 * Return: bytes from the start of the register block to the end of the last
 * register of channel @nr_chans - 1; 0 if the layout is unknown or if it has no
 * or not as many channels.
 */
size_t pci_ep_dma_regs_size(enum pci_ep_dma_layout layout,
			    unsigned int nr_chans)
{
	const struct layout_rules *rules = find_rules(layout);

	if (!rules || !nr_chans || nr_chans > rules->max_chans)
		return 0;

	return rules->chans_offset + nr_chans * rules->chan_stride;
}
EXPORT_SYMBOL_GPL(pci_ep_dma_regs_size);

/**
 * pci_ep_dma_block_size() - bytes of a block that pci_ep_dma_build() makes
 * @nr_mems: memory records
 * @nr_chans: channel records
 *
 * Context: Any.
 *
 * Return: bytes, or 0 if a number is beyond what version 1 allows.
 */
size_t pci_ep_dma_block_size(unsigned int nr_mems, unsigned int nr_chans)
{
	if (nr_mems > PCI_EP_DMA_MAX_MEMS || nr_chans > PCI_EP_DMA_MAX_CHANS)
		return 0;

	return PCI_EP_DMA_MEMS_OFFSET +
	       nr_mems * sizeof(struct pci_ep_dma_wire_mem) +
	       nr_chans * sizeof(struct pci_ep_dma_wire_chan);
}
EXPORT_SYMBOL_GPL(pci_ep_dma_block_size);

/**
 * pci_ep_dma_find_mem() - the memory that a channel names
 * @info: decoded block
 * @id: what struct pci_ep_dma_chan.mem_id says
 *
 * Context: Any.
 *
 * Return: the record, or NULL if there is none; a block that passed the checks
 * has one for every channel.
 */
const struct pci_ep_dma_mem *
pci_ep_dma_find_mem(const struct pci_ep_dma_info *info, u32 id)
{
	u32 i;

	for (i = 0; i < info->nr_mems; i++)
		if (info->mems[i].id == id)
			return &info->mems[i];

	return NULL;
}
EXPORT_SYMBOL_GPL(pci_ep_dma_find_mem);

/*
 * Rules on the decoded block, common to both ways
 */

static bool fits(u64 offset, u64 size, u64 len)
{
	return offset <= len && size <= len - offset;
}

/* What ends at 2^64 does not wrap */
static bool no_wrap(u64 start, u64 size)
{
	return !size || size - 1 <= U64_MAX - start;
}

/* Both ranges are known not to wrap */
static bool disjoint(u64 a, u64 a_size, u64 b, u64 b_size)
{
	return a < b ? a_size <= b - a : b_size <= a - b;
}

static bool windows_disjoint(const struct pci_ep_dma_window *a,
			     const struct pci_ep_dma_window *b)
{
	return a->bar != b->bar ||
	       disjoint(a->offset, a->size, b->offset, b->size);
}

static u64 bar_len(const struct pci_ep_dma_limits *limits, u32 bar)
{
	return bar < PCI_EP_DMA_MAX_BARS ? limits->bar_len[bar] : 0;
}

static u32 count_dir(const struct pci_ep_dma_info *info,
		     enum pci_ep_dma_dir dir)
{
	u32 i, n = 0;

	for (i = 0; i < info->nr_chans; i++)
		n += info->chans[i].dir == dir;

	return n;
}

/* The largest number in either direction, of channels that have passed */
static u32 last_hw_chan(const struct pci_ep_dma_info *info)
{
	u32 i, last = 0;

	for (i = 0; i < info->nr_chans; i++)
		last = max(last, info->chans[i].hw_chan);

	return last;
}

static void check_place(struct verdict *v,
			const struct pci_ep_dma_window *block,
			const struct pci_ep_dma_limits *limits)
{
	must(v, bar_len(limits, block->bar), "place");
	must(v, IS_ALIGNED(block->offset, PCI_EP_DMA_BLOCK_ALIGN) &&
	     block->offset <= PCI_EP_DMA_MAX_OFFSET, "place");
	must(v, fits(block->offset, block->size, bar_len(limits, block->bar)),
	     "total_len");
}

static void check_head(struct verdict *v, const struct pci_ep_dma_info *info)
{
	const struct layout_rules *rules = find_rules(info->layout);

	must(v, info->state > PCI_EP_DMA_STATE_UPDATING &&
	     info->state <= PCI_EP_DMA_STATE_FAILED, "state");
	must(v, info->generation && info->generation != ALL_ONES,
	     "generation");
	must(v, info->serviced || info->state == PCI_EP_DMA_STATE_PUBLISHED,
	     "serviced");
	must(v, info->serviced != ALL_ONES, "serviced");
	must(v, info->reason || info->state != PCI_EP_DMA_STATE_FAILED,
	     "reason");
	must(v, info->reason != ALL_ONES, "reason");
	must(v, info->layout != PCI_EP_DMA_LAYOUT_INVALID, "layout");
	demand(v, rules, -EOPNOTSUPP, "layout");
	must(v, info->nr_mems && info->nr_mems <= PCI_EP_DMA_MAX_MEMS,
	     "mems.count");
	must(v, info->nr_chans && info->nr_chans <= PCI_EP_DMA_MAX_CHANS,
	     "chans.count");
	if (!passed(v))
		return;

	must(v, info->func_no <= rules->max_func, "func_no");
	must(v, count_dir(info, PCI_EP_DMA_DIR_WRITE) <= rules->max_chans &&
	     count_dir(info, PCI_EP_DMA_DIR_READ) <= rules->max_chans,
	     "chans.count");
}

static void check_regs(struct verdict *v, const struct pci_ep_dma_info *info,
		       const struct pci_ep_dma_limits *limits)
{
	const struct pci_ep_dma_window *regs = &info->regs;

	must(v, bar_len(limits, regs->bar), "regs.bar");
	must(v, IS_ALIGNED(regs->offset, REG_ALIGN), "regs.offset");
	must(v, IS_ALIGNED(regs->size, REG_ALIGN), "regs.size");
	must(v, fits(regs->offset, regs->size, bar_len(limits, regs->bar)),
	     "regs.size");
	/* The registers come and go, what describes them has to stay */
	must(v, windows_disjoint(regs, &info->block), "regs.offset");
}

/* After the channels, which say how much the window has to hold */
static void check_regs_hold(struct verdict *v,
			    const struct pci_ep_dma_info *info)
{
	must(v, info->regs.size >=
	     pci_ep_dma_regs_size(info->layout, last_hw_chan(info) + 1),
	     "regs.size");
}

static bool clear_of_doorbell(const struct pci_ep_dma_info *info,
			      const struct pci_ep_dma_window *win)
{
	const struct pci_ep_dma_window db = {
		.bar = info->doorbell.bar,
		.offset = info->doorbell.offset,
		.size = DOORBELL_SIZE,
	};

	return !info->doorbell.present || windows_disjoint(win, &db);
}

static void check_doorbell(struct verdict *v,
			   const struct pci_ep_dma_info *info,
			   const struct pci_ep_dma_limits *limits)
{
	const struct pci_ep_dma_doorbell *db = &info->doorbell;

	if (!db->present)
		return;

	must(v, bar_len(limits, db->bar), "doorbell.bar");
	must(v, IS_ALIGNED(db->offset, REG_ALIGN), "doorbell.offset");
	must(v, fits(db->offset, DOORBELL_SIZE, bar_len(limits, db->bar)),
	     "doorbell.offset");
	/* The host writes the host area alone */
	must(v, clear_of_doorbell(info, &info->block), "doorbell.offset");
}

/* A range of engine addresses that the reader can express */
static void check_addr(struct verdict *v, u64 addr, u64 size,
		       const struct pci_ep_dma_limits *limits,
		       const char *addr_field, const char *size_field)
{
	must(v, IS_ALIGNED(addr, WIRE_ALIGN), addr_field);
	must(v, IS_ALIGNED(size, WIRE_ALIGN), size_field);
	must(v, no_wrap(addr, size), size_field);
	demand(v, !size || addr + (size - 1) <= limits->max_addr, -EOVERFLOW,
	       addr_field);
}

static void check_scratch(struct verdict *v,
			  const struct pci_ep_dma_info *info,
			  const struct pci_ep_dma_limits *limits)
{
	if (info->scratch_size)
		check_addr(v, info->scratch_addr, info->scratch_size, limits,
			   "scratch.addr", "scratch.size");
}

static void check_mem(struct verdict *v, const struct pci_ep_dma_info *info,
		      const struct pci_ep_dma_limits *limits, u32 nr)
{
	const struct pci_ep_dma_mem *mem = &info->mems[nr];
	u32 i;

	must(v, mem->id < PCI_EP_DMA_MAX_MEMS, "mem.id");
	must(v, bar_len(limits, mem->win.bar), "mem.bar");
	must(v, IS_ALIGNED(mem->win.offset, WIRE_ALIGN), "mem.offset");
	must(v, mem->win.size >= PCI_EP_DMA_MIN_LL, "mem.size");
	must(v, fits(mem->win.offset, mem->win.size,
		     bar_len(limits, mem->win.bar)), "mem.size");
	check_addr(v, mem->addr, mem->win.size, limits, "mem.addr",
		   "mem.size");
	if (!passed(v))
		return;

	must(v, windows_disjoint(&mem->win, &info->block), "mem.offset");
	must(v, windows_disjoint(&mem->win, &info->regs), "mem.offset");
	/* A ring of the doorbell is not to change a list */
	must(v, clear_of_doorbell(info, &mem->win), "doorbell.offset");
	must(v, !info->scratch_size ||
	     disjoint(mem->addr, mem->win.size, info->scratch_addr,
		      info->scratch_size), "mem.addr");

	/* All before this one have passed */
	for (i = 0; i < nr; i++) {
		const struct pci_ep_dma_mem *other = &info->mems[i];

		must(v, mem->id != other->id, "mem.id");
		must(v, windows_disjoint(&mem->win, &other->win),
		     "mem.offset");
		must(v, disjoint(mem->addr, mem->win.size, other->addr,
				 other->win.size), "mem.addr");
	}
}

/* Numbers below the count, and no two the same, run from 0 without a hole */
static u32 nr_hw_chans(const struct pci_ep_dma_info *info,
		       enum pci_ep_dma_dir dir)
{
	const struct layout_rules *rules = find_rules(info->layout);

	return rules->whole ? count_dir(info, dir) : rules->max_chans;
}

static void check_chan(struct verdict *v, const struct pci_ep_dma_info *info,
		       u32 nr)
{
	const struct pci_ep_dma_chan *chan = &info->chans[nr];
	const struct pci_ep_dma_mem *mem =
		pci_ep_dma_find_mem(info, chan->mem_id);
	u32 i;

	must(v, chan->id < PCI_EP_DMA_MAX_CHANS, "chan.id");
	must(v, chan->dir == PCI_EP_DMA_DIR_WRITE ||
	     chan->dir == PCI_EP_DMA_DIR_READ, "chan.dir");
	must(v, chan->hw_chan < nr_hw_chans(info, chan->dir), "chan.hw_chan");
	must(v, mem, "chan.mem_id");
	must(v, IS_ALIGNED(chan->ll_offset, WIRE_ALIGN), "chan.ll_offset");
	must(v, IS_ALIGNED(chan->ll_size, WIRE_ALIGN), "chan.ll_size");
	must(v, chan->ll_size >= PCI_EP_DMA_MIN_LL &&
	     chan->ll_size <= PCI_EP_DMA_MAX_LL, "chan.ll_size");
	if (!passed(v))
		return;

	must(v, fits(chan->ll_offset, chan->ll_size, mem->win.size),
	     "chan.ll_size");

	for (i = 0; i < nr; i++) {
		const struct pci_ep_dma_chan *other = &info->chans[i];

		must(v, chan->id != other->id, "chan.id");
		must(v, chan->dir != other->dir ||
		     chan->hw_chan != other->hw_chan, "chan.hw_chan");
		must(v, chan->mem_id != other->mem_id ||
		     disjoint(chan->ll_offset, chan->ll_size,
			      other->ll_offset, other->ll_size),
		     "chan.ll_offset");
	}
}

/* Work is bounded by the square of the largest count */
static void check_info(struct verdict *v, const struct pci_ep_dma_info *info,
		       const struct pci_ep_dma_limits *limits)
{
	u32 i;

	check_place(v, &info->block, limits);
	check_head(v, info);
	if (!passed(v))
		return;

	check_regs(v, info, limits);
	check_doorbell(v, info, limits);
	check_scratch(v, info, limits);

	for (i = 0; passed(v) && i < info->nr_mems; i++)
		check_mem(v, info, limits, i);

	for (i = 0; passed(v) && i < info->nr_chans; i++)
		check_chan(v, info, i);

	check_regs_hold(v, info);
}

/*
 * From wire to CPU
 */

static u32 get32(struct verdict *v, __le32 wire, const char *field)
{
	u32 val = le32_to_cpu(wire);

	demand(v, val != ALL_ONES, -EIO, field);

	return val;
}

/* Of an address any upper half is good, the lower one is aligned */
static u64 get_addr(struct verdict *v, __le64 wire, const char *field)
{
	u64 val = le64_to_cpu(wire);

	demand(v, lower_32_bits(val) != ALL_ONES, -EIO, field);

	return val;
}

static u64 get64(struct verdict *v, __le64 wire, const char *field)
{
	u64 val = get_addr(v, wire, field);

	demand(v, upper_32_bits(val) != ALL_ONES, -EIO, field);

	return val;
}

struct table {
	u32 offset;
	u32 count;
	u32 stride;
};

/* A table lies inside the block; u32 * u32 + u32 cannot wrap a u64 */
static u64 table_end(const struct table *t)
{
	return (u64)t->count * t->stride + t->offset;
}

struct table_rules {
	u32 record_size;
	u32 max_count;
	const char *offset, *count, *stride;
};

static const struct table_rules mems_rules = {
	sizeof(struct pci_ep_dma_wire_mem), PCI_EP_DMA_MAX_MEMS,
	"mems.offset", "mems.count", "mems.stride",
};

static const struct table_rules chans_rules = {
	sizeof(struct pci_ep_dma_wire_chan), PCI_EP_DMA_MAX_CHANS,
	"chans.offset", "chans.count", "chans.stride",
};

static struct table get_table(struct verdict *v,
			      const struct pci_ep_dma_wire_table *wire,
			      const struct table_rules *rules, u32 start,
			      u32 end)
{
	struct table t = {
		.offset = get32(v, wire->offset, rules->offset),
		.count = get32(v, wire->count, rules->count),
		.stride = get32(v, wire->stride, rules->stride),
	};

	must(v, IS_ALIGNED(t.offset, WIRE_ALIGN), rules->offset);
	must(v, t.offset >= start && t.offset <= end, rules->offset);
	must(v, t.count <= rules->max_count, rules->count);
	must(v, t.stride >= rules->record_size, rules->stride);
	must(v, IS_ALIGNED(t.stride, WIRE_ALIGN), rules->stride);
	must(v, table_end(&t) <= end, rules->count);

	return t;
}

/* Is there a block at all, and one that this code can read? */
static void identify(struct verdict *v,
		     const struct pci_ep_dma_wire_header *hdr, size_t len,
		     const struct pci_ep_dma_limits *limits)
{
	u32 magic, version, state, place, incompat;

	demand(v, len >= sizeof(*hdr), -ENODEV, "magic");
	if (!passed(v))
		return;

	magic = get32(v, hdr->magic, "magic");
	demand(v, magic == PCI_EP_DMA_MAGIC, -ENODEV, "magic");

	version = get32(v, hdr->version, "version");
	must(v, version, "version");
	demand(v, version == PCI_EP_DMA_VERSION, -EPROTONOSUPPORT, "version");

	state = get32(v, hdr->state, "state");
	demand(v, state != PCI_EP_DMA_STATE_UPDATING, -EAGAIN, "state");

	/* Elsewhere it is somebody's copy */
	place = get32(v, hdr->place, "place");
	demand(v, place == pci_ep_dma_place(limits->block_bar,
					    limits->block_offset), -ENODEV,
	       "place");

	incompat = get32(v, hdr->incompat, "incompat");
	demand(v, !(incompat & ~PCI_EP_DMA_INCOMPAT_KNOWN), -ENOPROTOOPT,
	       "incompat");
}

static void decode_window(struct verdict *v,
			  const struct pci_ep_dma_wire_window *wire,
			  struct pci_ep_dma_window *win)
{
	win->bar = get32(v, wire->bar, "regs.bar");
	win->offset = get64(v, wire->offset, "regs.offset");
	win->size = get64(v, wire->size, "regs.size");
}

static void decode_doorbell(struct verdict *v,
			    const struct pci_ep_dma_wire_doorbell *wire,
			    struct pci_ep_dma_doorbell *db)
{
	u32 flags = get32(v, wire->flags, "doorbell.flags");

	db->present = flags & PCI_EP_DMA_DOORBELL_PRESENT;
	if (!db->present)
		return;

	db->bar = get32(v, wire->bar, "doorbell.bar");
	db->offset = get64(v, wire->offset, "doorbell.offset");
	db->data = le32_to_cpu(wire->data);
}

static void decode_mem(struct verdict *v,
		       const struct pci_ep_dma_wire_mem *wire,
		       struct pci_ep_dma_mem *mem)
{
	mem->id = get32(v, wire->id, "mem.id");
	mem->win.bar = get32(v, wire->bar, "mem.bar");
	mem->win.offset = get64(v, wire->offset, "mem.offset");
	mem->addr = get_addr(v, wire->addr, "mem.addr");
	mem->win.size = get64(v, wire->size, "mem.size");
}

static void decode_chan(struct verdict *v,
			const struct pci_ep_dma_wire_chan *wire,
			struct pci_ep_dma_chan *chan)
{
	chan->id = get32(v, wire->id, "chan.id");
	chan->dir = get32(v, wire->dir, "chan.dir");
	chan->hw_chan = get32(v, wire->hw_chan, "chan.hw_chan");
	chan->mem_id = get32(v, wire->mem_id, "chan.mem_id");
	chan->ll_offset = get32(v, wire->ll_offset, "chan.ll_offset");
	chan->ll_size = get32(v, wire->ll_size, "chan.ll_size");
}

static void decode_head(struct verdict *v,
			const struct pci_ep_dma_wire_header *hdr,
			struct pci_ep_dma_info *info)
{
	info->generation = get32(v, hdr->generation, "generation");
	info->state = get32(v, hdr->state, "state");
	info->serviced = get32(v, hdr->serviced, "serviced");
	info->reason = get32(v, hdr->reason, "reason");
	info->layout = get32(v, hdr->layout, "layout");
	info->func_no = get32(v, hdr->func_no, "func_no");
	decode_window(v, &hdr->regs, &info->regs);
	decode_doorbell(v, &hdr->doorbell, &info->doorbell);
	info->scratch_size = get64(v, hdr->scratch.size, "scratch.size");
	if (info->scratch_size)
		info->scratch_addr = get_addr(v, hdr->scratch.addr,
					      "scratch.addr");
}

/* Where things are in the block; afterwards both tables can be walked */
static void decode_map(struct verdict *v,
		       const struct pci_ep_dma_wire_header *hdr, size_t avail,
		       struct pci_ep_dma_info *info, struct table *mems,
		       struct table *chans)
{
	const u32 host_size = sizeof(struct pci_ep_dma_wire_host);
	u32 start = get32(v, hdr->header_len, "header_len");
	u32 end = get32(v, hdr->total_len, "total_len");
	u32 host = get32(v, hdr->host_offset, "host_offset");

	must(v, IS_ALIGNED(start, WIRE_ALIGN), "header_len");
	must(v, start >= sizeof(*hdr), "header_len");
	must(v, IS_ALIGNED(end, WIRE_ALIGN), "total_len");
	must(v, end >= sizeof(*hdr) && end <= PCI_EP_DMA_MAX_LEN &&
	     end <= avail, "total_len");
	must(v, start <= end, "header_len");
	must(v, IS_ALIGNED(host, HOST_ALIGN), "host_offset");
	must(v, host >= start && fits(host, host_size, end),
	     "host_offset");
	*mems = get_table(v, &hdr->mems, &mems_rules, start, end);
	*chans = get_table(v, &hdr->chans, &chans_rules, start, end);
	if (!passed(v))
		return;

	must(v, disjoint(mems->offset, table_end(mems) - mems->offset,
			 host, host_size), "mems.offset");
	must(v, disjoint(chans->offset, table_end(chans) - chans->offset,
			 host, host_size), "chans.offset");
	must(v, disjoint(chans->offset, table_end(chans) - chans->offset,
			 mems->offset, table_end(mems) - mems->offset),
	     "chans.offset");

	info->block.size = end;
	info->host_offset = host;
	info->nr_mems = mems->count;
	info->nr_chans = chans->count;
}

static void decode(struct verdict *v, const void *buf, size_t avail,
		   struct pci_ep_dma_info *info)
{
	const struct pci_ep_dma_wire_header *hdr = buf;
	struct table mems, chans;
	u32 i;

	decode_map(v, hdr, avail, info, &mems, &chans);
	if (!passed(v))
		return;

	decode_head(v, hdr, info);

	for (i = 0; i < mems.count; i++)
		decode_mem(v, buf + mems.offset + i * mems.stride,
			   &info->mems[i]);

	for (i = 0; i < chans.count; i++)
		decode_chan(v, buf + chans.offset + i * chans.stride,
			    &info->chans[i]);
}

/**
 * pci_ep_dma_parse() - decode and check a copy of a block
 * @buf: private copy of the block, aligned to 8 bytes, contents untrusted
 * @len: bytes of @buf
 * @limits: what the block has to fit
 * @info: the result; undefined if the block is refused
 * @field: out, NULL or the name of the field that led to the refusal
 *
 * @buf must not change while this runs. No access outside of it is made,
 * whatever it holds.
 *
 * Context: Any.
 *
 * Return: 0, or why the block is refused:
 *
 * * -ENODEV - there is no block, or one that belongs elsewhere
 * * -EIO - a field is all ones: the link is down
 * * -EPROTONOSUPPORT - a newer version of the format
 * * -EAGAIN - the endpoint is writing the block, look again later
 * * -ENOPROTOOPT - a feature that this kernel does not know and must not ignore
 * * -EBADMSG - malformed: it contradicts itself, the rules or the BARs
 * * -EOPNOTSUPP - well-formed, but the register layout is unknown
 * * -EOVERFLOW - well-formed, but an address is beyond @limits->max_addr
 */
int pci_ep_dma_parse(const void *buf, size_t len,
		     const struct pci_ep_dma_limits *limits,
		     struct pci_ep_dma_info *info, const char **field)
{
	struct verdict v = {};

	*info = (struct pci_ep_dma_info) {
		.block = {
			.bar = limits->block_bar,
			.offset = limits->block_offset,
		},
	};

	identify(&v, buf, len, limits);
	if (passed(&v))
		decode(&v, buf, len, info);
	if (passed(&v))
		check_info(&v, info, limits);

	*field = v.field;

	return v.err;
}
EXPORT_SYMBOL_GPL(pci_ep_dma_parse);

/*
 * From CPU to wire
 */

static void encode_head(const struct pci_ep_dma_info *info,
			struct pci_ep_dma_wire_header *hdr)
{
	hdr->magic = cpu_to_le32(PCI_EP_DMA_MAGIC);
	hdr->version = cpu_to_le32(PCI_EP_DMA_VERSION);
	hdr->header_len = cpu_to_le32(sizeof(*hdr));
	hdr->total_len = cpu_to_le32(info->block.size);
	hdr->generation = cpu_to_le32(info->generation);
	hdr->state = cpu_to_le32(info->state);
	hdr->serviced = cpu_to_le32(info->serviced);
	hdr->reason = cpu_to_le32(info->reason);
	hdr->place = cpu_to_le32(pci_ep_dma_place(info->block.bar,
						  info->block.offset));
	hdr->layout = cpu_to_le32(info->layout);
	hdr->func_no = cpu_to_le32(info->func_no);
	hdr->host_offset = cpu_to_le32(info->host_offset);

	hdr->regs.bar = cpu_to_le32(info->regs.bar);
	hdr->regs.offset = cpu_to_le64(info->regs.offset);
	hdr->regs.size = cpu_to_le64(info->regs.size);

	if (info->scratch_size)
		hdr->scratch.addr = cpu_to_le64(info->scratch_addr);
	hdr->scratch.size = cpu_to_le64(info->scratch_size);
}

static void encode_doorbell(const struct pci_ep_dma_doorbell *db,
			    struct pci_ep_dma_wire_doorbell *wire)
{
	if (!db->present)
		return;

	wire->flags = cpu_to_le32(PCI_EP_DMA_DOORBELL_PRESENT);
	wire->bar = cpu_to_le32(db->bar);
	wire->offset = cpu_to_le64(db->offset);
	wire->data = cpu_to_le32(db->data);
}

static void encode_mem(const struct pci_ep_dma_mem *mem,
		       struct pci_ep_dma_wire_mem *wire)
{
	wire->id = cpu_to_le32(mem->id);
	wire->bar = cpu_to_le32(mem->win.bar);
	wire->offset = cpu_to_le64(mem->win.offset);
	wire->addr = cpu_to_le64(mem->addr);
	wire->size = cpu_to_le64(mem->win.size);
}

static void encode_chan(const struct pci_ep_dma_chan *chan,
			struct pci_ep_dma_wire_chan *wire)
{
	wire->id = cpu_to_le32(chan->id);
	wire->dir = cpu_to_le32(chan->dir);
	wire->hw_chan = cpu_to_le32(chan->hw_chan);
	wire->mem_id = cpu_to_le32(chan->mem_id);
	wire->ll_offset = cpu_to_le32(chan->ll_offset);
	wire->ll_size = cpu_to_le32(chan->ll_size);
}

static void encode(const struct pci_ep_dma_info *info, void *buf)
{
	struct pci_ep_dma_wire_header *hdr = buf;
	struct pci_ep_dma_wire_mem *mem = buf + PCI_EP_DMA_MEMS_OFFSET;
	struct pci_ep_dma_wire_chan *chan = (void *)(mem + info->nr_mems);
	u32 i;

	encode_head(info, hdr);
	encode_doorbell(&info->doorbell, &hdr->doorbell);

	hdr->mems.offset = cpu_to_le32((void *)mem - buf);
	hdr->mems.count = cpu_to_le32(info->nr_mems);
	hdr->mems.stride = cpu_to_le32(sizeof(*mem));
	for (i = 0; i < info->nr_mems; i++)
		encode_mem(&info->mems[i], mem + i);

	hdr->chans.offset = cpu_to_le32((void *)chan - buf);
	hdr->chans.count = cpu_to_le32(info->nr_chans);
	hdr->chans.stride = cpu_to_le32(sizeof(*chan));
	for (i = 0; i < info->nr_chans; i++)
		encode_chan(&info->chans[i], chan + i);
}

/**
 * pci_ep_dma_build() - check what is to be offered and make a block of it
 * @info: what to offer; @info->block and @info->host_offset are set here
 * @limits: what the block has to fit
 * @buf: out, aligned to 8 bytes
 * @len: bytes of @buf, at least pci_ep_dma_block_size()
 * @field: out, NULL or the name of the field that cannot be offered
 *
 * The rules are those of pci_ep_dma_parse(): a block that is built is a block
 * that is accepted. The host area in @buf is zero.
 *
 * Context: Any.
 *
 * Return: bytes of the block; -ENOSPC if @buf is too small; -EBADMSG,
 * -EOPNOTSUPP or -EOVERFLOW as pci_ep_dma_parse() would.
 */
ssize_t pci_ep_dma_build(struct pci_ep_dma_info *info,
			 const struct pci_ep_dma_limits *limits, void *buf,
			 size_t len, const char **field)
{
	struct verdict v = {};

	info->host_offset = PCI_EP_DMA_HOST_OFFSET;
	info->block = (struct pci_ep_dma_window) {
		.bar = limits->block_bar,
		.offset = limits->block_offset,
		.size = pci_ep_dma_block_size(info->nr_mems, info->nr_chans),
	};

	check_info(&v, info, limits);
	demand(&v, info->block.size <= len, -ENOSPC, "total_len");
	if (passed(&v)) {
		memset(buf, 0, info->block.size);
		encode(info, buf);
	}

	*field = v.field;

	if (!passed(&v))
		return v.err;

	return info->block.size;
}
EXPORT_SYMBOL_GPL(pci_ep_dma_build);

MODULE_LICENSE("GPL");
MODULE_DESCRIPTION("Format of the block through which PCI endpoints offer DMA");
