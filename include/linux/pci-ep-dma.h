/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The block through which a PCI endpoint offers DMA channels to its host
 */

#ifndef __LINUX_PCI_EP_DMA_H
#define __LINUX_PCI_EP_DMA_H

#include <linux/bits.h>
#include <linux/build_bug.h>
#include <linux/sizes.h>
#include <linux/types.h>

struct seq_file;

/**
 * DOC: contract
 *
 * An endpoint that lets its host drive some of its DMA channels says so in a
 * block of memory in one of its BARs, the *metadata BAR*. The two machines run
 * kernels of different age and possibly of different byte order, so everything
 * below is frozen once released.
 *
 * - Every field is little-endian, 32 or 64 bits wide and naturally aligned.
 * - Value 0 of an enumeration means "not set" and is not valid where a value is
 *   needed. Reserved fields and unknown flags are written 0 and are ignored.
 * - All offsets inside the block count from its first byte.
 * - Whatever counts bytes is a multiple of 8: lengths, strides, sizes, offsets
 *   in the block or in a BAR, addresses. Two are multiples of 4, because
 *   registers are of that size: the offset of the doorbell, and offset and size
 *   of the register window. Two are coarser: the host area is aligned to 64, the
 *   block to 4096.
 * - The endpoint writes everything but the host area. The host writes the host
 *   area, never anything else. The host area has a cache line of its own.
 * - Addresses are addresses that the DMA engine uses. Neither a pointer nor a
 *   number that only one kernel knows appears.
 * - Ranges do not overlap: the block, the registers and the memories in a BAR,
 *   the lists in a memory, the memories and the scratch window where the engine
 *   sees them. The doorbell is neither in the block nor in a memory; it may be
 *   one of the registers.
 * - They may share a BAR. The block can be read at any time, though: an endpoint
 *   that cannot show the registers without a gap in the rest of the BAR has them
 *   in another one.
 * - The engine acts as the PCI function with the number that the block says.
 *   This is the number that goes into the engine's registers. It says nothing
 *   about the number under which a host sees the function, which differs when a
 *   function is passed through to a virtual machine.
 *
 * What may come without a new version: fields in what is reserved now, a longer
 * header (the header says its length), longer records (the tables say their
 * stride), further layouts and reasons, compatible features. A feature is a bit.
 * A reader ignores the compatible ones that it does not know, and refuses a
 * block with an incompatible one that it does not know: this is how one part of
 * the block gets another meaning. What raises the version: moving or removing a
 * field, or a change that a reader of version 1 could not even refuse properly.
 * A reader refuses every version that it does not know.
 */

/**
 * DOC: place
 *
 * The block starts at a multiple of 4 KiB, at most 60 KiB into a memory BAR. A
 * reader that was not told the place by something else looks at BAR 0 to 5 in
 * this order, and in each at offset 0, 4 KiB, 8 KiB and so on. It takes the first
 * place where the magic is and where the word *place* of the header names this
 * very place. It leaves a BAR at the first word of all ones.
 *
 * An endpoint function with BARs of its own has its block at offset 0. One whose
 * BAR begins with something that older hosts know already, such as the control
 * block and the scratchpads of vNTB, has it behind that, at the next 4 KiB.
 *
 * Why a search: there is no word that every such function could give up for a
 * pointer. The first bytes of the BARs belong to the function's own protocol,
 * and configuration space belongs to the controller. Why these places: they are
 * at most 96, of which the first is right for most functions, and a window with
 * the least granularity of 4 KiB begins at one of them. Why the block says its
 * place: what looks like a block in a memory window or in a stale buffer is
 * somebody's data.
 */

/**
 * DOC: all ones
 *
 * A link that is down reads as all ones. No 32-bit word of the block is all ones
 * where that could be taken for a value; a reader that finds one anyway reports
 * an I/O error. All ones may stand in
 *
 * - reserved fields, *compat* and the flags of a channel, which are ignored,
 * - what a flag or a size of 0 says is not there: doorbell, scratch window,
 * - the data of the doorbell and the upper half of an address, where all ones is
 *   as good as any number.
 *
 * None of these hides a link that died while the block was read: behind the copy
 * a reader looks at *generation* and *state* once more, and these are never all
 * ones.
 */

/**
 * DOC: handshake
 *
 * The host validates a copy of the block, writes a fresh token to the host area,
 * rings the doorbell if there is one, and waits until the state is
 * PCI_EP_DMA_STATE_READY and the serviced token is the one it wrote. Only then do
 * the BARs show the DMA registers. A fresh token is neither 0, nor all ones, nor
 * the serviced one, nor the one that is in the host area already. A host that is
 * done writes token 0 and rings again; the endpoint takes the registers away,
 * stops the channels and publishes a new generation. Within the endpoint a
 * doorbell may be reached sooner than memory, so a host reads the token back
 * before it rings.
 *
 * To publish, the endpoint writes state 0 first, then all the rest from a
 * private image, then the state, with write barriers in between. A reader that
 * sees state 0, or two generations in two reads, looked while it was written.
 *
 * With PCI_EP_DMA_STATE_FAILED the block says why. The reason is for people: a
 * host does nothing else for one that it does not know.
 */

/**
 * DOC: registers
 *
 * A host writes registers between READY and its withdrawal, and no others than
 * these. More may be visible, because windows show pages.
 *
 * Layouts PCI_EP_DMA_LAYOUT_DW_EDMA_V0 and PCI_EP_DMA_LAYOUT_DW_HDMA_COMPAT: a
 * direction is offered wholly, with channels 0 to n - 1, or not at all. In each
 * direction that is offered the host owns engine enable, start doorbell,
 * interrupt mask and clear, linked list error enable, both message addresses,
 * the message data, in compatibility mode the power registers of the channels,
 * and the context of each channel. It leaves alone what is common to both
 * directions (control, arbitration) and all of the other direction.
 *
 * Layout PCI_EP_DMA_LAYOUT_DW_HDMA_NATIVE: any set of channels. The host owns the
 * registers of these channels and no others.
 *
 * In all layouts:
 *
 * - The local interrupt of a channel stays masked, in the mask register of the
 *   direction or in the interrupt setup of the channel, also while an element of
 *   a list asks for it. Nobody on the endpoint acknowledges it, so that an
 *   unmasked one would stay asserted.
 * - The function number in the channel's context is the one in the block.
 * - Lists are in the memory that the block gives to the channel, data anywhere
 *   that the engine reaches.
 * - Before it withdraws, the host stops what it has started, if it can.
 */

#define PCI_EP_DMA_MAGIC	0x4d445045	/* the bytes "EPDM" */
#define PCI_EP_DMA_VERSION	1

/* Bounds of version 1; no block, table or list exceeds them */
#define PCI_EP_DMA_MAX_LEN	SZ_32K	/* bytes of the block */
#define PCI_EP_DMA_MAX_CHANS	128	/* records, both directions together */
#define PCI_EP_DMA_MAX_MEMS	128	/* records */
#define PCI_EP_DMA_MAX_BARS	6
#define PCI_EP_DMA_MAX_OFFSET	(60 * SZ_1K)	/* of the block in its BAR */
#define PCI_EP_DMA_BLOCK_ALIGN	SZ_4K
#define PCI_EP_DMA_MIN_LL	48	/* bytes: one element and the link back */
#define PCI_EP_DMA_MAX_LL	SZ_1M	/* bytes of linked list of a channel */

/**
 * enum pci_ep_dma_state - where the handshake stands
 * @PCI_EP_DMA_STATE_UPDATING: the block is being written, do not use it
 * @PCI_EP_DMA_STATE_PUBLISHED: the block is valid, no request is served
 * @PCI_EP_DMA_STATE_READY: the registers are mapped for the serviced token
 * @PCI_EP_DMA_STATE_FAILED: the serviced token could not be served. The block
 *			     is valid and the next token is tried afresh
 */
enum pci_ep_dma_state {
	PCI_EP_DMA_STATE_UPDATING	= 0,
	PCI_EP_DMA_STATE_PUBLISHED	= 1,
	PCI_EP_DMA_STATE_READY		= 2,
	PCI_EP_DMA_STATE_FAILED		= 3,
};

/**
 * enum pci_ep_dma_reason - why the state is PCI_EP_DMA_STATE_FAILED
 * @PCI_EP_DMA_REASON_NONE: not set, nothing has failed
 * @PCI_EP_DMA_REASON_STUCK: a channel did not stop after the last tenant
 * @PCI_EP_DMA_REASON_HANDOVER: the channels could not be handed over again
 * @PCI_EP_DMA_REASON_WINDOW: the registers could not be mapped
 */
enum pci_ep_dma_reason {
	PCI_EP_DMA_REASON_NONE		= 0,
	PCI_EP_DMA_REASON_STUCK		= 1,
	PCI_EP_DMA_REASON_HANDOVER	= 2,
	PCI_EP_DMA_REASON_WINDOW	= 3,
};

/**
 * enum pci_ep_dma_layout - what is in the register window
 * @PCI_EP_DMA_LAYOUT_INVALID: not set
 * @PCI_EP_DMA_LAYOUT_DW_EDMA_V0: DesignWare eDMA, version 0 registers, unrolled.
 *				  The channels of a direction share registers,
 *				  therefore a direction is offered wholly, from
 *				  channel 0 on, or not at all
 * @PCI_EP_DMA_LAYOUT_DW_HDMA_COMPAT: DesignWare HDMA that shows the registers of
 *				      the unrolled eDMA; the same rules
 * @PCI_EP_DMA_LAYOUT_DW_HDMA_NATIVE: DesignWare HDMA, registers of its own. No
 *				      channels share any, so that any set of
 *				      them can be offered
 */
enum pci_ep_dma_layout {
	PCI_EP_DMA_LAYOUT_INVALID		= 0,
	PCI_EP_DMA_LAYOUT_DW_EDMA_V0		= 1,
	PCI_EP_DMA_LAYOUT_DW_HDMA_COMPAT	= 2,
	PCI_EP_DMA_LAYOUT_DW_HDMA_NATIVE	= 3,
};

/**
 * enum pci_ep_dma_dir - which way a channel moves data
 * @PCI_EP_DMA_DIR_INVALID: not set
 * @PCI_EP_DMA_DIR_WRITE: from endpoint memory to the host
 * @PCI_EP_DMA_DIR_READ: from the host to endpoint memory
 */
enum pci_ep_dma_dir {
	PCI_EP_DMA_DIR_INVALID		= 0,
	PCI_EP_DMA_DIR_WRITE		= 1,
	PCI_EP_DMA_DIR_READ		= 2,
};

/*
 * struct pci_ep_dma_wire_header.place: the offset of the block in its BAR, and
 * in the bits that are 0 in such an offset the number of the BAR
 */
#define PCI_EP_DMA_PLACE_BAR	0x7

/* struct pci_ep_dma_wire_header.incompat: those that this version knows */
#define PCI_EP_DMA_INCOMPAT_KNOWN	0

/* struct pci_ep_dma_wire_doorbell.flags */
#define PCI_EP_DMA_DOORBELL_PRESENT	BIT(0)

/* A range of a BAR */
struct pci_ep_dma_wire_window {
	__le32 bar;			/* 0x00 */
	__le32 reserved;		/* 0x04 */
	__le64 offset;			/* 0x08 bytes into the BAR, 4-aligned */
	__le64 size;			/* 0x10 bytes, 4-aligned */
};

static_assert(sizeof(struct pci_ep_dma_wire_window) == 0x18);

/* An array of records inside the block */
struct pci_ep_dma_wire_table {
	__le32 offset;			/* 0x00 bytes into the block, 8-aligned */
	__le32 count;			/* 0x04 records */
	__le32 stride;			/* 0x08 bytes to the next, 8-aligned */
	__le32 reserved;		/* 0x0c */
};

static_assert(sizeof(struct pci_ep_dma_wire_table) == 0x10);

/* A 32-bit write of @data rings it */
struct pci_ep_dma_wire_doorbell {
	__le32 flags;			/* 0x00 PCI_EP_DMA_DOORBELL_* */
	__le32 bar;			/* 0x04 */
	__le64 offset;			/* 0x08 bytes into the BAR, 4-aligned */
	__le32 data;			/* 0x10 */
	__le32 reserved;		/* 0x14 */
};

static_assert(sizeof(struct pci_ep_dma_wire_doorbell) == 0x18);

/* Endpoint memory that the host may use as source and destination of data */
struct pci_ep_dma_wire_scratch {
	__le64 addr;			/* 0x00 engine address, 8-aligned */
	__le64 size;			/* 0x08 bytes, 8-aligned, 0 = none */
};

static_assert(sizeof(struct pci_ep_dma_wire_scratch) == 0x10);

/* First thing in the block, written by the endpoint */
struct pci_ep_dma_wire_header {
	__le32 magic;			/* 0x00 PCI_EP_DMA_MAGIC */
	__le32 version;			/* 0x04 PCI_EP_DMA_VERSION */
	__le32 header_len;		/* 0x08 bytes of this struct, 8-aligned */
	__le32 total_len;		/* 0x0c bytes of the block, 8-aligned */
	__le32 generation;		/* 0x10 changes with the content, not 0 */
	__le32 state;			/* 0x14 enum pci_ep_dma_state */
	__le32 serviced;		/* 0x18 token answered last, 0 = none */
	__le32 reason;			/* 0x1c enum pci_ep_dma_reason */
	__le32 place;			/* 0x20 offset in the BAR, and BAR */
	__le32 incompat;		/* 0x24 features, see contract */
	__le32 compat;			/* 0x28 features, none defined */
	__le32 layout;			/* 0x2c enum pci_ep_dma_layout */
	__le32 func_no;			/* 0x30 PCI function the engine acts as */
	__le32 host_offset;		/* 0x34 of the host area, 64-aligned */
	struct pci_ep_dma_wire_window regs;		/* 0x38 */
	struct pci_ep_dma_wire_table mems;		/* 0x50 */
	struct pci_ep_dma_wire_table chans;		/* 0x60 */
	struct pci_ep_dma_wire_doorbell doorbell;	/* 0x70 */
	struct pci_ep_dma_wire_scratch scratch;		/* 0x88 */
	__le32 reserved[10];		/* 0x98 */
};

static_assert(sizeof(struct pci_ep_dma_wire_header) == 0xc0);

/* The only part that the host writes */
struct pci_ep_dma_wire_host {
	__le32 token;			/* 0x00 request, 0 = withdrawn */
	__le32 reserved[15];		/* 0x04 */
};

static_assert(sizeof(struct pci_ep_dma_wire_host) == 0x40);

/* Memory for linked lists, seen from both sides */
struct pci_ep_dma_wire_mem {
	__le32 id;			/* 0x00 below PCI_EP_DMA_MAX_MEMS, unique */
	__le32 bar;			/* 0x04 */
	__le64 offset;			/* 0x08 bytes into the BAR, 8-aligned */
	__le64 addr;			/* 0x10 engine address, 8-aligned */
	__le64 size;			/* 0x18 bytes, 8-aligned */
};

static_assert(sizeof(struct pci_ep_dma_wire_mem) == 0x20);

/* A channel and its linked list */
struct pci_ep_dma_wire_chan {
	__le32 id;			/* 0x00 below PCI_EP_DMA_MAX_CHANS, unique */
	__le32 dir;			/* 0x04 enum pci_ep_dma_dir */
	__le32 hw_chan;			/* 0x08 number within the direction */
	__le32 mem_id;			/* 0x0c memory of the linked list */
	__le32 ll_offset;		/* 0x10 bytes into that memory, 8-aligned */
	__le32 ll_size;			/* 0x14 bytes, 8-aligned */
	__le32 flags;			/* 0x18 none defined, ignored */
	__le32 reserved;		/* 0x1c */
};

static_assert(sizeof(struct pci_ep_dma_wire_chan) == 0x20);

/* Where pci_ep_dma_build() puts the host area and the memory table */
#define PCI_EP_DMA_HOST_OFFSET	sizeof(struct pci_ep_dma_wire_header)
#define PCI_EP_DMA_MEMS_OFFSET	(PCI_EP_DMA_HOST_OFFSET + \
				 sizeof(struct pci_ep_dma_wire_host))

/**
 * struct pci_ep_dma_window - a range of a BAR
 * @bar: number of the BAR
 * @offset: bytes into the BAR
 * @size: bytes
 */
struct pci_ep_dma_window {
	u32 bar;
	u64 offset;
	u64 size;
};

/**
 * struct pci_ep_dma_mem - memory for linked lists
 * @id: by which channels name it
 * @win: where the host sees it
 * @addr: where the engine sees it
 */
struct pci_ep_dma_mem {
	u32 id;
	struct pci_ep_dma_window win;
	u64 addr;
};

/**
 * struct pci_ep_dma_chan - a channel that is offered
 * @id: logical number
 * @dir: which way it moves data
 * @hw_chan: number within the direction, in hardware
 * @mem_id: memory that holds its linked list
 * @ll_offset: where in that memory, in bytes
 * @ll_size: bytes
 */
struct pci_ep_dma_chan {
	u32 id;
	enum pci_ep_dma_dir dir;
	u32 hw_chan;
	u32 mem_id;
	u32 ll_offset;
	u32 ll_size;
};

/**
 * struct pci_ep_dma_doorbell - how to call the endpoint
 * @present: whether there is one; if not, the endpoint polls
 * @bar: number of the BAR
 * @offset: bytes into the BAR
 * @data: what to write, 32 bits
 */
struct pci_ep_dma_doorbell {
	bool present;
	u32 bar;
	u64 offset;
	u32 data;
};

/**
 * struct pci_ep_dma_info - the block, decoded, in CPU byte order
 * @generation: of the content, neither 0 nor all ones
 * @state: where the handshake stands
 * @serviced: token answered last, 0 for none
 * @reason: why it has failed, if it has; others than those in
 *	    &enum pci_ep_dma_reason may come
 * @layout: what the register window holds
 * @func_no: PCI function whose requester ID the engine uses
 * @host_offset: offset of the host area in the block, set by the builder
 * @block: where the block is and how long, set by the builder
 * @regs: register window
 * @doorbell: how to call the endpoint
 * @scratch_addr: engine address of the scratch window
 * @scratch_size: bytes of it, 0 for none
 * @nr_mems: entries of @mems
 * @nr_chans: entries of @chans
 * @mems: memories for linked lists
 * @chans: channels
 *
 * Too large for the stack.
 */
struct pci_ep_dma_info {
	u32 generation;
	enum pci_ep_dma_state state;
	u32 serviced;
	u32 reason;
	enum pci_ep_dma_layout layout;
	u32 func_no;
	u32 host_offset;
	struct pci_ep_dma_window block;
	struct pci_ep_dma_window regs;
	struct pci_ep_dma_doorbell doorbell;
	u64 scratch_addr;
	u64 scratch_size;
	u32 nr_mems;
	u32 nr_chans;
	struct pci_ep_dma_mem mems[PCI_EP_DMA_MAX_MEMS];
	struct pci_ep_dma_chan chans[PCI_EP_DMA_MAX_CHANS];
};

/**
 * struct pci_ep_dma_limits - what the block has to fit
 * @bar_len: bytes of each memory BAR of the function, 0 where there is none
 * @block_bar: number of the metadata BAR
 * @block_offset: of the block in the metadata BAR, see PCI_EP_DMA_MAX_OFFSET
 * @max_addr: largest engine address that the user of the block can express
 */
struct pci_ep_dma_limits {
	u64 bar_len[PCI_EP_DMA_MAX_BARS];
	u32 block_bar;
	u32 block_offset;
	u64 max_addr;
};

/**
 * pci_ep_dma_next() - the next valid token or generation
 * @val: the one before
 *
 * Return: a number that is neither @val, nor 0, nor all ones.
 */
static inline u32 pci_ep_dma_next(u32 val)
{
	return val >= U32_MAX - 1 ? 1 : val + 1;
}

/**
 * pci_ep_dma_dir_name() - a direction for people
 * @dir: direction, valid
 *
 * Return: "write" or "read", as the endpoint sees it.
 */
static inline const char *pci_ep_dma_dir_name(enum pci_ep_dma_dir dir)
{
	return dir == PCI_EP_DMA_DIR_WRITE ? "write" : "read";
}

/**
 * pci_ep_dma_place() - how a block says where it is
 * @bar: number of the BAR, below PCI_EP_DMA_MAX_BARS
 * @offset: of the block, a multiple of PCI_EP_DMA_BLOCK_ALIGN
 *
 * Return: the word of the header, in CPU byte order.
 */
static inline u32 pci_ep_dma_place(u32 bar, u32 offset)
{
	return offset | bar;
}

size_t pci_ep_dma_regs_size(enum pci_ep_dma_layout layout,
			    unsigned int nr_chans);
size_t pci_ep_dma_block_size(unsigned int nr_mems, unsigned int nr_chans);
const struct pci_ep_dma_mem *
pci_ep_dma_find_mem(const struct pci_ep_dma_info *info, u32 id);
ssize_t pci_ep_dma_build(struct pci_ep_dma_info *info,
			 const struct pci_ep_dma_limits *limits, void *buf,
			 size_t len, const char **field);
int pci_ep_dma_parse(const void *buf, size_t len,
		     const struct pci_ep_dma_limits *limits,
		     struct pci_ep_dma_info *info, const char **field);
void pci_ep_dma_show(struct seq_file *s, const struct pci_ep_dma_info *info);
const char *pci_ep_dma_refusal(int err);
const char *pci_ep_dma_failure(u32 reason);

#endif /* __LINUX_PCI_EP_DMA_H */
