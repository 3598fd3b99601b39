/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the DMA engine moves at a time: one burst between the endpoint's
 * memory and the link.
 */
#ifndef MODEL_BURST_H
#define MODEL_BURST_H

#include "ctlr.h"

enum dma_dir {
	DMA_WRITE,	/* endpoint to host */
	DMA_READ,	/* host to endpoint */
	NUM_DIRS
};

#define BURST_MAX	16384u	/* bytes */

/**
 * burst_len() - bytes of the next burst
 * @c: controller
 * @link: address on the link's side, as in burst_move()
 * @left: bytes of the transfer that are left
 *
 * At most BURST_MAX, ending on a 4 KiB boundary of the link unless the
 * transfer ends first; never across the edge of an outbound window.
 */
u32 burst_len(const struct ctlr *c, u64 link, u32 left);

/**
 * enum burst_error - what stopped a burst
 * @BURST_OK: nothing
 * @BURST_LOCAL: endpoint memory did not answer
 * @BURST_LINK: the link's side did not; of a write only if the mode says so,
 *              or if there is no link or no host to write to
 */
enum burst_error {
	BURST_OK,
	BURST_LOCAL,
	BURST_LINK,
};

/**
 * burst_move() - move one burst
 * @c: controller
 * @dir: which way
 * @func: requester function number
 * @local: address in the endpoint's memory
 * @link: address on the link's side; passes the outbound iATU
 * @len: bytes, at most what burst_len() said
 * @first: it is the first burst of an element
 *
 * Both sides are checked in full before a byte is written. Local addresses
 * reach the endpoint's memory only, never registers of this device.
 */
enum burst_error burst_move(struct ctlr *c, enum dma_dir dir,
			    unsigned int func, u64 local, u64 link, u32 len,
			    bool first);

#endif
