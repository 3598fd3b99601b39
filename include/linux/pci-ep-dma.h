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
 * block of memory at offset 0 of one of its BARs, the *metadata BAR*. The two
 * machines run kernels of different age and possibly of different byte order,
 * so everything below is frozen once released:
 *
 * - Every field is little-endian, 32 or 64 bits wide and naturally aligned.
 * - No field may hold all ones in any of its 32-bit words, because this is what
 *   a dead link reads. A reader treats such a word as an I/O error.
 * - Value 0 of an enumeration means "not set" and is not valid where a value is
 *   needed. Reserved fields and unknown flags are written 0 and are ignored.
 * - All offsets inside the block count from its first byte.
 * - The endpoint writes everything but the host area. The host writes the host
 *   area, never anything else. The host area has a cache line of its own.
 * - Addresses are addresses that the DMA engine uses. Neither a pointer nor a
 *   number that only one kernel knows appears.
 *
 * What may come without a new version: fields in what is reserved now, a longer
 * header (the header says its length), longer records (the tables say their
 * stride), further layouts, further flags that may be ignored. What raises the
 * version: moving or removing a field, another meaning of a value, a rule that
 * an older reader would break, a flag that must not be ignored. A reader
 * refuses every version that it does not know.
 *
 * Handshake: the host validates a copy of the block, writes a fresh token to
 * the host area, rings the doorbell if there is one, and waits until the state
 * is PCI_EP_DMA_STATE_READY and the serviced token is the one it wrote. Only
 * then do the BARs show the DMA registers. A fresh token is neither 0, nor all
 * ones, nor the serviced one, nor the one that is in the host area already. A
 * host that is done writes token 0 and rings again; the endpoint takes the
 * registers away, stops the channels and publishes a new generation.
 *
 * To publish, the endpoint writes state 0 first, then all the rest from a
 * private image, then the state, with write barriers in between. A reader that
 * sees state 0, or two generations in two reads, looked while it was written.
 */

#define PCI_EP_DMA_MAGIC	0x4d445045	/* the bytes "EPDM" */
#define PCI_EP_DMA_VERSION	1

/* Bounds of version 1; no block, table or list exceeds them */
#define PCI_EP_DMA_MAX_LEN	SZ_32K	/* bytes of the block */
#define PCI_EP_DMA_MAX_CHANS	128	/* records, both directions together */
#define PCI_EP_DMA_MAX_MEMS	128	/* records */
#define PCI_EP_DMA_MAX_BARS	6
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
 * enum pci_ep_dma_layout - what is in the register window
 * @PCI_EP_DMA_LAYOUT_INVALID: not set
 * @PCI_EP_DMA_LAYOUT_DW_EDMA_V0: DesignWare eDMA, version 0 registers, unrolled.
 *				  The channels of a direction share registers,
 *				  therefore a direction is offered wholly, from
 *				  channel 0 on, or not at all
 */
enum pci_ep_dma_layout {
	PCI_EP_DMA_LAYOUT_INVALID	= 0,
	PCI_EP_DMA_LAYOUT_DW_EDMA_V0	= 1,
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

/* struct pci_ep_dma_wire_doorbell.flags */
#define PCI_EP_DMA_DOORBELL_PRESENT	BIT(0)

/* A range of a BAR */
struct pci_ep_dma_wire_window {
	__le32 bar;			/* 0x00 */
	__le32 reserved;		/* 0x04 */
	__le64 offset;			/* 0x08 bytes into the BAR */
	__le64 size;			/* 0x10 bytes */
};

static_assert(sizeof(struct pci_ep_dma_wire_window) == 0x18);

/* An array of records inside the block */
struct pci_ep_dma_wire_table {
	__le32 offset;			/* 0x00 bytes into the block, 8-aligned */
	__le32 count;			/* 0x04 records */
	__le32 stride;			/* 0x08 bytes from record to record */
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
	__le64 addr;			/* 0x00 engine address */
	__le64 size;			/* 0x08 bytes, 0 = there is none */
};

static_assert(sizeof(struct pci_ep_dma_wire_scratch) == 0x10);

/* First thing in the block, written by the endpoint */
struct pci_ep_dma_wire_header {
	__le32 magic;			/* 0x00 PCI_EP_DMA_MAGIC */
	__le32 version;			/* 0x04 PCI_EP_DMA_VERSION */
	__le32 header_len;		/* 0x08 bytes of this struct */
	__le32 total_len;		/* 0x0c bytes of the block */
	__le32 generation;		/* 0x10 changes with the content, not 0 */
	__le32 state;			/* 0x14 enum pci_ep_dma_state */
	__le32 serviced;		/* 0x18 token answered last, 0 = none */
	__le32 layout;			/* 0x1c enum pci_ep_dma_layout */
	__le32 func_no;			/* 0x20 PCI function that the engine uses */
	__le32 host_offset;		/* 0x24 of the host area, 64-aligned */
	__le32 reserved1[2];		/* 0x28 */
	struct pci_ep_dma_wire_window regs;		/* 0x30 */
	struct pci_ep_dma_wire_table mems;		/* 0x48 */
	struct pci_ep_dma_wire_table chans;		/* 0x58 */
	struct pci_ep_dma_wire_doorbell doorbell;	/* 0x68 */
	struct pci_ep_dma_wire_scratch scratch;		/* 0x80 */
	__le32 reserved2[12];		/* 0x90 */
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
	__le64 size;			/* 0x18 bytes */
};

static_assert(sizeof(struct pci_ep_dma_wire_mem) == 0x20);

/* A channel and its linked list */
struct pci_ep_dma_wire_chan {
	__le32 id;			/* 0x00 below PCI_EP_DMA_MAX_CHANS, unique */
	__le32 dir;			/* 0x04 enum pci_ep_dma_dir */
	__le32 hw_chan;			/* 0x08 number within the direction */
	__le32 mem_id;			/* 0x0c memory of the linked list */
	__le32 ll_offset;		/* 0x10 bytes into that memory, 8-aligned */
	__le32 ll_size;			/* 0x14 bytes */
	__le32 flags;			/* 0x18 none defined */
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
 * @layout: what the register window holds
 * @func_no: PCI function whose requester ID the engine uses
 * @host_offset: offset of the host area in the block, set by the builder
 * @total_len: bytes of the block, set by the builder
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
	enum pci_ep_dma_layout layout;
	u32 func_no;
	u32 host_offset;
	u32 total_len;
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
 * @func_no: number of the PCI function that shows the block
 */
struct pci_ep_dma_limits {
	u64 bar_len[PCI_EP_DMA_MAX_BARS];
	u32 block_bar;
	u32 func_no;
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

#endif /* __LINUX_PCI_EP_DMA_H */
