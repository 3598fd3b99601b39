// SPDX-License-Identifier: GPL-2.0
/*
 * Prints the block through which a PCI endpoint offers DMA channels to its host
 *
 * From a BAR, /sys/bus/pci/devices/FUNCTION/resourceN, or from a file that holds
 * what a BAR showed. The BAR is read, never written, as a driver reads it that
 * looks for a block: 32 bits at a time. What is printed is what the kernel's own
 * parser accepts, in the words of the kernel's debugfs files.
 *
 * The lengths of the BARs are those of the files beside a resource file. Of a
 * dump they are not known, so that nothing is held against them.
 */

#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <linux/pci-ep-dma.h>

/* No BAR is longer, and none of the sums with it wraps */
#define LEN_UNKNOWN	(U64_MAX >> 2)

struct source {
	const char *path;
	const __le32 *words;
	u64 len;			/* bytes that can be read */
	int bar;			/* -1: any, the block says which */
};

/* The number in .../resourceN, or -1 for a file of another name */
static int bar_of(const char *path)
{
	const char *name = strrchr(path, '/');
	int bar, end = 0;

	name = name ? name + 1 : path;
	if (sscanf(name, "resource%1d%n", &bar, &end) != 1 || name[end] ||
	    bar >= PCI_EP_DMA_MAX_BARS)
		return -1;

	return bar;
}

static void open_source(struct source *src, const char *path)
{
	struct stat st;
	void *map;
	int fd;

	fd = open(path, O_RDONLY);
	if (fd < 0 || fstat(fd, &st))
		err(EXIT_FAILURE, "%s", path);
	if (!S_ISREG(st.st_mode))
		errx(EXIT_FAILURE, "%s: not a file", path);
	if (st.st_size < (off_t)sizeof(struct pci_ep_dma_wire_header))
		errx(EXIT_FAILURE, "%s: %lld bytes are too short for a block",
		     path, (long long)st.st_size);

	map = mmap(NULL, st.st_size, PROT_READ, MAP_SHARED, fd, 0);
	if (map == MAP_FAILED)
		err(EXIT_FAILURE, "%s: cannot be mapped", path);
	close(fd);

	*src = (struct source) {
		.path = path,
		.words = map,
		.len = st.st_size,
		.bar = bar_of(path),
	};
}

static void get_limits(const struct source *src,
		       struct pci_ep_dma_limits *limits)
{
	char path[PATH_MAX];
	struct stat st;
	size_t stem;
	int i;

	limits->max_addr = U64_MAX;
	for (i = 0; i < PCI_EP_DMA_MAX_BARS; i++)
		limits->bar_len[i] = LEN_UNKNOWN;
	if (src->bar < 0)
		return;

	stem = strlen(src->path) - 1;
	if (stem + 2 > sizeof(path))
		errx(EXIT_FAILURE, "%s: too long a name", src->path);
	memcpy(path, src->path, stem + 2);
	for (i = 0; i < PCI_EP_DMA_MAX_BARS; i++) {
		path[stem] = '0' + i;
		limits->bar_len[i] = stat(path, &st) ? 0 : st.st_size;
	}
}

/* One access, also of memory that is none */
static __le32 read_word(const struct source *src, u64 offset)
{
	return __atomic_load_n(&src->words[offset / sizeof(__le32)],
			       __ATOMIC_RELAXED);
}

#define read_header(src, offset, member)				\
	le32_to_cpu(read_word(src, (offset) +				\
			offsetof(struct pci_ep_dma_wire_header, member)))

static void refuse(const struct source *src, int ret, const char *field)
{
	errx(EXIT_FAILURE, "%s: %s (%s)", src->path, pci_ep_dma_refusal(ret),
	     field);
}

/* The rule is told in <linux/pci-ep-dma.h> under "place" */
static bool find_block(const struct source *src,
		       struct pci_ep_dma_limits *limits)
{
	u32 offset, place;

	for (offset = 0; offset <= PCI_EP_DMA_MAX_OFFSET &&
	     offset + sizeof(struct pci_ep_dma_wire_header) <= src->len;
	     offset += PCI_EP_DMA_BLOCK_ALIGN) {
		/* Behind words that answer, all ones are the end of what does */
		if (read_header(src, offset, magic) == U32_MAX) {
			if (!offset)
				refuse(src, -EIO, "magic");
			return false;
		}
		if (read_header(src, offset, magic) != PCI_EP_DMA_MAGIC)
			continue;

		place = read_header(src, offset, place);
		limits->block_offset = offset;
		limits->block_bar = src->bar >= 0 ? (u32)src->bar :
				    place & PCI_EP_DMA_PLACE_BAR;
		if (place == pci_ep_dma_place(limits->block_bar, offset))
			return true;
	}

	return false;
}

int main(int argc, char **argv)
{
	/* The parser reads 64-bit words as such */
	static union {
		__le32 word[PCI_EP_DMA_MAX_LEN / sizeof(__le32)];
		__le64 aligned;
	} copy;
	static struct pci_ep_dma_info info;
	struct seq_file out = { stdout };
	struct pci_ep_dma_limits limits;
	const char *field;
	struct source src;
	size_t i, len;
	int ret;

	if (argc != 2 || argv[1][0] == '-') {
		fprintf(stderr, "usage: pci_ep_dma_dump FILE\n"
			"FILE: resourceN of a PCI function in sysfs, or what BAR N showed\n");
		return 2;
	}

	open_source(&src, argv[1]);
	get_limits(&src, &limits);
	if (!find_block(&src, &limits))
		refuse(&src, -ENODEV, "magic");

	/* How much to read; the length that counts is the one in the copy */
	len = read_header(&src, limits.block_offset, total_len);
	if (len < sizeof(struct pci_ep_dma_wire_header) || len > sizeof(copy))
		len = sizeof(struct pci_ep_dma_wire_header);
	if (len > src.len - limits.block_offset)
		len = src.len - limits.block_offset;
	for (i = 0; i < len / sizeof(u32); i++)
		copy.word[i] = read_word(&src, limits.block_offset +
					  i * sizeof(u32));

	ret = pci_ep_dma_parse(copy.word, len, &limits, &info, &field);
	if (ret)
		refuse(&src, ret, field);

	pci_ep_dma_show(&out, &info);
	if (fflush(stdout) || ferror(stdout))
		err(EXIT_FAILURE, "standard output");

	return 0;
}
