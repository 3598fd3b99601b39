// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "guestmem.h"

/* Index of the first range that ends at or after @addr; gm->n if none. */
static size_t find(const struct guestmem *gm, u64 addr)
{
	size_t lo = 0, hi = gm->n, mid;

	while (lo < hi) {
		mid = lo + (hi - lo) / 2;
		if (gm->range[mid].last < addr)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo;
}

static int make_room(struct guestmem *gm)
{
	struct range *r;
	size_t room;

	if (gm->n < gm->room)
		return 0;
	if (gm->n >= GUESTMEM_MAX_RANGES)
		return -ENOSPC;
	room = gm->room ? 2 * gm->room : 16;
	r = realloc(gm->range, room * sizeof(*r));
	if (!r)
		return -ENOMEM;
	gm->range = r;
	gm->room = room;
	return 0;
}

static int map_file(struct range *r, int fd, u64 offset)
{
	u64 size = r->last - r->first + 1;
	int prot = 0;
	struct stat st;
	void *va;

	if (fstat(fd, &st))
		return -errno;
	/* size is 0 here when it would be 2^64 */
	if (!size || st.st_size < 0 || offset > (u64)st.st_size ||
	    size > (u64)st.st_size - offset ||
	    offset & ((u64)sysconf(_SC_PAGESIZE) - 1))
		return -EINVAL;
	if (r->prot & GUESTMEM_READ)
		prot |= PROT_READ;
	if (r->prot & GUESTMEM_WRITE)
		prot |= PROT_WRITE;
	va = mmap(NULL, size, prot, MAP_SHARED, fd, (off_t)offset);
	if (va == MAP_FAILED)
		return -errno;
	r->va = va;
	return 0;
}

static void unmap_file(const struct range *r)
{
	if (r->va)
		munmap(r->va, r->last - r->first + 1);
}

int guestmem_map(struct guestmem *gm, u64 iova, u64 size, u32 prot, int fd,
		 u64 offset)
{
	struct range r = {
		.first = iova,
		.last = iova + size - 1,
		.prot = prot,
	};
	size_t at;
	int ret;

	if (!size || r.last < r.first)
		return -EINVAL;
	at = find(gm, iova);
	if (at < gm->n && gm->range[at].first <= r.last)
		return -EEXIST;
	ret = make_room(gm);
	if (!ret && fd >= 0)
		ret = map_file(&r, fd, offset);
	if (ret)
		return ret;
	memmove(&gm->range[at + 1], &gm->range[at],
		(gm->n - at) * sizeof(*gm->range));
	gm->range[at] = r;
	gm->n++;
	return 0;
}

int guestmem_unmap(struct guestmem *gm, u64 iova, u64 size)
{
	u64 last = iova + size - 1;
	size_t from, to, i;

	if (!size || last < iova)
		return -EINVAL;
	from = find(gm, iova);
	for (to = from; to < gm->n && gm->range[to].first <= last; to++)
		if (gm->range[to].first < iova || gm->range[to].last > last)
			return -EINVAL;
	for (i = from; i < to; i++)
		unmap_file(&gm->range[i]);
	if (to > from)
		memmove(&gm->range[from], &gm->range[to],
			(gm->n - to) * sizeof(*gm->range));
	gm->n -= to - from;
	return 0;
}

void guestmem_unmap_all(struct guestmem *gm)
{
	size_t i;

	for (i = 0; i < gm->n; i++)
		unmap_file(&gm->range[i]);
	free(gm->range);
	memset(gm, 0, sizeof(*gm));
}

bool guestmem_reaches(const struct guestmem *gm, u64 iova, size_t len,
		      u32 prot)
{
	u64 last = iova + len - 1;
	const struct range *r;
	size_t i;

	if (last < iova)
		return false;
	for (i = find(gm, iova); i < gm->n; i++) {
		r = &gm->range[i];
		if (r->first > iova || !r->va || (r->prot & prot) != prot)
			return false;
		if (r->last >= last)
			return true;
		iova = r->last + 1;
	}
	return false;
}

/*
 * Guests poll words that we write, so an aligned word is one access. The
 * ordering makes what was written before it visible before it.
 */
static void copy_in(u8 *to, const u8 *from, size_t len)
{
	u64 v = 0;

	if ((uintptr_t)from & (len - 1)) {
		memcpy(to, from, len);
		return;
	}
	switch (len) {
	case 8:
		v = __atomic_load_n((const u64 *)from, __ATOMIC_ACQUIRE);
		break;
	case 4:
		v = __atomic_load_n((const u32 *)from, __ATOMIC_ACQUIRE);
		break;
	case 2:
		v = __atomic_load_n((const u16 *)from, __ATOMIC_ACQUIRE);
		break;
	case 1:
		v = __atomic_load_n(from, __ATOMIC_ACQUIRE);
		break;
	default:
		memcpy(to, from, len);
		return;
	}
	memcpy(to, &v, len);
}

static void copy_out(u8 *to, const u8 *from, size_t len)
{
	u64 v = 0;

	if ((len != 1 && len != 2 && len != 4 && len != 8) ||
	    (uintptr_t)to & (len - 1)) {
		memcpy(to, from, len);
		return;
	}
	memcpy(&v, from, len);
	switch (len) {
	case 8:
		__atomic_store_n((u64 *)to, v, __ATOMIC_RELEASE);
		break;
	case 4:
		__atomic_store_n((u32 *)to, (u32)v, __ATOMIC_RELEASE);
		break;
	case 2:
		__atomic_store_n((u16 *)to, (u16)v, __ATOMIC_RELEASE);
		break;
	default:
		__atomic_store_n(to, (u8)v, __ATOMIC_RELEASE);
		break;
	}
}

int guestmem_read(const struct guestmem *gm, u64 iova, void *buf, size_t len)
{
	const struct range *r;
	u8 *to = buf;
	size_t n;

	if (!len)
		return 0;
	if (!guestmem_reaches(gm, iova, len, GUESTMEM_READ))
		return -EFAULT;
	for (r = &gm->range[find(gm, iova)]; len; r++) {
		n = min_of(r->last - iova, (u64)len - 1) + 1;
		copy_in(to, r->va + (iova - r->first), n);
		to += n;
		iova += n;
		len -= n;
	}
	return 0;
}

int guestmem_write(struct guestmem *gm, u64 iova, const void *buf, size_t len)
{
	const struct range *r;
	const u8 *from = buf;
	size_t n;

	if (!len)
		return 0;
	if (!guestmem_reaches(gm, iova, len, GUESTMEM_WRITE))
		return -EFAULT;
	for (r = &gm->range[find(gm, iova)]; len; r++) {
		n = min_of(r->last - iova, (u64)len - 1) + 1;
		copy_out(r->va + (iova - r->first), from, n);
		from += n;
		iova += n;
		len -= n;
	}
	return 0;
}
