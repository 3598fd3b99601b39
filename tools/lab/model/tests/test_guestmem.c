// SPDX-License-Identifier: GPL-2.0
/* Memory maps: bounds, spans, and what is refused. */
#include <errno.h>
#include <sys/mman.h>
#include <unistd.h>

#include "guestmem.h"
#include "tap.h"

#define RW (GUESTMEM_READ | GUESTMEM_WRITE)
#define PAGE 4096

static int file(size_t size)
{
	int fd = memfd_create("guestmem", MFD_CLOEXEC);

	CHECK(fd >= 0 && !ftruncate(fd, (off_t)size));
	return fd;
}

TEST(guestmem_refuses_bad_maps)
{
	struct guestmem gm = { 0 };
	int fd = file(2 * PAGE);

	CHECK_EQ(guestmem_map(&gm, 0, 0, RW, fd, 0), -EINVAL);
	CHECK_EQ(guestmem_map(&gm, UINT64_MAX - 10, PAGE, RW, fd, 0), -EINVAL);
	CHECK_EQ(guestmem_map(&gm, 0, 3 * PAGE, RW, fd, 0), -EINVAL);
	CHECK_EQ(guestmem_map(&gm, 0, 2 * PAGE, RW, fd, PAGE), -EINVAL);
	CHECK_EQ(guestmem_map(&gm, 0, PAGE, RW, fd, UINT64_MAX - PAGE + 1),
		 -EINVAL);
	CHECK_EQ(guestmem_map(&gm, 0, PAGE, RW, fd, 12), -EINVAL);
	CHECK_EQ(guestmem_map(&gm, PAGE, PAGE, RW, fd, 0), 0);
	CHECK_EQ(guestmem_map(&gm, 0, 2 * PAGE, RW, fd, 0), -EEXIST);
	CHECK_EQ(guestmem_map(&gm, 2 * PAGE - 1, PAGE, RW, fd, 0), -EEXIST);
	CHECK_EQ(gm.n, 1);
	guestmem_unmap_all(&gm);
	close(fd);
}

TEST(guestmem_access_may_span_maps)
{
	struct guestmem gm = { 0 };
	int a = file(PAGE), b = file(PAGE);
	u8 out[256], in[256];
	unsigned int i;

	for (i = 0; i < sizeof(out); i++)
		out[i] = (u8)i;
	CHECK_EQ(guestmem_map(&gm, 0x2000, PAGE, RW, b, 0), 0);
	CHECK_EQ(guestmem_map(&gm, 0x1000, PAGE, RW, a, 0), 0);
	CHECK_EQ(guestmem_write(&gm, 0x1f80, out, sizeof(out)), 0);
	CHECK_EQ(guestmem_read(&gm, 0x1f80, in, sizeof(in)), 0);
	CHECK(!memcmp(in, out, sizeof(in)));
	CHECK_EQ(pread(b, in, 128, 0), 128);
	CHECK(!memcmp(in, out + 128, 128));
	guestmem_unmap_all(&gm);
	close(a);
	close(b);
}

/* Not one byte moves when any byte is out of reach. */
TEST(guestmem_access_is_all_or_nothing)
{
	u8 ones[64], buf[64], zero[64] = { 0 };
	struct guestmem gm = { 0 };
	int fd = file(PAGE);

	memset(ones, 0xff, sizeof(ones));
	CHECK_EQ(guestmem_map(&gm, 0x1000, PAGE, RW, fd, 0), 0);
	CHECK_EQ(guestmem_write(&gm, 0x1fe0, ones, 64), -EFAULT);
	CHECK_EQ(guestmem_write(&gm, 0x0fe0, ones, 64), -EFAULT);
	CHECK_EQ(guestmem_write(&gm, UINT64_MAX - 3, ones, 64), -EFAULT);
	CHECK_EQ(guestmem_read(&gm, 0x1fe0, buf, 32), 0);
	CHECK(!memcmp(buf, zero, 32));
	memset(buf, 0x55, sizeof(buf));
	CHECK_EQ(guestmem_read(&gm, 0x1fe0, buf, 64), -EFAULT);
	CHECK_EQ(buf[0], 0x55);
	CHECK_EQ(guestmem_read(&gm, 0x5000, buf, 1), -EFAULT);
	guestmem_unmap_all(&gm);
	CHECK_EQ(guestmem_read(&gm, 0x1000, buf, 1), -EFAULT);
	close(fd);
}

TEST(guestmem_rights)
{
	struct guestmem gm = { 0 };
	int fd = file(2 * PAGE);
	u32 v = 1;

	CHECK_EQ(guestmem_map(&gm, 0, PAGE, GUESTMEM_READ, fd, 0), 0);
	CHECK_EQ(guestmem_map(&gm, PAGE, PAGE, RW, -1, 0), 0);
	CHECK_EQ(guestmem_read(&gm, 0, &v, 4), 0);
	CHECK_EQ(guestmem_write(&gm, 0, &v, 4), -EFAULT);
	CHECK_EQ(guestmem_read(&gm, PAGE, &v, 4), -EFAULT);
	guestmem_unmap_all(&gm);
	close(fd);
}

TEST(guestmem_unmap)
{
	struct guestmem gm = { 0 };
	int fd = file(4 * PAGE);
	u64 top = 0 - (u64)PAGE;
	u8 b, b2[2] = { 0 };

	CHECK_EQ(guestmem_map(&gm, 0, PAGE, RW, fd, 0), 0);
	CHECK_EQ(guestmem_map(&gm, PAGE, PAGE, RW, fd, PAGE), 0);
	CHECK_EQ(guestmem_map(&gm, 3 * PAGE, PAGE, RW, fd, 0), 0);
	/* ends at 2^64 */
	CHECK_EQ(guestmem_map(&gm, top, PAGE, RW, fd, 0), 0);
	CHECK_EQ(guestmem_read(&gm, UINT64_MAX, &b, 1), 0);
	CHECK_EQ(guestmem_read(&gm, UINT64_MAX, b2, 2), -EFAULT);
	CHECK_EQ(guestmem_write(&gm, UINT64_MAX, b2, 2), -EFAULT);

	CHECK_EQ(guestmem_unmap(&gm, 0, 0), -EINVAL);
	CHECK_EQ(guestmem_unmap(&gm, PAGE, UINT64_MAX), -EINVAL);
	CHECK_EQ(guestmem_unmap(&gm, 0, PAGE + 1), -EINVAL);
	CHECK_EQ(gm.n, 4);
	CHECK_EQ(guestmem_unmap(&gm, 2 * PAGE, PAGE), 0);
	CHECK_EQ(gm.n, 4);
	CHECK_EQ(guestmem_unmap(&gm, 0, 3 * PAGE), 0);
	CHECK_EQ(gm.n, 2);
	/* iova + size = 2^64 */
	CHECK_EQ(guestmem_unmap(&gm, 2 * PAGE, 0 - (u64)(2 * PAGE)), 0);
	CHECK_EQ(gm.n, 0);
	guestmem_unmap_all(&gm);
	close(fd);
}
