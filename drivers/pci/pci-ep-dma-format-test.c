// SPDX-License-Identifier: GPL-2.0
/*
 * KUnit test of the block through which PCI endpoints offer DMA channels
 *
 * One good offer (good_info) is the start of every case. A case of the parser
 * changes words of the block, a case of the builder changes the decoded form;
 * both state the errno and the field that the refusal must name.
 */

#include <kunit/test.h>
#include <linux/array_size.h>
#include <linux/errno.h>
#include <linux/limits.h>
#include <linux/module.h>
#include <linux/pci-ep-dma.h>
#include <linux/prandom.h>
#include <linux/string.h>
#include <linux/wordpart.h>

#include <asm/byteorder.h>

#define BLOCK_BAR	0
#define REGS_BAR	2
#define DB_BAR		4
#define DB_BAR_LEN	256
#define FUNC_NO		1
#define NR_MEMS		3
#define NR_CHANS	4
#define MEM_SIZE	SZ_16K
#define EP_BASE		0x480000000ULL	/* engine address of BAR0 offset 0 */

static const struct pci_ep_dma_limits limits = {
	.bar_len = {
		[BLOCK_BAR] = SZ_1M, [REGS_BAR] = SZ_1M, [DB_BAR] = DB_BAR_LEN,
	},
	.block_bar = BLOCK_BAR,
	.max_addr = U64_MAX,
};

/* Two channels share memory 10 (Q4), the others have one each */
static const struct pci_ep_dma_info good_info = {
	.generation = 5,
	.state = PCI_EP_DMA_STATE_READY,
	.serviced = 0x1234,
	.layout = PCI_EP_DMA_LAYOUT_DW_EDMA_V0,
	.func_no = FUNC_NO,
	.regs = { REGS_BAR, 0x1000, 0x600 },
	.doorbell = { true, DB_BAR, 0xa0, 0x55 },
	.scratch_addr = EP_BASE + SZ_512K,
	.scratch_size = SZ_64K,
	.nr_mems = NR_MEMS,
	.nr_chans = NR_CHANS,
	.mems = {
		{ 10, { BLOCK_BAR, 0x1000, MEM_SIZE }, EP_BASE + 0x1000 },
		{ 11, { BLOCK_BAR, 0x5000, MEM_SIZE }, EP_BASE + 0x5000 },
		{ 12, { BLOCK_BAR, 0x9000, MEM_SIZE }, EP_BASE + 0x9000 },
	},
	.chans = {
		{ 0, PCI_EP_DMA_DIR_WRITE, 0, 10, 0, SZ_8K },
		{ 1, PCI_EP_DMA_DIR_WRITE, 1, 10, SZ_8K, SZ_8K },
		{ 2, PCI_EP_DMA_DIR_READ, 1, 11, 8, PCI_EP_DMA_MIN_LL },
		{ 3, PCI_EP_DMA_DIR_READ, 0, 12, 0, MEM_SIZE },
	},
};

/* Where the builder puts things */
#define HDR(f)		offsetof(struct pci_ep_dma_wire_header, f)
#define HDR_SIZE(f)	sizeof_field(struct pci_ep_dma_wire_header, f)
#define MEM_OFF(n)	(PCI_EP_DMA_MEMS_OFFSET + \
			 (n) * sizeof(struct pci_ep_dma_wire_mem))
#define CHAN_OFF(n)	(MEM_OFF(NR_MEMS) + \
			 (n) * sizeof(struct pci_ep_dma_wire_chan))
#define MEMF(n, f)	(MEM_OFF(n) + offsetof(struct pci_ep_dma_wire_mem, f))
#define CHANF(n, f)	(CHAN_OFF(n) + \
			 offsetof(struct pci_ep_dma_wire_chan, f))
#define BLOCK_LEN	CHAN_OFF(NR_CHANS)
#define HI(off)		((off) + 4)	/* upper word of a 64-bit field */

struct fixture {
	struct pci_ep_dma_info info;	/* input of the builder */
	struct pci_ep_dma_info out;	/* result of the parser */
	const char *field;
};

static struct fixture *new_fixture(struct kunit *test)
{
	struct fixture *f = kunit_kzalloc(test, sizeof(*f), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, f);
	f->info = good_info;

	return f;
}

/* A copy of exactly @len bytes, so that KASAN sees a step outside */
static void *copy_block(struct kunit *test, const void *block, size_t len)
{
	void *copy = kunit_kzalloc(test, max(len, 1), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, copy);
	memcpy(copy, block, len);

	return copy;
}

static void *build_good(struct kunit *test, struct fixture *f)
{
	void *buf = kunit_kzalloc(test, BLOCK_LEN, GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, buf);
	KUNIT_ASSERT_EQ(test, BLOCK_LEN,
			pci_ep_dma_build(&f->info, &limits, buf, BLOCK_LEN,
					 &f->field));

	return buf;
}

static void poke(void *buf, u32 off, u32 val)
{
	*(__le32 *)(buf + off) = cpu_to_le32(val);
}

static u32 peek(const void *buf, u32 off)
{
	return le32_to_cpu(*(const __le32 *)(buf + off));
}

/*
 * Q1: what goes in comes out, at the offsets that the contract states
 */

static void test_round_trip(struct kunit *test)
{
	struct fixture *f = new_fixture(test);
	const void *buf = build_good(test, f);

	KUNIT_ASSERT_EQ(test, 0, pci_ep_dma_parse(buf, BLOCK_LEN, &limits,
						  &f->out, &f->field));
	KUNIT_EXPECT_NULL(test, f->field);
	KUNIT_EXPECT_EQ(test, f->out.block.size, BLOCK_LEN);
	KUNIT_EXPECT_EQ(test, f->out.host_offset, PCI_EP_DMA_HOST_OFFSET);
	KUNIT_EXPECT_MEMEQ(test, &f->out, &f->info, sizeof(f->out));
}

static void test_offsets(struct kunit *test)
{
	static const struct { u32 off, val; } words[] = {
		{ 0x00, 0x4d445045 }, { 0x04, 1 }, { 0x08, 0xc0 },
		{ 0x0c, 0x1e0 }, { 0x10, 5 }, { 0x14, 2 }, { 0x18, 0x1234 },
		{ 0x1c, 0 }, { 0x20, 0 }, { 0x24, 0 }, { 0x28, 0 },
		{ 0x2c, 1 }, { 0x30, 1 }, { 0x34, 0xc0 }, { 0x38, 2 },
		{ 0x3c, 0 }, { 0x40, 0x1000 }, { 0x44, 0 }, { 0x48, 0x600 },
		{ 0x4c, 0 }, { 0x50, 0x100 }, { 0x54, 3 }, { 0x58, 0x20 },
		{ 0x5c, 0 }, { 0x60, 0x160 }, { 0x64, 4 }, { 0x68, 0x20 },
		{ 0x6c, 0 }, { 0x70, 1 }, { 0x74, 4 }, { 0x78, 0xa0 },
		{ 0x7c, 0 }, { 0x80, 0x55 }, { 0x84, 0 },
		{ 0x88, 0x80080000 }, { 0x8c, 4 }, { 0x90, 0x10000 },
		{ 0x94, 0 }, { 0x98, 0 }, { 0xbc, 0 }, { 0xc0, 0 },
		{ 0xfc, 0 },
		{ 0x120, 11 }, { 0x124, 0 }, { 0x128, 0x5000 }, { 0x12c, 0 },
		{ 0x130, 0x80005000 }, { 0x134, 4 }, { 0x138, 0x4000 },
		{ 0x13c, 0 },
		{ 0x1a0, 2 }, { 0x1a4, 2 }, { 0x1a8, 1 }, { 0x1ac, 11 },
		{ 0x1b0, 8 }, { 0x1b4, 48 }, { 0x1b8, 0 }, { 0x1bc, 0 },
	};
	const void *buf = build_good(test, new_fixture(test));
	int i;

	for (i = 0; i < ARRAY_SIZE(words); i++)
		KUNIT_EXPECT_EQ_MSG(test, words[i].val,
				    peek(buf, words[i].off), "at %#x",
				    words[i].off);
}

static void test_without_options(struct kunit *test)
{
	struct fixture *f = new_fixture(test);
	void *buf;

	f->info.doorbell = (struct pci_ep_dma_doorbell){};
	f->info.scratch_size = 0;
	f->info.state = PCI_EP_DMA_STATE_PUBLISHED;
	f->info.serviced = 0;
	buf = build_good(test, f);
	/* No address of what is not offered */
	KUNIT_EXPECT_EQ(test, 0, peek(buf, HDR(scratch.addr)));
	f->info.scratch_addr = 0;

	KUNIT_ASSERT_EQ(test, 0, pci_ep_dma_parse(buf, BLOCK_LEN, &limits,
						  &f->out, &f->field));
	KUNIT_EXPECT_MEMEQ(test, &f->out, &f->info, sizeof(f->out));
}

/* Q1: what a later kernel may add without a new version is accepted */
static void test_extensions(struct kunit *test)
{
	enum { GROWN = 0x40, STRIDE = 0x38 };
	const u32 host = PCI_EP_DMA_HOST_OFFSET + GROWN;
	const u32 mems = host + 0x40;
	const u32 chans = mems + NR_MEMS * STRIDE;
	const u32 len = chans + NR_CHANS * STRIDE;
	struct fixture *f = new_fixture(test);
	const void *buf = build_good(test, f);
	void *ext = kunit_kzalloc(test, len, GFP_KERNEL);
	int i;

	KUNIT_ASSERT_NOT_NULL(test, ext);
	memset(ext, 0xa5, len);
	memcpy(ext, buf, sizeof(struct pci_ep_dma_wire_header));
	poke(ext, HDR(header_len), host);
	poke(ext, HDR(host_offset), host);
	poke(ext, HDR(total_len), len);
	poke(ext, HDR(mems.offset), mems);
	poke(ext, HDR(mems.stride), STRIDE);
	poke(ext, HDR(chans.offset), chans);
	poke(ext, HDR(chans.stride), STRIDE);
	poke(ext, HDR(doorbell.flags), 0x80000000 | PCI_EP_DMA_DOORBELL_PRESENT);
	poke(ext, HDR(compat), 0x5a5a5a5a);
	memset(ext + HDR(reserved), 0xff, HDR_SIZE(reserved));
	poke(ext, HDR(regs.reserved), U32_MAX);
	poke(ext, HDR(mems.reserved), U32_MAX);
	poke(ext, HDR(chans.reserved), U32_MAX);
	poke(ext, HDR(doorbell.reserved), U32_MAX);
	for (i = 0; i < NR_MEMS; i++)
		memcpy(ext + mems + i * STRIDE, buf + MEM_OFF(i), 0x20);
	for (i = 0; i < NR_CHANS; i++) {
		memcpy(ext + chans + i * STRIDE, buf + CHAN_OFF(i), 0x20);
		poke(ext, chans + i * STRIDE + 0x18, U32_MAX);
		poke(ext, chans + i * STRIDE + 0x1c, U32_MAX);
	}

	KUNIT_ASSERT_EQ(test, 0, pci_ep_dma_parse(ext, len, &limits, &f->out,
						  &f->field));
	f->info.block.size = len;
	f->info.host_offset = host;
	KUNIT_EXPECT_MEMEQ(test, &f->out, &f->info, sizeof(f->out));
}

/*
 * Q6, Q8, Q42: every refusal of the parser, by errno and by field
 */

#define MAX_POKES	3

struct poked {
	const char *name;
	struct { u32 off, val; } pokes[MAX_POKES];
	int err;
	const char *field;
};

#define R1(_n, _o, _v, _e, _f)						\
	{ .name = _n, .pokes = { { _o, _v } }, .err = _e, .field = _f }
#define R2(_n, _o, _v, _o2, _v2, _e, _f)				\
	{ .name = _n, .pokes = { { _o, _v }, { _o2, _v2 } },		\
	  .err = _e, .field = _f }
#define R3(_n, _o, _v, _o2, _v2, _o3, _v3, _e, _f)			\
	{ .name = _n, .pokes = { { _o, _v }, { _o2, _v2 }, { _o3, _v3 } }, \
	  .err = _e, .field = _f }

static const struct poked refusals[] = {
	/* Is it a block? */
	R1("no magic", HDR(magic), 0, -ENODEV, "magic"),
	R1("dead link", HDR(magic), U32_MAX, -EIO, "magic"),
	R1("version 0", HDR(version), 0, -EBADMSG, "version"),
	R1("newer version", HDR(version), 2, -EPROTONOSUPPORT, "version"),
	R1("newest version", HDR(version), U32_MAX - 1, -EPROTONOSUPPORT,
	   "version"),
	R1("being written", HDR(state), 0, -EAGAIN, "state"),
	R1("block of another offset", HDR(place), SZ_4K | BLOCK_BAR, -ENODEV,
	   "place"),
	R1("block of another BAR", HDR(place), REGS_BAR, -ENODEV, "place"),
	R1("feature to come", HDR(incompat), BIT(0), -ENOPROTOOPT,
	   "incompat"),
	R1("features to come", HDR(incompat), 0x7fffffff, -ENOPROTOOPT,
	   "incompat"),

	/* The map of the block */
	R1("header too short", HDR(header_len), 0xb8, -EBADMSG, "header_len"),
	R1("header unaligned", HDR(header_len), 0xc4, -EBADMSG, "header_len"),
	R1("header beyond block", HDR(header_len), 0x1e8, -EBADMSG,
	   "header_len"),
	R1("header over the host area", HDR(header_len), 0x100, -EBADMSG,
	   "host_offset"),
	R1("longer than the copy", HDR(total_len), BLOCK_LEN + 8, -EBADMSG,
	   "total_len"),
	R1("length unaligned", HDR(total_len), BLOCK_LEN - 4, -EBADMSG,
	   "total_len"),
	R1("length odd", HDR(total_len), BLOCK_LEN - 1, -EBADMSG, "total_len"),
	R1("length at the maximum", HDR(total_len), U32_MAX - 7, -EBADMSG,
	   "total_len"),
	R1("length beyond the bound", HDR(total_len), PCI_EP_DMA_MAX_LEN + 8,
	   -EBADMSG, "total_len"),
	R1("length 0", HDR(total_len), 0, -EBADMSG, "total_len"),
	R1("length cuts a table", HDR(total_len), BLOCK_LEN - 8, -EBADMSG,
	   "chans.count"),
	R1("host area unaligned", HDR(host_offset), 0xe0, -EBADMSG,
	   "host_offset"),
	R1("host area in the header", HDR(host_offset), 0x80, -EBADMSG,
	   "host_offset"),
	R1("host area at 0", HDR(host_offset), 0, -EBADMSG, "host_offset"),
	R1("host area cut off", HDR(host_offset), 0x1c0, -EBADMSG,
	   "host_offset"),
	R1("host area far out", HDR(host_offset), 0xffffffc0, -EBADMSG,
	   "host_offset"),

	/* Tables, Q42: counts at their maxima */
	R1("memory table unaligned", HDR(mems.offset), 0x104, -EBADMSG,
	   "mems.offset"),
	R1("memory table in the header", HDR(mems.offset), 0xb8, -EBADMSG,
	   "mems.offset"),
	R1("memory table behind the block", HDR(mems.offset), 0x1e8, -EBADMSG,
	   "mems.offset"),
	R1("no memory", HDR(mems.count), 0, -EBADMSG, "mems.count"),
	R1("too many memories", HDR(mems.count), PCI_EP_DMA_MAX_MEMS + 1,
	   -EBADMSG, "mems.count"),
	R1("memories at the maximum", HDR(mems.count), U32_MAX - 1, -EBADMSG,
	   "mems.count"),
	R1("memories do not fit", HDR(mems.count), 8, -EBADMSG, "mems.count"),
	R1("memory stride 0", HDR(mems.stride), 0, -EBADMSG, "mems.stride"),
	R1("memory stride short", HDR(mems.stride), 0x18, -EBADMSG,
	   "mems.stride"),
	R1("memory stride unaligned", HDR(mems.stride), 0x24, -EBADMSG,
	   "mems.stride"),
	R1("memory stride at the maximum", HDR(mems.stride), 0xfffffff8,
	   -EBADMSG, "mems.count"),
	R1("memory table over the host area", HDR(mems.offset), 0xe0,
	   -EBADMSG, "mems.offset"),
	R1("channel table unaligned", HDR(chans.offset), 0x164, -EBADMSG,
	   "chans.offset"),
	R1("channel table at the maximum", HDR(chans.offset), 0xfffffff8,
	   -EBADMSG, "chans.offset"),
	R1("channel table at the end", HDR(chans.offset), BLOCK_LEN, -EBADMSG,
	   "chans.count"),
	R1("no channel", HDR(chans.count), 0, -EBADMSG, "chans.count"),
	R1("too many channels", HDR(chans.count), PCI_EP_DMA_MAX_CHANS + 1,
	   -EBADMSG, "chans.count"),
	R1("channels do not fit", HDR(chans.count), NR_CHANS + 1, -EBADMSG,
	   "chans.count"),
	R1("channel stride short", HDR(chans.stride), 8, -EBADMSG,
	   "chans.stride"),
	R1("channel stride unaligned", HDR(chans.stride), 0x21, -EBADMSG,
	   "chans.stride"),
	R1("channel table over the host area", HDR(chans.offset), 0xf8,
	   -EBADMSG, "chans.offset"),
	R1("channel table over the memory table", HDR(chans.offset), 0x158,
	   -EBADMSG, "chans.offset"),

	/* The head */
	R1("unknown state", HDR(state), PCI_EP_DMA_STATE_FAILED + 1, -EBADMSG,
	   "state"),
	R1("generation 0", HDR(generation), 0, -EBADMSG, "generation"),
	R1("ready for nobody", HDR(serviced), 0, -EBADMSG, "serviced"),
	R2("failed for nobody", HDR(serviced), 0, HDR(state),
	   PCI_EP_DMA_STATE_FAILED, -EBADMSG, "serviced"),
	R1("failed for no reason", HDR(state), PCI_EP_DMA_STATE_FAILED,
	   -EBADMSG, "reason"),
	R1("layout not set", HDR(layout), 0, -EBADMSG, "layout"),
	R1("layout unknown", HDR(layout), 4, -EOPNOTSUPP, "layout"),
	R1("layout at the maximum", HDR(layout), U32_MAX - 1, -EOPNOTSUPP,
	   "layout"),
	R1("function that the engine cannot be", HDR(func_no), 32, -EBADMSG,
	   "func_no"),
	R1("function at the maximum", HDR(func_no), U32_MAX - 1, -EBADMSG,
	   "func_no"),
	R2("function that HDMA cannot be", HDR(layout),
	   PCI_EP_DMA_LAYOUT_DW_HDMA_NATIVE, HDR(func_no), 256, -EBADMSG,
	   "func_no"),

	/* The register window, Q42: it holds the registers */
	R1("registers in no BAR", HDR(regs.bar), 1, -EBADMSG, "regs.bar"),
	R1("registers in BAR 6", HDR(regs.bar), 6, -EBADMSG, "regs.bar"),
	R2("registers over the block", HDR(regs.bar), BLOCK_BAR,
	   HDR(regs.offset), BLOCK_LEN - 4, -EBADMSG, "regs.offset"),
	R1("registers over a memory", HDR(regs.bar), BLOCK_BAR, -EBADMSG,
	   "mem.offset"),
	R1("registers unaligned", HDR(regs.offset), 2, -EBADMSG,
	   "regs.offset"),
	R1("registers at the end of the BAR", HDR(regs.offset), SZ_1M - 0x100,
	   -EBADMSG, "regs.size"),
	R1("registers behind the BAR", HDR(regs.offset), SZ_1M + 4, -EBADMSG,
	   "regs.size"),
	R1("registers far out", HI(HDR(regs.offset)), 1, -EBADMSG,
	   "regs.size"),
	R1("window larger than the BAR", HI(HDR(regs.size)), 1, -EBADMSG,
	   "regs.size"),
	R2("window wraps", HDR(regs.size), 0xfffffffe, HI(HDR(regs.size)),
	   0xfffffffe, -EBADMSG, "regs.size"),
	R1("window unaligned", HDR(regs.size), 0x602, -EBADMSG, "regs.size"),
	R1("window lacks the last channel", HDR(regs.size), 0x5fc, -EBADMSG,
	   "regs.size"),
	R1("window of size 0", HDR(regs.size), 0, -EBADMSG, "regs.size"),

	/* The doorbell */
	R1("doorbell in no BAR", HDR(doorbell.bar), 3, -EBADMSG,
	   "doorbell.bar"),
	R1("doorbell in BAR 2^31", HDR(doorbell.bar), BIT(31), -EBADMSG,
	   "doorbell.bar"),
	R1("doorbell unaligned", HDR(doorbell.offset), 0xa2, -EBADMSG,
	   "doorbell.offset"),
	R1("doorbell behind the BAR", HDR(doorbell.offset), DB_BAR_LEN,
	   -EBADMSG, "doorbell.offset"),
	R1("doorbell far out", HI(HDR(doorbell.offset)), BIT(31), -EBADMSG,
	   "doorbell.offset"),
	R1("doorbell in the block", HDR(doorbell.bar), BLOCK_BAR, -EBADMSG,
	   "doorbell.offset"),
	R2("doorbell ends the block", HDR(doorbell.bar), BLOCK_BAR,
	   HDR(doorbell.offset), BLOCK_LEN - 4, -EBADMSG, "doorbell.offset"),
	R2("doorbell in a memory", HDR(doorbell.bar), BLOCK_BAR,
	   HDR(doorbell.offset), 0x5000, -EBADMSG, "doorbell.offset"),
	R2("doorbell ends the last memory", HDR(doorbell.bar), BLOCK_BAR,
	   HDR(doorbell.offset), 0x9000 + MEM_SIZE - 4, -EBADMSG,
	   "doorbell.offset"),

	/* The scratch window */
	R2("scratch wraps", HDR(scratch.size), 0xfffffff8,
	   HI(HDR(scratch.size)), 0xfffffffe, -EBADMSG, "scratch.size"),
	R3("scratch ends behind 2^64", HDR(scratch.addr), 0xffff0000,
	   HI(HDR(scratch.addr)), U32_MAX, HDR(scratch.size), SZ_64K + 8,
	   -EBADMSG, "scratch.size"),
	R1("scratch address unaligned", HDR(scratch.addr), 0x80080004,
	   -EBADMSG, "scratch.addr"),
	R1("scratch size unaligned", HDR(scratch.size), SZ_64K - 4, -EBADMSG,
	   "scratch.size"),

	/* Memories */
	R1("memory id too large", MEMF(0, id), PCI_EP_DMA_MAX_MEMS, -EBADMSG,
	   "mem.id"),
	R1("memory id twice", MEMF(2, id), 10, -EBADMSG, "mem.id"),
	R1("memory in no BAR", MEMF(0, bar), 5, -EBADMSG, "mem.bar"),
	R1("memory offset unaligned", MEMF(2, offset), 0x9004, -EBADMSG,
	   "mem.offset"),
	R1("memory address unaligned", MEMF(2, addr), 0x80009004, -EBADMSG,
	   "mem.addr"),
	R1("memory of 0 bytes", MEMF(1, size), 0, -EBADMSG, "mem.size"),
	R1("memory of 40 bytes", MEMF(1, size), 40, -EBADMSG, "mem.size"),
	R1("memory size unaligned", MEMF(1, size), 52, -EBADMSG, "mem.size"),
	R1("memory beyond the BAR", MEMF(2, offset), SZ_1M - SZ_4K, -EBADMSG,
	   "mem.size"),
	R1("memory size at the maximum", HI(MEMF(2, size)), 0xfffffffe,
	   -EBADMSG, "mem.size"),
	R1("memory over the block", MEMF(0, offset), BLOCK_LEN - 8, -EBADMSG,
	   "mem.offset"),
	R2("memory over the registers", MEMF(0, bar), REGS_BAR,
	   MEMF(0, offset), 0x15f8, -EBADMSG, "mem.offset"),
	R1("memory over the scratch window", MEMF(0, addr), 0x80087000,
	   -EBADMSG, "mem.addr"),
	R1("memories overlap in the BAR", MEMF(1, offset), 0x4ff8, -EBADMSG,
	   "mem.offset"),
	R1("memories overlap in the engine", MEMF(1, addr), 0x80004ff8,
	   -EBADMSG, "mem.addr"),

	/* Channels, Q42: lists of 16 and 32 bytes */
	R1("channel id too large", CHANF(0, id), PCI_EP_DMA_MAX_CHANS,
	   -EBADMSG, "chan.id"),
	R1("channel id twice", CHANF(3, id), 0, -EBADMSG, "chan.id"),
	R1("direction not set", CHANF(0, dir), 0, -EBADMSG, "chan.dir"),
	R1("direction unknown", CHANF(0, dir), 3, -EBADMSG, "chan.dir"),
	R1("hardware channel leaves a hole", CHANF(1, hw_chan), 2, -EBADMSG,
	   "chan.hw_chan"),
	R1("hardware channel at the maximum", CHANF(1, hw_chan), U32_MAX - 1,
	   -EBADMSG, "chan.hw_chan"),
	R1("hardware channel twice", CHANF(1, hw_chan), 0, -EBADMSG,
	   "chan.hw_chan"),
	R1("memory unknown", CHANF(0, mem_id), 13, -EBADMSG, "chan.mem_id"),
	R1("list unaligned", CHANF(2, ll_offset), 12, -EBADMSG,
	   "chan.ll_offset"),
	R1("list of 0 bytes", CHANF(0, ll_size), 0, -EBADMSG, "chan.ll_size"),
	R1("list of 16 bytes", CHANF(0, ll_size), 16, -EBADMSG,
	   "chan.ll_size"),
	R1("list of 32 bytes", CHANF(0, ll_size), 32, -EBADMSG,
	   "chan.ll_size"),
	R1("list of 47 bytes", CHANF(0, ll_size), 47, -EBADMSG,
	   "chan.ll_size"),
	R1("list size unaligned", CHANF(0, ll_size), 52, -EBADMSG,
	   "chan.ll_size"),
	R1("list above the bound", CHANF(3, ll_size), PCI_EP_DMA_MAX_LL + 8,
	   -EBADMSG, "chan.ll_size"),
	R1("list at the maximum", CHANF(3, ll_size), U32_MAX - 1, -EBADMSG,
	   "chan.ll_size"),
	R1("list longer than its memory", CHANF(3, ll_offset), 8, -EBADMSG,
	   "chan.ll_size"),
	R1("list starts behind its memory", CHANF(3, ll_offset), 0xfffffff8,
	   -EBADMSG, "chan.ll_size"),
	R1("lists overlap", CHANF(1, ll_offset), SZ_8K - 8, -EBADMSG,
	   "chan.ll_offset"),
	R2("two lists, one place", CHANF(2, mem_id), 12, CHANF(2, ll_offset),
	   0, -EBADMSG, "chan.ll_offset"),

	/* Fields that look alike in a torn read */
	R3("three things wrong", HDR(version), 7, HDR(state), 0,
	   HDR(total_len), U32_MAX, -EPROTONOSUPPORT, "version"),
};

KUNIT_ARRAY_PARAM_DESC(refusal, refusals, name);

/* Right on the bound is inside */
static const struct poked edges[] = {
	R1("registers end with the BAR", HDR(regs.offset), SZ_1M - 0x600, 0,
	   NULL),
	R1("doorbell ends the BAR", HDR(doorbell.offset), DB_BAR_LEN - 4, 0,
	   NULL),
	R2("doorbell follows the block", HDR(doorbell.bar), BLOCK_BAR,
	   HDR(doorbell.offset), BLOCK_LEN, 0, NULL),
	R1("memory follows the block", MEMF(0, offset), BLOCK_LEN, 0, NULL),
	R1("memory ends with the BAR", MEMF(2, offset), SZ_1M - MEM_SIZE, 0,
	   NULL),
	R2("memory of 48 bytes", MEMF(1, size), PCI_EP_DMA_MIN_LL,
	   CHANF(2, ll_offset), 0, 0, NULL),
	R2("memory before the registers", MEMF(2, bar), REGS_BAR,
	   HDR(regs.offset), 0x9000 + MEM_SIZE, 0, NULL),
	R2("memory behind the registers", MEMF(2, bar), REGS_BAR,
	   HDR(regs.offset), 0x9000 - 0x600, 0, NULL),
	R1("scratch before the memories", HDR(scratch.addr),
	   0x80001000 - SZ_64K, 0, NULL),
	R1("scratch behind the memories", HDR(scratch.addr), 0x8000d000, 0,
	   NULL),
	R2("largest memory id", MEMF(2, id), PCI_EP_DMA_MAX_MEMS - 1,
	   CHANF(3, mem_id), PCI_EP_DMA_MAX_MEMS - 1, 0, NULL),
	R1("largest channel id", CHANF(0, id), PCI_EP_DMA_MAX_CHANS - 1, 0,
	   NULL),
	R2("published, none served", HDR(serviced), 0, HDR(state),
	   PCI_EP_DMA_STATE_PUBLISHED, 0, NULL),
	R2("failed", HDR(state), PCI_EP_DMA_STATE_FAILED, HDR(reason),
	   PCI_EP_DMA_REASON_STUCK, 0, NULL),
	R2("failed for a reason to come", HDR(state), PCI_EP_DMA_STATE_FAILED,
	   HDR(reason), 0x7fffffff, 0, NULL),
	R1("compatible features to come", HDR(compat), U32_MAX, 0, NULL),
	/* Q22: what the engine is, whatever the host calls the function */
	R1("function 0", HDR(func_no), 0, 0, NULL),
	R1("last function", HDR(func_no), 31, 0, NULL),
	R2("registers follow the block", HDR(regs.bar), BLOCK_BAR,
	   HDR(regs.offset), BLOCK_LEN, 0, NULL),
	R2("registers behind the memories", HDR(regs.bar), BLOCK_BAR,
	   HDR(regs.offset), 0x9000 + MEM_SIZE, 0, NULL),
	R2("doorbell among the registers", HDR(doorbell.bar), REGS_BAR,
	   HDR(doorbell.offset), 0x10a0, 0, NULL),
	R2("doorbell behind the memories", HDR(doorbell.bar), BLOCK_BAR,
	   HDR(doorbell.offset), 0x9000 + MEM_SIZE, 0, NULL),
	R3("no doorbell, and noise", HDR(doorbell.flags), 0,
	   HDR(doorbell.bar), U32_MAX, HDR(doorbell.offset), U32_MAX, 0,
	   NULL),
	R2("no scratch, and noise", HDR(scratch.addr), U32_MAX,
	   HDR(scratch.size), 0, 0, NULL),
	R2("scratch ends at 2^64", HDR(scratch.addr), 0xffff0000,
	   HI(HDR(scratch.addr)), U32_MAX, 0, NULL),
	R2("memory ends at 2^64", MEMF(2, addr), 0xffffc000,
	   HI(MEMF(2, addr)), U32_MAX, 0, NULL),
};

KUNIT_ARRAY_PARAM_DESC(edge, edges, name);

static void test_poked(struct kunit *test)
{
	const struct poked *r = test->param_value;
	struct fixture *f = new_fixture(test);
	void *buf = build_good(test, f);
	int i;

	for (i = 0; i < MAX_POKES; i++)
		if (!i || r->pokes[i].off)
			poke(buf, r->pokes[i].off, r->pokes[i].val);

	KUNIT_EXPECT_EQ(test, r->err,
			pci_ep_dma_parse(buf, BLOCK_LEN, &limits, &f->out,
					 &f->field));
	KUNIT_EXPECT_STREQ(test, r->field ?: "none", f->field ?: "none");
}

/* Q8: all ones is a dead link, where the contract does not say otherwise */
static bool may_be_all_ones(u32 off)
{
	if (off >= CHAN_OFF(0))
		return (off - CHAN_OFF(0)) % 0x20 >=
		       offsetof(struct pci_ep_dma_wire_chan, flags);
	if (off >= MEM_OFF(0))
		return (off - MEM_OFF(0)) % 0x20 ==
		       HI(offsetof(struct pci_ep_dma_wire_mem, addr));
	if (off >= HDR(reserved))
		return true;

	return off == HDR(compat) || off == HDR(regs.reserved) ||
	       off == HDR(mems.reserved) || off == HDR(chans.reserved) ||
	       off == HDR(doorbell.data) || off == HDR(doorbell.reserved) ||
	       off == HI(HDR(scratch.addr));
}

static void test_all_ones(struct kunit *test)
{
	struct fixture *f = new_fixture(test);
	void *buf = build_good(test, f);
	u32 off, old;

	for (off = 0; off < BLOCK_LEN; off += sizeof(u32)) {
		old = peek(buf, off);
		poke(buf, off, U32_MAX);
		KUNIT_EXPECT_EQ_MSG(test, may_be_all_ones(off) ? 0 : -EIO,
				    pci_ep_dma_parse(buf, BLOCK_LEN, &limits,
						     &f->out, &f->field),
				    "at %#x: %s", off, f->field);
		KUNIT_EXPECT_EQ(test, may_be_all_ones(off), !f->field);
		poke(buf, off, old);
	}

	memset(buf, 0xff, BLOCK_LEN);
	KUNIT_EXPECT_EQ(test, -EIO, pci_ep_dma_parse(buf, BLOCK_LEN, &limits,
						     &f->out, &f->field));
}

static void test_truncated(struct kunit *test)
{
	struct fixture *f = new_fixture(test);
	const void *buf = build_good(test, f);
	size_t len;
	int want;

	for (len = 0; len < BLOCK_LEN; len++) {
		void *copy = copy_block(test, buf, len);

		want = len < sizeof(struct pci_ep_dma_wire_header) ?
		       -ENODEV : -EBADMSG;
		KUNIT_EXPECT_EQ_MSG(test, want,
				    pci_ep_dma_parse(copy, len, &limits,
						     &f->out, &f->field),
				    "%zu bytes: %s", len, f->field);
		KUNIT_EXPECT_NOT_NULL(test, f->field);
		kunit_kfree(test, copy);
	}
}

/* The block is longer than the BAR that shows it, though not than the copy */
static void test_short_bar(struct kunit *test)
{
	struct fixture *f = new_fixture(test);
	const void *buf = build_good(test, f);
	struct pci_ep_dma_limits small = limits;

	small.bar_len[BLOCK_BAR] = BLOCK_LEN - 8;
	KUNIT_EXPECT_EQ(test, -EBADMSG,
			pci_ep_dma_parse(buf, BLOCK_LEN, &small, &f->out,
					 &f->field));
	KUNIT_EXPECT_STREQ(test, "total_len", f->field);

	small.block_bar = PCI_EP_DMA_MAX_BARS;
	KUNIT_EXPECT_EQ(test, -ENODEV,
			pci_ep_dma_parse(buf, BLOCK_LEN, &small, &f->out,
					 &f->field));
	KUNIT_EXPECT_STREQ(test, "place", f->field);
}

/* Q54: the block lies where the place word says, and nowhere else */
static void test_place(struct kunit *test)
{
	struct pci_ep_dma_limits far = limits;
	struct fixture *f = new_fixture(test);
	u8 *buf = kunit_kzalloc(test, BLOCK_LEN, GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, buf);
	far.block_offset = PCI_EP_DMA_MAX_OFFSET;
	KUNIT_ASSERT_EQ(test, BLOCK_LEN,
			pci_ep_dma_build(&f->info, &far, buf, BLOCK_LEN,
					 &f->field));
	KUNIT_EXPECT_EQ(test, 0xf000 | BLOCK_BAR, peek(buf, HDR(place)));
	KUNIT_EXPECT_EQ(test, 0, pci_ep_dma_parse(buf, BLOCK_LEN, &far,
						  &f->out, &f->field));
	KUNIT_EXPECT_MEMEQ(test, &f->out, &f->info, sizeof(f->out));

	/* A copy of it at the start of the BAR */
	KUNIT_EXPECT_EQ(test, -ENODEV,
			pci_ep_dma_parse(buf, BLOCK_LEN, &limits, &f->out,
					 &f->field));
	KUNIT_EXPECT_STREQ(test, "place", f->field);

	/* What may not overlap the block keeps clear of it there */
	poke(buf, MEMF(2, offset), PCI_EP_DMA_MAX_OFFSET);
	KUNIT_EXPECT_EQ(test, -EBADMSG,
			pci_ep_dma_parse(buf, BLOCK_LEN, &far, &f->out,
					 &f->field));
	KUNIT_EXPECT_STREQ(test, "mem.offset", f->field);
	poke(buf, MEMF(2, offset), SZ_64K);
	KUNIT_EXPECT_EQ(test, 0, pci_ep_dma_parse(buf, BLOCK_LEN, &far,
						  &f->out, &f->field));

	/* The end of the BAR is the end of the block */
	far.bar_len[BLOCK_BAR] = PCI_EP_DMA_MAX_OFFSET + BLOCK_LEN;
	f->info.scratch_size = 0;
	KUNIT_EXPECT_EQ(test, BLOCK_LEN,
			pci_ep_dma_build(&f->info, &far, buf, BLOCK_LEN,
					 &f->field));
	far.bar_len[BLOCK_BAR] -= 8;
	KUNIT_EXPECT_EQ(test, -EBADMSG,
			pci_ep_dma_parse(buf, BLOCK_LEN, &far, &f->out,
					 &f->field));
	KUNIT_EXPECT_STREQ(test, "total_len", f->field);
}

static void test_no_place(struct kunit *test)
{
	static const struct { u32 bar, offset; } places[] = {
		{ PCI_EP_DMA_MAX_BARS, 0 }, { 1, 0 }, { U32_MAX, 0 },
		{ BLOCK_BAR, 8 }, { BLOCK_BAR, SZ_2K },
		{ BLOCK_BAR, PCI_EP_DMA_MAX_OFFSET + SZ_4K },
		{ BLOCK_BAR, 0xfffff000 },
	};
	struct fixture *f = new_fixture(test);
	void *buf = kunit_kzalloc(test, BLOCK_LEN, GFP_KERNEL);
	struct pci_ep_dma_limits odd = limits;
	int i;

	KUNIT_ASSERT_NOT_NULL(test, buf);
	for (i = 0; i < ARRAY_SIZE(places); i++) {
		odd.block_bar = places[i].bar;
		odd.block_offset = places[i].offset;
		KUNIT_EXPECT_EQ(test, -EBADMSG,
				pci_ep_dma_build(&f->info, &odd, buf,
						 BLOCK_LEN, &f->field));
		KUNIT_EXPECT_STREQ(test, "place", f->field);
	}
}

/* HC15: an address that the reader cannot express is refused, not cut off */
static void test_max_addr(struct kunit *test)
{
	struct pci_ep_dma_limits low = limits;
	struct fixture *f = new_fixture(test);
	void *buf = build_good(test, f);
	int i;

	low.max_addr = U32_MAX;
	KUNIT_EXPECT_EQ(test, -EOVERFLOW,
			pci_ep_dma_parse(buf, BLOCK_LEN, &low, &f->out,
					 &f->field));
	KUNIT_EXPECT_STREQ(test, "scratch.addr", f->field);

	poke(buf, HI(HDR(scratch.addr)), 0);
	KUNIT_EXPECT_EQ(test, -EOVERFLOW,
			pci_ep_dma_parse(buf, BLOCK_LEN, &low, &f->out,
					 &f->field));
	KUNIT_EXPECT_STREQ(test, "mem.addr", f->field);

	for (i = 0; i < NR_MEMS; i++)
		poke(buf, HI(MEMF(i, addr)), 0);
	KUNIT_EXPECT_EQ(test, 0, pci_ep_dma_parse(buf, BLOCK_LEN, &low,
						  &f->out, &f->field));

	/* To the last byte */
	low.max_addr = 0x80090000 - 1;
	KUNIT_EXPECT_EQ(test, 0, pci_ep_dma_parse(buf, BLOCK_LEN, &low,
						  &f->out, &f->field));
	low.max_addr--;
	KUNIT_EXPECT_EQ(test, -EOVERFLOW,
			pci_ep_dma_parse(buf, BLOCK_LEN, &low, &f->out,
					 &f->field));
}

/* Values of which all ones is one */
static void test_ones_as_values(struct kunit *test)
{
	struct fixture *f = new_fixture(test);
	const void *buf;

	f->info.doorbell.data = U32_MAX;
	f->info.scratch_addr |= GENMASK_ULL(63, 32);
	f->info.mems[1].addr |= GENMASK_ULL(63, 32);
	buf = build_good(test, f);
	KUNIT_EXPECT_EQ(test, 0, pci_ep_dma_parse(buf, BLOCK_LEN, &limits,
						  &f->out, &f->field));
	KUNIT_EXPECT_MEMEQ(test, &f->out, &f->info, sizeof(f->out));
}

/*
 * Q19: what the layouts say about channel numbers and registers
 */

struct numbers {
	const char *name;
	enum pci_ep_dma_layout layout;
	u32 hw_chan[NR_CHANS];		/* of good_info's two and two */
	u32 regs_size;
	int err;
	const char *field;
};

#define V0	PCI_EP_DMA_LAYOUT_DW_EDMA_V0
#define COMPAT	PCI_EP_DMA_LAYOUT_DW_HDMA_COMPAT
#define NATIVE	PCI_EP_DMA_LAYOUT_DW_HDMA_NATIVE

static const struct numbers numbers[] = {
	{ "eDMA, from 0", V0, { 0, 1, 1, 0 }, 0x600, 0, NULL },
	{ "eDMA, a hole", V0, { 0, 2, 1, 0 }, 0x1200, -EBADMSG,
	  "chan.hw_chan" },
	{ "compat, from 0", COMPAT, { 1, 0, 0, 1 }, 0x600, 0, NULL },
	{ "compat, a hole", COMPAT, { 0, 1, 0, 2 }, 0x1200, -EBADMSG,
	  "chan.hw_chan" },
	{ "compat, small window", COMPAT, { 0, 1, 0, 1 }, 0x5fc, -EBADMSG,
	  "regs.size" },
	{ "native, from 0", NATIVE, { 0, 1, 0, 1 }, 0x400, 0, NULL },
	{ "native, any set", NATIVE, { 7, 2, 63, 5 }, 0x8000, 0, NULL },
	{ "native, window lacks the last", NATIVE, { 7, 2, 63, 5 }, 0x7ffc,
	  -EBADMSG, "regs.size" },
	{ "native, one too high", NATIVE, { 0, 64, 0, 1 }, 0x10000, -EBADMSG,
	  "chan.hw_chan" },
	{ "native, at the maximum", NATIVE, { 0, U32_MAX - 1, 0, 1 }, 0x10000,
	  -EBADMSG, "chan.hw_chan" },
	{ "native, one twice", NATIVE, { 9, 9, 0, 1 }, 0x8000, -EBADMSG,
	  "chan.hw_chan" },
};

KUNIT_ARRAY_PARAM_DESC(numbers, numbers, name);

static void test_numbers(struct kunit *test)
{
	const struct numbers *n = test->param_value;
	struct fixture *f = new_fixture(test);
	void *buf = build_good(test, f);
	int i;

	poke(buf, HDR(layout), n->layout);
	poke(buf, HDR(regs.size), n->regs_size);
	for (i = 0; i < NR_CHANS; i++)
		poke(buf, CHANF(i, hw_chan), n->hw_chan[i]);

	KUNIT_EXPECT_EQ(test, n->err,
			pci_ep_dma_parse(buf, BLOCK_LEN, &limits, &f->out,
					 &f->field));
	KUNIT_EXPECT_STREQ(test, n->field ?: "none", f->field ?: "none");
}

/* Q42: the largest length that version 1 allows, and one more */
static void test_longest(struct kunit *test)
{
	const size_t size = PCI_EP_DMA_MAX_LEN + 8;
	struct fixture *f = new_fixture(test);
	const void *good = build_good(test, f);
	void *buf = kunit_kzalloc(test, size, GFP_KERNEL);
	struct pci_ep_dma_limits wide = limits;
	int i;

	KUNIT_ASSERT_NOT_NULL(test, buf);
	memcpy(buf, good, BLOCK_LEN);
	/* Clear of the longest block */
	for (i = 0; i < NR_MEMS; i++)
		poke(buf, MEMF(i, offset), SZ_128K + i * MEM_SIZE);

	poke(buf, HDR(total_len), PCI_EP_DMA_MAX_LEN);
	KUNIT_EXPECT_EQ(test, 0, pci_ep_dma_parse(buf, size, &wide, &f->out,
						  &f->field));
	poke(buf, HDR(total_len), size);
	KUNIT_EXPECT_EQ(test, -EBADMSG,
			pci_ep_dma_parse(buf, size, &wide, &f->out,
					 &f->field));
	KUNIT_EXPECT_STREQ(test, "total_len", f->field);

	/* More records than there is room for, though the block has them */
	poke(buf, HDR(total_len), PCI_EP_DMA_MAX_LEN);
	poke(buf, HDR(mems.offset), BLOCK_LEN);
	poke(buf, HDR(mems.count), 900);
	KUNIT_EXPECT_EQ(test, -EBADMSG,
			pci_ep_dma_parse(buf, size, &wide, &f->out,
					 &f->field));
	KUNIT_EXPECT_STREQ(test, "mems.count", f->field);
}

/* Q2: where the host's part of the block is, is up to the endpoint */
static void test_host_area_last(struct kunit *test)
{
	const u32 mems = sizeof(struct pci_ep_dma_wire_header);
	const u32 chans = mems + CHAN_OFF(0) - MEM_OFF(0);
	const u32 host = 0x1c0, len = host + 0x40;
	struct fixture *f = new_fixture(test);
	const void *buf = build_good(test, f);
	void *moved = kunit_kzalloc(test, len, GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, moved);
	memcpy(moved, buf, mems);
	memcpy(moved + mems, buf + MEM_OFF(0), BLOCK_LEN - MEM_OFF(0));
	poke(moved, HDR(mems.offset), mems);
	poke(moved, HDR(chans.offset), chans);
	poke(moved, HDR(host_offset), host);
	poke(moved, HDR(total_len), len);

	KUNIT_ASSERT_EQ(test, 0, pci_ep_dma_parse(moved, len, &limits, &f->out,
						  &f->field));
	f->info.block.size = len;
	f->info.host_offset = host;
	KUNIT_EXPECT_MEMEQ(test, &f->out, &f->info, sizeof(f->out));

	/* As long as nothing that the endpoint writes is in it */
	poke(moved, HDR(host_offset), host - 0x40);
	KUNIT_EXPECT_EQ(test, -EBADMSG,
			pci_ep_dma_parse(moved, len, &limits, &f->out,
					 &f->field));
	KUNIT_EXPECT_STREQ(test, "chans.offset", f->field);
}

static void test_longest_list(struct kunit *test)
{
	struct fixture *f = new_fixture(test);
	void *buf = build_good(test, f);
	struct pci_ep_dma_limits wide = limits;

	wide.bar_len[BLOCK_BAR] = SZ_4M;
	poke(buf, HDR(scratch.size), 0);
	poke(buf, MEMF(2, size), SZ_2M);
	poke(buf, CHANF(3, ll_size), PCI_EP_DMA_MAX_LL);
	KUNIT_EXPECT_EQ(test, 0, pci_ep_dma_parse(buf, BLOCK_LEN, &wide,
						  &f->out, &f->field));
	poke(buf, CHANF(3, ll_size), PCI_EP_DMA_MAX_LL + 8);
	KUNIT_EXPECT_EQ(test, -EBADMSG,
			pci_ep_dma_parse(buf, BLOCK_LEN, &wide, &f->out,
					 &f->field));
	KUNIT_EXPECT_STREQ(test, "chan.ll_size", f->field);
}

/* Only a BAR of more than 4 GiB lets an engine address wrap */
static void test_address_wraps(struct kunit *test)
{
	struct fixture *f = new_fixture(test);
	void *buf = build_good(test, f);
	struct pci_ep_dma_limits huge = limits;

	huge.bar_len[BLOCK_BAR] = 16ULL * SZ_1G;
	poke(buf, MEMF(2, addr), 0xfffffff8);
	poke(buf, HI(MEMF(2, addr)), 0xfffffffe);
	KUNIT_EXPECT_EQ(test, 0, pci_ep_dma_parse(buf, BLOCK_LEN, &huge,
						  &f->out, &f->field));
	poke(buf, HI(MEMF(2, size)), 1);
	KUNIT_EXPECT_EQ(test, -EBADMSG,
			pci_ep_dma_parse(buf, BLOCK_LEN, &huge, &f->out,
					 &f->field));
	KUNIT_EXPECT_STREQ(test, "mem.size", f->field);
}

/* Q42, Q7: counts at their maxima are served in bounded time */
static void test_most_records(struct kunit *test)
{
	struct fixture *f = new_fixture(test);
	struct pci_ep_dma_info *info = &f->info;
	struct pci_ep_dma_limits wide = limits;
	size_t len = pci_ep_dma_block_size(PCI_EP_DMA_MAX_MEMS,
					   PCI_EP_DMA_MAX_CHANS);
	void *buf = kunit_kzalloc(test, len, GFP_KERNEL);
	int i;

	KUNIT_ASSERT_NOT_NULL(test, buf);
	wide.bar_len[BLOCK_BAR] = SZ_64M;
	info->layout = NATIVE;
	info->regs.size = pci_ep_dma_regs_size(info->layout, 64);
	info->scratch_addr = 0;
	info->scratch_size = 0;
	info->nr_mems = PCI_EP_DMA_MAX_MEMS;
	for (i = 0; i < PCI_EP_DMA_MAX_MEMS; i++)
		info->mems[i] = (struct pci_ep_dma_mem) {
			.id = PCI_EP_DMA_MAX_MEMS - 1 - i,
			.win = { BLOCK_BAR, SZ_64K + i * 64, 64 },
			.addr = EP_BASE + i * 64,
		};
	info->nr_chans = PCI_EP_DMA_MAX_CHANS;
	for (i = 0; i < PCI_EP_DMA_MAX_CHANS; i++)
		info->chans[i] = (struct pci_ep_dma_chan) {
			.id = PCI_EP_DMA_MAX_CHANS - 1 - i,
			.dir = i & 1 ? PCI_EP_DMA_DIR_WRITE :
				       PCI_EP_DMA_DIR_READ,
			.hw_chan = i / 2,
			.mem_id = i,
			.ll_size = 64,
		};

	KUNIT_ASSERT_EQ(test, len, pci_ep_dma_build(info, &wide, buf, len,
						    &f->field));
	KUNIT_EXPECT_EQ(test, 0, pci_ep_dma_parse(buf, len, &wide, &f->out,
						  &f->field));
	KUNIT_EXPECT_MEMEQ(test, &f->out, info, sizeof(*info));
}

/* Anything at all may come; nothing is accepted that could not be built */
static void test_random_damage(struct kunit *test)
{
	struct fixture *f = new_fixture(test);
	const void *good = build_good(test, f);
	void *buf = copy_block(test, good, BLOCK_LEN);
	void *again = kunit_kzalloc(test, PCI_EP_DMA_MAX_LEN, GFP_KERNEL);
	struct rnd_state rnd;
	unsigned int accepted = 0, i, n;
	u32 off;

	KUNIT_ASSERT_NOT_NULL(test, again);
	prandom_seed_state(&rnd, 20260101);
	for (i = 0; i < 20000; i++) {
		memcpy(buf, good, BLOCK_LEN);
		for (n = prandom_u32_state(&rnd) % 3; n < 3; n++) {
			off = prandom_u32_state(&rnd) % BLOCK_LEN & ~3U;
			poke(buf, off, prandom_u32_state(&rnd) >>
				       prandom_u32_state(&rnd) % 32);
		}

		if (pci_ep_dma_parse(buf, BLOCK_LEN, &limits, &f->out,
				     &f->field))
			continue;

		accepted++;
		KUNIT_ASSERT_GT_MSG(test,
				    pci_ep_dma_build(&f->out, &limits, again,
						     PCI_EP_DMA_MAX_LEN,
						     &f->field), 0,
				    "run %u: %s", i, f->field);
	}

	/* Some damage hits reserved words, most does not */
	KUNIT_EXPECT_GT(test, accepted, 0);
	KUNIT_EXPECT_LT(test, accepted, 10000);
}

/*
 * Refusals of the builder: the shared rules above through the other door, and
 * what only the builder checks
 */

struct build_refusal {
	const char *name;
	void (*spoil)(struct pci_ep_dma_info *info);
	int err;
	const char *field;
};

#define SPOIL(_fn, _stmt)						\
	static void spoil_##_fn(struct pci_ep_dma_info *info) { _stmt; }

SPOIL(state, info->state = PCI_EP_DMA_STATE_UPDATING)
SPOIL(generation, info->generation = 0)
SPOIL(generation_ones, info->generation = U32_MAX)
SPOIL(serviced_ones, info->serviced = U32_MAX)
SPOIL(layout, info->layout = PCI_EP_DMA_LAYOUT_INVALID)
SPOIL(layout_unknown, info->layout = 99)
SPOIL(func_no, info->func_no = 32)
SPOIL(no_reason, info->state = PCI_EP_DMA_STATE_FAILED)
SPOIL(reason_ones, info->reason = U32_MAX)
SPOIL(regs_offset_ones, info->regs.offset = 0xffffffff00000000ULL)
SPOIL(scratch_addr_ones, info->scratch_addr = U32_MAX)
SPOIL(scratch_size_ones, info->scratch_size = U32_MAX)
SPOIL(mem_addr_ones, info->mems[0].addr = U32_MAX)
SPOIL(mem_size, info->mems[0].win.size = 16)
SPOIL(no_mems, info->nr_mems = 0)
SPOIL(many_mems, info->nr_mems = PCI_EP_DMA_MAX_MEMS + 1)
SPOIL(most_mems, info->nr_mems = U32_MAX)
SPOIL(no_chans, info->nr_chans = 0)
SPOIL(many_chans, info->nr_chans = PCI_EP_DMA_MAX_CHANS + 1)
SPOIL(chan_dir, info->chans[2].dir = PCI_EP_DMA_DIR_INVALID)

static void spoil_regs_bar(struct pci_ep_dma_info *info)
{
	info->regs.bar = BLOCK_BAR;
	info->regs.offset = 0;
}

static void spoil_doorbell(struct pci_ep_dma_info *info)
{
	info->doorbell.bar = BLOCK_BAR;
	info->doorbell.offset = 0x1000;
}

/* Two that end at 2^64 */
static void spoil_at_the_end(struct pci_ep_dma_info *info)
{
	info->mems[1].addr = -SZ_16K;
	info->mems[2].addr = -SZ_16K;
}

static void spoil_all_dirs(struct pci_ep_dma_info *info)
{
	int i;

	for (i = 0; i < NR_CHANS; i++)
		info->chans[i].dir = PCI_EP_DMA_DIR_INVALID;
}

/* One channel more than the registers of the layout have room for */
static void spoil_nine_chans(struct pci_ep_dma_info *info)
{
	int i;

	info->nr_chans = 9;
	for (i = 0; i < 9; i++)
		info->chans[i] = (struct pci_ep_dma_chan) {
			.id = i, .dir = PCI_EP_DMA_DIR_WRITE, .hw_chan = i,
			.mem_id = 10, .ll_offset = i * 64, .ll_size = 64,
		};
}

#define B(_fn, _err, _field) { #_fn, spoil_##_fn, _err, _field }

static const struct build_refusal build_refusals[] = {
	B(state, -EBADMSG, "state"),
	B(generation, -EBADMSG, "generation"),
	B(generation_ones, -EBADMSG, "generation"),
	B(serviced_ones, -EBADMSG, "serviced"),
	B(layout, -EBADMSG, "layout"),
	B(layout_unknown, -EOPNOTSUPP, "layout"),
	B(func_no, -EBADMSG, "func_no"),
	B(no_reason, -EBADMSG, "reason"),
	B(reason_ones, -EBADMSG, "reason"),
	B(regs_bar, -EBADMSG, "regs.offset"),
	B(regs_offset_ones, -EBADMSG, "regs.size"),
	B(doorbell, -EBADMSG, "doorbell.offset"),
	B(scratch_addr_ones, -EBADMSG, "scratch.addr"),
	B(scratch_size_ones, -EBADMSG, "scratch.size"),
	B(mem_addr_ones, -EBADMSG, "mem.addr"),
	B(mem_size, -EBADMSG, "mem.size"),
	B(at_the_end, -EBADMSG, "mem.addr"),
	B(no_mems, -EBADMSG, "mems.count"),
	B(many_mems, -EBADMSG, "mems.count"),
	B(most_mems, -EBADMSG, "mems.count"),
	B(no_chans, -EBADMSG, "chans.count"),
	B(many_chans, -EBADMSG, "chans.count"),
	B(nine_chans, -EBADMSG, "chans.count"),
	B(all_dirs, -EBADMSG, "chan.dir"),
	B(chan_dir, -EBADMSG, "chan.dir"),
};

KUNIT_ARRAY_PARAM_DESC(build_refusal, build_refusals, name);

static void test_build_refusal(struct kunit *test)
{
	const struct build_refusal *r = test->param_value;
	struct fixture *f = new_fixture(test);
	void *buf = kunit_kzalloc(test, PCI_EP_DMA_MAX_LEN, GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, buf);
	r->spoil(&f->info);
	KUNIT_EXPECT_EQ(test, r->err,
			pci_ep_dma_build(&f->info, &limits, buf,
					 PCI_EP_DMA_MAX_LEN, &f->field));
	KUNIT_ASSERT_NOT_NULL(test, f->field);
	KUNIT_EXPECT_STREQ(test, r->field, f->field);
}

static void test_build_no_room(struct kunit *test)
{
	struct pci_ep_dma_limits small = limits;
	struct fixture *f = new_fixture(test);
	u8 *buf = kunit_kzalloc(test, BLOCK_LEN, GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, buf);
	KUNIT_EXPECT_EQ(test, -ENOSPC,
			pci_ep_dma_build(&f->info, &limits, buf,
					 BLOCK_LEN - 1, &f->field));
	KUNIT_EXPECT_STREQ(test, "total_len", f->field);
	KUNIT_EXPECT_EQ(test, 0, peek(buf, 0));

	/* Lists and block in different BARs, the block does not fit its own */
	f->info.mems[0].win.bar = REGS_BAR;
	f->info.mems[1].win.bar = REGS_BAR;
	f->info.mems[2].win.bar = REGS_BAR;
	f->info.regs.offset = SZ_512K;
	small.bar_len[BLOCK_BAR] = BLOCK_LEN - 1;
	KUNIT_EXPECT_EQ(test, -EBADMSG,
			pci_ep_dma_build(&f->info, &small, buf, BLOCK_LEN,
					 &f->field));
	KUNIT_EXPECT_STREQ(test, "total_len", f->field);

	small.bar_len[BLOCK_BAR] = BLOCK_LEN;
	KUNIT_EXPECT_EQ(test, BLOCK_LEN,
			pci_ep_dma_build(&f->info, &small, buf, BLOCK_LEN,
					 &f->field));
}

/* Q3: the image is whole each time, nothing of what was there survives */
static void test_build_over_garbage(struct kunit *test)
{
	struct fixture *f = new_fixture(test);
	const void *good = build_good(test, f);
	void *buf = copy_block(test, good, BLOCK_LEN);

	memset(buf, 0xa5, BLOCK_LEN);
	KUNIT_ASSERT_EQ(test, BLOCK_LEN,
			pci_ep_dma_build(&f->info, &limits, buf, BLOCK_LEN,
					 &f->field));
	KUNIT_EXPECT_MEMEQ(test, buf, good, BLOCK_LEN);
}

/* Q5: the same offer is the same bytes, wherever it lies in this machine */
static void test_build_twice(struct kunit *test)
{
	const void *first = build_good(test, new_fixture(test));
	struct fixture *f = new_fixture(test);
	u8 *room = kunit_kzalloc(test, BLOCK_LEN + SZ_1K, GFP_KERNEL);
	int i;

	KUNIT_ASSERT_NOT_NULL(test, room);
	for (i = 8; i < SZ_1K; i += 8) {
		KUNIT_ASSERT_EQ(test, BLOCK_LEN,
				pci_ep_dma_build(&f->info, &limits, room + i,
						 BLOCK_LEN, &f->field));
		KUNIT_ASSERT_MEMEQ(test, first, room + i, BLOCK_LEN);
	}
}

/*
 * Words
 */

/* Q6: answers that differ read differently */
static void test_words(struct kunit *test)
{
	static const int errors[] = {
		-ENODEV, -EIO, -EPROTONOSUPPORT, -EAGAIN, -ENOPROTOOPT,
		-EBADMSG, -EOPNOTSUPP, -EOVERFLOW, -ENOMEM,
	};
	u32 i, j;

	for (i = 0; i < ARRAY_SIZE(errors); i++)
		for (j = 0; j < i; j++)
			KUNIT_EXPECT_STRNEQ(test,
					    pci_ep_dma_refusal(errors[i]),
					    pci_ep_dma_refusal(errors[j]));

	/* The last one is not known yet */
	for (i = 0; i <= PCI_EP_DMA_REASON_WINDOW + 1; i++)
		for (j = 0; j < i; j++)
			KUNIT_EXPECT_STRNEQ(test, pci_ep_dma_failure(i),
					    pci_ep_dma_failure(j));
	KUNIT_EXPECT_STREQ(test, pci_ep_dma_failure(U32_MAX),
			   pci_ep_dma_failure(i - 1));
}

/*
 * Arithmetic
 */

static void test_regs_size(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, 0x400, pci_ep_dma_regs_size(V0, 1));
	/* Q14: seven channels each way fit one page of 4 KiB */
	KUNIT_EXPECT_EQ(test, SZ_4K, pci_ep_dma_regs_size(V0, 7));
	KUNIT_EXPECT_EQ(test, 0x1200, pci_ep_dma_regs_size(V0, 8));
	KUNIT_EXPECT_EQ(test, 0, pci_ep_dma_regs_size(V0, 9));
	KUNIT_EXPECT_EQ(test, 0, pci_ep_dma_regs_size(V0, UINT_MAX));
	KUNIT_EXPECT_EQ(test, 0, pci_ep_dma_regs_size(V0, 0));
	KUNIT_EXPECT_EQ(test, 0, pci_ep_dma_regs_size(0, 1));
	KUNIT_EXPECT_EQ(test, 0x1200, pci_ep_dma_regs_size(COMPAT, 8));
	KUNIT_EXPECT_EQ(test, 0, pci_ep_dma_regs_size(COMPAT, 9));
	KUNIT_EXPECT_EQ(test, 0x200, pci_ep_dma_regs_size(NATIVE, 1));
	KUNIT_EXPECT_EQ(test, 0x8000, pci_ep_dma_regs_size(NATIVE, 64));
	KUNIT_EXPECT_EQ(test, 0, pci_ep_dma_regs_size(NATIVE, 65));
	KUNIT_EXPECT_EQ(test, 0, pci_ep_dma_regs_size(4, 1));
	KUNIT_EXPECT_EQ(test, 0, pci_ep_dma_regs_size(U32_MAX, 1));
}

static void test_block_size(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, 0x100, pci_ep_dma_block_size(0, 0));
	KUNIT_EXPECT_EQ(test, BLOCK_LEN,
			pci_ep_dma_block_size(NR_MEMS, NR_CHANS));
	KUNIT_EXPECT_LE(test, pci_ep_dma_block_size(PCI_EP_DMA_MAX_MEMS,
						    PCI_EP_DMA_MAX_CHANS),
			PCI_EP_DMA_MAX_LEN);
	KUNIT_EXPECT_EQ(test, 0,
			pci_ep_dma_block_size(PCI_EP_DMA_MAX_MEMS + 1, 1));
	KUNIT_EXPECT_EQ(test, 0, pci_ep_dma_block_size(1, UINT_MAX));
}

static void test_next(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, 1, pci_ep_dma_next(0));
	KUNIT_EXPECT_EQ(test, 2, pci_ep_dma_next(1));
	KUNIT_EXPECT_EQ(test, U32_MAX - 1, pci_ep_dma_next(U32_MAX - 2));
	KUNIT_EXPECT_EQ(test, 1, pci_ep_dma_next(U32_MAX - 1));
	KUNIT_EXPECT_EQ(test, 1, pci_ep_dma_next(U32_MAX));
}

static struct kunit_case cases[] = {
	KUNIT_CASE(test_round_trip),
	KUNIT_CASE(test_offsets),
	KUNIT_CASE(test_without_options),
	KUNIT_CASE(test_extensions),
	KUNIT_CASE_PARAM(test_poked, refusal_gen_params),
	KUNIT_CASE_PARAM(test_poked, edge_gen_params),
	KUNIT_CASE(test_all_ones),
	KUNIT_CASE(test_truncated),
	KUNIT_CASE(test_short_bar),
	KUNIT_CASE(test_place),
	KUNIT_CASE(test_no_place),
	KUNIT_CASE(test_max_addr),
	KUNIT_CASE(test_ones_as_values),
	KUNIT_CASE_PARAM(test_numbers, numbers_gen_params),
	KUNIT_CASE(test_longest),
	KUNIT_CASE(test_host_area_last),
	KUNIT_CASE(test_longest_list),
	KUNIT_CASE(test_address_wraps),
	KUNIT_CASE(test_most_records),
	KUNIT_CASE(test_random_damage),
	KUNIT_CASE_PARAM(test_build_refusal, build_refusal_gen_params),
	KUNIT_CASE(test_build_no_room),
	KUNIT_CASE(test_build_over_garbage),
	KUNIT_CASE(test_build_twice),
	KUNIT_CASE(test_words),
	KUNIT_CASE(test_regs_size),
	KUNIT_CASE(test_block_size),
	KUNIT_CASE(test_next),
	{}
};

static struct kunit_suite suite = {
	.name = "pci-ep-dma-format",
	.test_cases = cases,
};

kunit_test_suite(suite);

MODULE_LICENSE("GPL");
MODULE_DESCRIPTION("KUnit test of the PCI endpoint DMA block");
