/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Words that every file of the model uses: fixed-width types, bits, and
 * little-endian access to byte arrays.
 */
#ifndef MODEL_UTIL_H
#define MODEL_UTIL_H

#include <ctype.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

typedef uint8_t u8;
typedef uint16_t u16;
typedef uint32_t u32;
typedef uint64_t u64;

_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__,
	       "guest memory and registers are little-endian; so must we be");

#define BIT(n)		(1u << (n))
#define GENMASK(h, l)	((~0u >> (31 - (h))) & (~0u << (l)))
/* @v in the place of @mask, a constant as of GENMASK(). */
#define FIELD_PREP(mask, v) (((u32)(v) << __builtin_ctz(mask)) & (mask))
#define ARRAY_SIZE(a)	(sizeof(a) / sizeof((a)[0]))

#define KIB(n)		((u64)(n) << 10)
#define MIB(n)		((u64)(n) << 20)

#define min_of(a, b)	((a) < (b) ? (a) : (b))
#define max_of(a, b)	((a) > (b) ? (a) : (b))

/* Decimal, or hexadecimal behind 0x. strtoull() alone also takes octal and binary
 * numbers, signs and blanks. */
static inline bool starts_number(const char *s)
{
	return isdigit((unsigned char)s[0]) &&
	       !(s[0] == '0' && s[1] && strchr("0123456789bB", s[1]));
}

static inline u16 get16(const u8 *p)
{
	u16 v;

	memcpy(&v, p, sizeof(v));
	return v;
}

static inline u32 get32(const u8 *p)
{
	u32 v;

	memcpy(&v, p, sizeof(v));
	return v;
}

static inline void put16(u8 *p, u16 v)
{
	memcpy(p, &v, sizeof(v));
}

static inline void put32(u8 *p, u32 v)
{
	memcpy(p, &v, sizeof(v));
}

/* The low @len (1..8) bytes of @v, the rest zero. */
static inline u64 low_bytes(u64 v, unsigned int len)
{
	return len >= 8 ? v : v & (((u64)1 << (8 * len)) - 1);
}

/*
 * The largest naturally aligned piece (at most @max, a power of two) that
 * starts at @addr and is not longer than @len. @len is at least 1.
 */
static inline unsigned int aligned_piece(u64 addr, u64 len, unsigned int max)
{
	unsigned int n = max;

	while (n > len || (addr & (n - 1)))
		n >>= 1;
	return n;
}

#endif
