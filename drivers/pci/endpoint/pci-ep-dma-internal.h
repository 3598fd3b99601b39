/* SPDX-License-Identifier: GPL-2.0 */
/*
 * PCI endpoint: export DMA channels to the host, shared by the library's files
 *
 *	pci-ep-dma.c		state machine, watch, what carriers call; what
 *				holds for all files is told there
 *	pci-ep-dma-claim.c	channels, BARs, memory, register pages
 *	pci-ep-dma-block.c	the block that the host reads, and its token
 *	pci-ep-dma-doorbell.c	how the host calls without being polled for
 *	pci-ep-dma-debugfs.c	the view for people
 */

#ifndef __PCI_EP_DMA_INTERNAL_H
#define __PCI_EP_DMA_INTERNAL_H

#include <linux/atomic.h>
#include <linux/bitmap.h>
#include <linux/list.h>
#include <linux/mutex.h>
#include <linux/pci-ep-dma-export.h>
#include <linux/pci-ep-dma.h>
#include <linux/pci-epc.h>
#include <linux/pci-epf.h>
#include <linux/sizes.h>
#include <linux/workqueue.h>

struct dentry;

/* How often the request word is looked at when no doorbell rings */
#define EPDMA_POLL_MS		100

/* More rings than this in EPDMA_POLL_MS, and it is polled for a while instead */
#define EPDMA_MAX_RINGS		16
#define EPDMA_DEAF_MS		1000

/*
 * Linked-list memory per channel: 682 elements of 24 bytes, so that a transfer
 * of 681 segments is one list and takes one interrupt.
 */
#define EPDMA_LL_SIZE		SZ_16K

/* Told at the top of pci-ep-dma.c */
enum epdma_state {
	EPDMA_IDLE,
	EPDMA_CLAIMED,
	EPDMA_PUBLISHED,
	EPDMA_REQUESTED,
	EPDMA_READY,
	EPDMA_WITHDRAWN,
	EPDMA_FAILED,
};

/* One exported channel */
struct epdma_chan {
	struct dma_chan *dma;		/* reference held while claimed */
	enum pci_ep_dma_dir dir;
	u16 hw_chan;
};

/* The DMA registers, as the controller described them */
struct epdma_regs {
	phys_addr_t phys;
	size_t size;
	enum pci_ep_dma_layout layout;
	enum pci_barno bar;		/* BAR they are in anyway, or NO_BAR */
	u32 bar_offset;
	dma_addr_t map;			/* pages mapped for the window BAR */
	size_t map_size;		/* 0 if not mapped */
};

/* Doorbell of the request watch */
struct epdma_doorbell {
	int irq;			/* 0 if there is none */
	enum pci_barno bar;		/* where the host finds it */
	u32 offset;
	u32 data;
	bool is_ours;			/* allocated here, to be freed here */
	bool bar_is_ours;		/* @bar was programmed for it */
	bool is_parked;			/* @bar shows no doorbell */
	struct pci_epf_bar parked;	/* @bar while it is */
	atomic_t rings;			/* since the last poll */
	u64 count_until;		/* jiffies, when @rings starts anew */
	u64 deaf_until;			/* jiffies, for how long @bar is parked */
};

/* Memory that a DMA engine may still access, by epdma_keep_memory() */
struct epdma_kept {
	struct list_head node;		/* in epdma_kept_list */
	char name[32];			/* function that had it */
	void *addr;
	dma_addr_t engine;		/* as the engine sees it */
	size_t size;
};

struct pci_ep_dma_export {
	struct pci_epf *epf;
	struct pci_ep_dma_config config;
	const struct pci_epc_features *features;
	struct dentry *debugfs;

	/* serialises carrier callbacks with the watch; see "Locking" */
	struct mutex lock;
	enum epdma_state state;
	bool delegated;			/* all channels are handed over */
	bool stuck;			/* a channel did not stop */

	struct epdma_chan *chans;	/* those that are offered come first */
	unsigned int nr_chans;		/* all that the host can reach */
	unsigned int nr_offered;	/* all that it is told of */
	struct epdma_regs regs;

	enum pci_barno metadata_bar;
	enum pci_barno window_bar;	/* NO_BAR if none is needed */
	DECLARE_BITMAP(used_bars, PCI_STD_NUM_BARS);
	bool bars_set;

	/* the window BAR with registers in it; epf->bar[] has it parked */
	struct pci_epf_bar window;
	struct pci_epf_bar_submap submap[2];

	struct epdma_kept *kept;	/* in case the memory must be kept */
	void *block;			/* what the host sees */
	void *image;			/* what it should see */
	struct pci_ep_dma_info *info;	/* @image, decoded */
	size_t block_size;		/* room for the block in the BAR */
	size_t block_len;		/* length of the block in @image */
	u32 generation;
	u32 serviced;			/* token that is being served, or 0 */
	size_t ll_offset;		/* of the linked lists in the BAR */
	size_t scratch_offset;		/* of the scratch buffer in the BAR */

	struct epdma_doorbell doorbell;
	struct delayed_work watch;
	u32 token;			/* last token seen */
	unsigned int retry_ms;		/* pause after failures, 0 if long ago */
	u64 retry_at;			/* jiffies, end of the pause */
	u64 served_until;		/* jiffies, EPDMA_POLL_MS a request */

	unsigned long nr_requests;
	unsigned long nr_repairs;
};

static inline struct device *epdma_dev(struct pci_ep_dma_export *exp)
{
	return &exp->epf->dev;
}

static inline struct pci_epf_bar *epdma_bar(struct pci_ep_dma_export *exp,
					    enum pci_barno bar)
{
	return &exp->epf->bar[bar];
}

static inline int epdma_set_bar(struct pci_ep_dma_export *exp,
				struct pci_epf_bar *bar)
{
	struct pci_epf *epf = exp->epf;

	return pci_epc_set_bar(epf->epc, epf->func_no, epf->vfunc_no, bar);
}

static inline void epdma_clear_bar(struct pci_ep_dma_export *exp,
				   enum pci_barno bar)
{
	struct pci_epf *epf = exp->epf;

	pci_epc_clear_bar(epf->epc, epf->func_no, epf->vfunc_no,
			  epdma_bar(exp, bar));
}

/* Smallest piece of endpoint memory that an inbound window can show */
static inline size_t epdma_granule(struct pci_ep_dma_export *exp)
{
	return max_t(size_t, exp->features->align, SZ_4K);
}

/* pci-ep-dma.c */
const char *epdma_state_name(enum epdma_state state);
void epdma_kick(struct pci_ep_dma_export *exp);

/* pci-ep-dma-claim.c */
extern struct list_head epdma_kept_list;
extern struct mutex epdma_kept_lock;
int epdma_claim(struct pci_ep_dma_export *exp);
void epdma_unclaim(struct pci_ep_dma_export *exp);
int epdma_check_bar(struct pci_ep_dma_export *exp, enum pci_barno bar,
		    size_t size);
void epdma_use_bar(struct pci_ep_dma_export *exp, enum pci_barno bar);

/* pci-ep-dma-block.c */
void epdma_fill_limits(struct pci_ep_dma_export *exp,
		       struct pci_ep_dma_limits *limits);
int epdma_build_block(struct pci_ep_dma_export *exp);
void epdma_write_block(struct pci_ep_dma_export *exp);
void epdma_post_block(struct pci_ep_dma_export *exp);
void epdma_retract_block(struct pci_ep_dma_export *exp);
void epdma_repair_block(struct pci_ep_dma_export *exp);
u32 epdma_read_token(struct pci_ep_dma_export *exp);

/* pci-ep-dma-doorbell.c */
void epdma_open_doorbell(struct pci_ep_dma_export *exp);
void epdma_count_rings(struct pci_ep_dma_export *exp);
void epdma_park_doorbell(struct pci_ep_dma_export *exp);
int epdma_unpark_doorbell(struct pci_ep_dma_export *exp);
void epdma_close_doorbell(struct pci_ep_dma_export *exp);

/* pci-ep-dma-debugfs.c */
#ifdef CONFIG_DEBUG_FS
void epdma_debugfs_add(struct pci_ep_dma_export *exp);
void epdma_debugfs_remove(struct pci_ep_dma_export *exp);
void epdma_debugfs_init(void);
void epdma_debugfs_exit(void);
#else
static inline void epdma_debugfs_add(struct pci_ep_dma_export *exp) {}
static inline void epdma_debugfs_remove(struct pci_ep_dma_export *exp) {}
static inline void epdma_debugfs_init(void) {}
static inline void epdma_debugfs_exit(void) {}
#endif

#endif /* __PCI_EP_DMA_INTERNAL_H */
