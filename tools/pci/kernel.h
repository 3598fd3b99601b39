/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The little of the kernel that the parser and the printer of endpoint DMA
 * blocks need, for user space. Included before everything else; the headers that
 * the two include themselves are empty files.
 */

#ifndef TOOLS_PCI_KERNEL_H
#define TOOLS_PCI_KERNEL_H

#include <assert.h>
#include <endian.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/types.h>

#include <linux/types.h>

typedef uint32_t u32;
typedef unsigned long long u64;

#define U32_MAX			UINT32_MAX
#define U64_MAX			UINT64_MAX
#define SZ_1K			0x400
#define SZ_4K			0x1000
#define SZ_32K			0x8000
#define SZ_1M			0x100000
#define BIT(n)			(1UL << (n))
#define ARRAY_SIZE(a)		(sizeof(a) / sizeof((a)[0]))
#define IS_ALIGNED(x, a)	(!((x) & ((a) - 1)))
#define lower_32_bits(n)	((u32)(n))
#define upper_32_bits(n)	((u32)((u64)(n) >> 32))

#define max(a, b)							\
({									\
	typeof(a) _a = (a);						\
	typeof(b) _b = (b);						\
									\
	_a > _b ? _a : _b;						\
})

#define le32_to_cpu(x)		le32toh(x)
#define le64_to_cpu(x)		((u64)le64toh(x))
#define cpu_to_le32(x)		((__le32)htole32(x))
#define cpu_to_le64(x)		((__le64)htole64(x))

/* Something that a semicolon may follow */
#define declare_nothing(s)	static_assert(sizeof(#s), "")
#define EXPORT_SYMBOL_GPL	declare_nothing
#define MODULE_LICENSE		declare_nothing
#define MODULE_DESCRIPTION	declare_nothing

struct seq_file {
	FILE *file;
};

#define seq_printf(s, ...)	fprintf((s)->file, __VA_ARGS__)

#endif /* TOOLS_PCI_KERNEL_H */
