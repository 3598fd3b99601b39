/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The little of the kernel that the parser needs, for user space on a
 * little-endian machine
 */

#ifndef FUZZ_KERNEL_H
#define FUZZ_KERNEL_H

#include <assert.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/types.h>

#include <linux/types.h>

typedef uint32_t u32;
typedef uint64_t u64;

#define U32_MAX			UINT32_MAX
#define U64_MAX			UINT64_MAX
#define SZ_4K			0x1000
#define SZ_32K			0x8000
#define SZ_1M			0x100000
#define BIT(n)			(1UL << (n))
#define ARRAY_SIZE(a)		(sizeof(a) / sizeof((a)[0]))
#define IS_ALIGNED(x, a)	(!((x) & ((a) - 1)))
#define lower_32_bits(n)	((u32)(n))
#define upper_32_bits(n)	((u32)((u64)(n) >> 32))
#define min_t(t, a, b)		((t)(a) < (t)(b) ? (t)(a) : (t)(b))
#define max(a, b)		((a) > (b) ? (a) : (b))

static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "no byte swaps here");
#define le32_to_cpu(x)		(x)
#define le64_to_cpu(x)		(x)
#define cpu_to_le32(x)		((__le32)(x))
#define cpu_to_le64(x)		((__le64)(x))

#define EXPORT_SYMBOL_GPL(s)	_Static_assert(sizeof(&(s)), #s)
#define MODULE_LICENSE(s)	_Static_assert(sizeof(s), s)
#define MODULE_DESCRIPTION(s)	_Static_assert(sizeof(s), s)

#endif /* FUZZ_KERNEL_H */
