/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A machine's memory as its QEMU announces it: DMA_MAP and DMA_UNMAP of
 * ranges of bus addresses, most of them backed by a file descriptor.
 *
 * Every access is checked against the ranges before a byte moves, and it
 * may span any number of them. Ranges are kept as first and last address,
 * so that one that ends at 2^64 is nothing special. A range without a file
 * descriptor (ROM, another device's BAR) is remembered but cannot be
 * reached. Guarded by the controller's lock.
 */
#ifndef MODEL_GUESTMEM_H
#define MODEL_GUESTMEM_H

#include "util.h"

#define GUESTMEM_READ	1u	/* as in the vfio-user DMA_MAP flags */
#define GUESTMEM_WRITE	2u

#define GUESTMEM_MAX_RANGES 65536

struct range {
	u64 first;
	u64 last;
	u32 prot;
	u8 *va;			/* NULL: cannot be reached */
};

struct guestmem {
	struct range *range;	/* sorted, disjoint */
	size_t n;
	size_t room;
};

/**
 * guestmem_map() - add a range
 * @gm: the machine's memory
 * @iova: first bus address
 * @size: bytes, not 0; @iova + @size may be 2^64 but not beyond
 * @prot: GUESTMEM_READ, GUESTMEM_WRITE
 * @fd: file that backs it, or -1; stays the caller's
 * @offset: where in the file, page-aligned
 *
 * Return: 0; -EINVAL for a bad size, a bad offset or a file that is too
 * short; -EEXIST when it overlaps a range; -ENOSPC for too many ranges;
 * or the errno of mmap().
 */
int guestmem_map(struct guestmem *gm, u64 iova, u64 size, u32 prot, int fd,
		 u64 offset);

/**
 * guestmem_unmap() - remove the ranges that lie in [@iova, @iova + @size)
 * @gm: the machine's memory
 * @iova: first bus address
 * @size: bytes, not 0
 *
 * Return: 0, also when there was none; -EINVAL, and nothing changed, when a
 * range lies there only in part.
 */
int guestmem_unmap(struct guestmem *gm, u64 iova, u64 size);

void guestmem_unmap_all(struct guestmem *gm);

/* Is every byte of [@iova, @iova + @len) there, with rights @prot? @len is not
 * 0. */
bool guestmem_reaches(const struct guestmem *gm, u64 iova, size_t len,
		      u32 prot);

/**
 * guestmem_read() - copy from the machine's memory
 * @gm: the machine's memory
 * @iova: bus address
 * @buf: destination
 * @len: bytes, 1..8 naturally aligned ones in one access
 *
 * Return: 0; -EFAULT, with @buf untouched, when any byte is out of reach.
 */
int guestmem_read(const struct guestmem *gm, u64 iova, void *buf, size_t len);

/* As guestmem_read(), the other way; nothing is written on failure. */
int guestmem_write(struct guestmem *gm, u64 iova, const void *buf, size_t len);

#endif
