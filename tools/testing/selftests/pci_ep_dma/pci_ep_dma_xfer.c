// SPDX-License-Identifier: GPL-2.0
/*
 * Moves data through a DMA channel that a PCI endpoint lends to its host
 *
 *   pci_ep_dma_xfer [-d DEVICE] -t|-f [OPTION]...
 *
 *   -d DEVICE   PCI address, such as 0000:01:00.0; else PCI_EP_DMA_BDF says it
 *   -t          from the host to the endpoint
 *   -f          from the endpoint to the host
 *   -c CHANNEL  which of the channels of this direction (0)
 *   -s BYTES    of a transfer (4096)
 *   -n COUNT    of transfers (1)
 *   -q DEPTH    transfers that are queued before the first is started (1). With
 *               -V fewer, if memory is too small to give each its own
 *   -e BYTES    of a segment: each transfer is a list of segments
 *   -V          verify all data and the bytes around it. Transfers that prepare
 *               and read back are not in the report, though they cross the link
 *   -H          hold: queue the transfers, say "holding", wait for SIGTERM, and
 *               tell what became of them. A COUNT of 0 holds an idle channel
 *
 * Prints "transfers N bytes N callbacks-ok N callbacks-aborted N verified
 * yes|no" and exits with 0; with 1 and a line that says why, if anything went
 * wrong; with 4 where there is no device or no client.
 */

#include <err.h>
#include <errno.h>
#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "pci_ep_dma.h"

#define GUARD		64
#define MAX_BUF		(4 << 20)
#define SKIP		4

/* Seeds of the patterns; batch n of the data has SEED_DATA + n */
#define SEED_AROUND	1
#define SEED_DATA	2

struct options {
	const char *device;
	uint32_t dir;
	uint32_t channel;
	uint32_t size;
	uint32_t count;
	uint32_t depth;
	uint32_t segment;
	bool verify;
	bool hold;
};

/*
 * @chan: the channel that is asked for
 * @back: with -V, one of the other direction
 * @stride: bytes from slot to slot, in the buffers and in scratch memory
 * @slots: places for transfers
 * @span: bytes that all slots take, with GUARD bytes around each
 */
struct mover {
	struct options opt;
	struct ep_chan chan;
	struct ep_chan back;
	uint32_t stride;
	uint32_t slots;
	uint32_t span;
	struct pci_ep_dma_test_seg *segs;
	uint8_t *mem;
};

static void check(int ret, const char *what)
{
	if (ret)
		errx(1, "%s: %s", what, strerror(-ret));
}

/* ---- options */

static uint32_t parse(const char *text, char option)
{
	unsigned long val;
	char *end;

	errno = 0;
	val = strtoul(text, &end, 0);
	if (errno || *end || end == text || *text == '-' || val > INT32_MAX)
		errx(1, "-%c %s is not a number that can be used", option, text);

	return val;
}

static void read_options(struct options *opt, int argc, char **argv)
{
	int c;

	*opt = (struct options) {
		.device = getenv(EP_ENVIRONMENT),
		.size = 4096, .count = 1, .depth = 1,
	};

	while ((c = getopt(argc, argv, "d:tfc:s:n:q:e:VH")) != -1) {
		switch (c) {
		case 'd':
			opt->device = optarg;
			break;
		case 't':
			opt->dir = PCI_EP_DMA_TEST_TO_ENDPOINT;
			break;
		case 'f':
			opt->dir = PCI_EP_DMA_TEST_FROM_ENDPOINT;
			break;
		case 'c':
			opt->channel = parse(optarg, c);
			break;
		case 's':
			opt->size = parse(optarg, c);
			break;
		case 'n':
			opt->count = parse(optarg, c);
			break;
		case 'q':
			opt->depth = parse(optarg, c);
			break;
		case 'e':
			opt->segment = parse(optarg, c);
			break;
		case 'V':
			opt->verify = true;
			break;
		case 'H':
			opt->hold = true;
			break;
		default:
			errx(1, "the options are in the head of pci_ep_dma_xfer.c");
		}
	}

	if (optind < argc)
		errx(1, "unexpected argument '%s'", argv[optind]);
	if (!opt->dir)
		errx(1, "which way? -t to the endpoint, -f from it");
	if (!opt->device)
		errx(SKIP, "no device: -d, or %s in the environment",
		     EP_ENVIRONMENT);
	if (!opt->size || opt->size > MAX_BUF - 2 * GUARD)
		errx(1, "-s is from 1 to %u", MAX_BUF - 2 * GUARD);
	if (!opt->depth || opt->depth > PCI_EP_DMA_TEST_MAX_DESCS)
		errx(1, "-q is from 1 to %u", PCI_EP_DMA_TEST_MAX_DESCS);
	if (!opt->segment)
		opt->segment = opt->size;
	if ((opt->size - 1) / opt->segment >= PCI_EP_DMA_TEST_MAX_SEGS)
		errx(1, "-e makes more than %u segments",
		     PCI_EP_DMA_TEST_MAX_SEGS);
	if (opt->hold && (opt->verify ||
			  opt->count > PCI_EP_DMA_TEST_MAX_DESCS))
		errx(1, "-H goes without -V, and with -n up to %u",
		     PCI_EP_DMA_TEST_MAX_DESCS);
}

/* ---- channels and places */

static void open_chan(struct mover *mover, struct ep_chan *chan, uint32_t dir,
		      uint32_t index, uint32_t size)
{
	int ret = ep_open(chan, mover->opt.device, dir, index, size);

	if (ret == -ENOENT || ret == -ENODEV || ret == -EOPNOTSUPP)
		errx(SKIP, "%s, channel %u %s the endpoint: %s",
		     mover->opt.device, index,
		     dir == PCI_EP_DMA_TEST_TO_ENDPOINT ? "to" : "from",
		     ret == -ENOENT ? "no " EP_NODE : strerror(-ret));
	check(ret, mover->opt.device);
}

static uint32_t min_u32(uint32_t a, uint32_t b)
{
	return a < b ? a : b;
}

/* As many slots as are of use and fit into a buffer and into scratch memory */
static void lay_out(struct mover *mover)
{
	const struct options *opt = &mover->opt;
	uint64_t room = MAX_BUF;
	struct ep_chan chan;

	open_chan(mover, &chan, opt->dir, opt->channel, 1);
	if (chan.scratch_size < room)
		room = chan.scratch_size;
	ep_close(&chan);

	mover->stride = opt->size + GUARD;
	if (room < mover->stride + GUARD)
		errx(1, "%u bytes of scratch memory are too few for -s %u",
		     (unsigned int)room, opt->size);
	mover->slots = min_u32(opt->depth, (room - GUARD) / mover->stride);
	mover->span = GUARD + mover->slots * mover->stride;
}

static void set_up(struct mover *mover)
{
	const struct options *opt = &mover->opt;
	uint32_t most = opt->size / opt->segment + 1;
	uint32_t back;

	lay_out(mover);
	mover->segs = calloc(most, sizeof(*mover->segs));
	mover->mem = malloc(mover->span);
	if (!mover->segs || !mover->mem)
		errx(1, "no memory");

	open_chan(mover, &mover->chan, opt->dir, opt->channel, mover->span);
	if (!opt->verify)
		return;

	back = opt->dir == PCI_EP_DMA_TEST_TO_ENDPOINT ?
	       PCI_EP_DMA_TEST_FROM_ENDPOINT : PCI_EP_DMA_TEST_TO_ENDPOINT;
	open_chan(mover, &mover->back, back, 0, mover->span);
}

static uint32_t slot_offset(struct mover *mover, uint32_t nr)
{
	return GUARD + nr % mover->slots * mover->stride;
}

static void queue(struct mover *mover, uint32_t nr, uint32_t flags)
{
	const struct options *opt = &mover->opt;
	uint32_t offset = slot_offset(mover, nr);
	uint32_t done, len, n = 0;

	for (done = 0; done < opt->size; done += len) {
		len = min_u32(opt->segment, opt->size - done);
		mover->segs[n].offset = offset + done;
		mover->segs[n++].len = len;
	}

	check(ep_submit(&mover->chan, offset, mover->segs, n, flags), "submit");
}

/* ---- verification */

static void paint(struct mover *mover, struct ep_chan *chan, uint64_t seed)
{
	ep_fill(mover->mem, mover->span, seed, 0);
	check(ep_put(chan, mover->mem, mover->span, 0), "fill the buffer");
}

/* What @chan's buffer holds: the data in the slots that were used, if any */
static void expect(struct mover *mover, struct ep_chan *chan, uint64_t around,
		   uint64_t data, uint32_t slots, const char *what)
{
	uint32_t pos = 0, i;
	ssize_t bad;

	check(ep_get(chan, mover->mem, mover->span, 0), "read the buffer");

	for (i = 0; i <= slots; i++) {
		uint32_t end = i < slots ? slot_offset(mover, i) : mover->span;

		bad = ep_check(mover->mem + pos, end - pos, around, pos);
		if (bad >= 0)
			errx(1, "%s: byte %#zx, around the data, was changed",
			     what, pos + bad);
		if (i == slots)
			return;

		pos = end;
		bad = ep_check(mover->mem + pos, mover->opt.size, data, pos);
		if (bad >= 0)
			errx(1, "%s: byte %#zx is wrong", what, pos + bad);
		pos += mover->opt.size;
	}
}

static void scratch_write(struct mover *mover, struct ep_chan *chan,
			  uint64_t seed)
{
	paint(mover, chan, seed);
	check(ep_move(chan, 0, 0, mover->span), "prepare scratch memory");
}

static void scratch_expect(struct mover *mover, struct ep_chan *chan,
			   uint64_t around, uint64_t data, uint32_t slots)
{
	/* A pattern that is nowhere else: nothing stale can pass */
	paint(mover, chan, 0);
	check(ep_move(chan, 0, 0, mover->span), "read scratch memory");
	expect(mover, chan, around, data, slots, "scratch memory");
}

/* Before the first batch */
static void prepare(struct mover *mover)
{
	if (mover->opt.dir == PCI_EP_DMA_TEST_TO_ENDPOINT)
		scratch_write(mover, &mover->chan, SEED_AROUND);
	else
		scratch_write(mover, &mover->back, SEED_DATA);
}

static void before_batch(struct mover *mover, uint64_t data)
{
	if (mover->opt.dir == PCI_EP_DMA_TEST_TO_ENDPOINT)
		paint(mover, &mover->chan, data);
	else
		paint(mover, &mover->chan, SEED_AROUND);
}

static void after_batch(struct mover *mover, uint64_t data, uint32_t slots)
{
	if (mover->opt.dir == PCI_EP_DMA_TEST_FROM_ENDPOINT) {
		expect(mover, &mover->chan, SEED_AROUND, SEED_DATA, slots,
		       "host buffer");
		return;
	}

	expect(mover, &mover->chan, data, data, 0, "source");
	scratch_expect(mover, &mover->back, SEED_AROUND, data, slots);
	/* The next batch may be shorter: leave no data of this one */
	scratch_write(mover, &mover->chan, SEED_AROUND);
}

/* After the last batch */
static void conclude(struct mover *mover)
{
	/* The source; ask the channel under test, there is no other */
	if (mover->opt.dir == PCI_EP_DMA_TEST_FROM_ENDPOINT)
		scratch_expect(mover, &mover->chan, SEED_DATA, SEED_DATA, 0);
}

/* ---- the work */

static struct pci_ep_dma_test_wait counts(struct mover *mover)
{
	struct pci_ep_dma_test_wait result;

	check(ep_wait(&mover->chan, EP_TIMEOUT, &result), "wait");
	return result;
}

static void move_batch(struct mover *mover, uint32_t batch,
		       struct pci_ep_dma_test_wait *sum)
{
	struct pci_ep_dma_test_wait before = counts(mover), after;
	uint32_t i;

	for (i = 0; i < batch; i++)
		queue(mover, i, i == batch - 1 ? PCI_EP_DMA_TEST_ISSUE : 0);
	after = counts(mover);

	sum->submitted += after.submitted - before.submitted;
	sum->completed += after.completed - before.completed;
	sum->aborted += after.aborted - before.aborted;
	sum->bytes += after.bytes - before.bytes;
}

static void move_all(struct mover *mover)
{
	const struct options *opt = &mover->opt;
	uint32_t depth = opt->verify ? mover->slots : opt->depth;
	struct pci_ep_dma_test_wait sum = {};
	uint64_t data = SEED_DATA;
	uint32_t left, batch;

	if (opt->verify)
		prepare(mover);

	for (left = opt->count; left; left -= batch, data++) {
		batch = min_u32(left, depth);
		if (opt->verify)
			before_batch(mover, data);
		move_batch(mover, batch, &sum);
		if (opt->verify)
			after_batch(mover, data, batch);
	}

	if (opt->verify)
		conclude(mover);
	if (sum.completed != opt->count)
		errx(1, "%u of %u transfers completed, %u aborted",
		     sum.completed, opt->count, sum.aborted);

	printf("transfers %u bytes %llu callbacks-ok %u callbacks-aborted %u verified %s\n",
	       sum.submitted, (unsigned long long)sum.bytes, sum.completed,
	       sum.aborted, opt->verify ? "yes" : "no");
}

static void tell(struct mover *mover, const char *when)
{
	struct pci_ep_dma_test_wait result;
	int ret = ep_wait(&mover->chan, EP_TIMEOUT, &result);

	if (ret && ret != -ETIMEDOUT)
		check(ret, "wait");
	printf("%s: submitted %u completed %u aborted %u terminated %u pending %u stray %u\n",
	       when, result.submitted, result.completed, result.aborted,
	       result.terminated, result.pending, result.stray);
	fflush(stdout);
}

/* SIGTERM is blocked from the start, so that it cannot come too early */
static void hold(struct mover *mover)
{
	struct pci_ep_dma_test_seg seg = { .len = 1 };
	uint32_t i;
	sigset_t set;
	int sig;

	for (i = 0; i < mover->opt.count; i++)
		queue(mover, 0, PCI_EP_DMA_TEST_ISSUE);
	printf("holding\n");
	fflush(stdout);

	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	sigwait(&set, &sig);

	tell(mover, "after");
	printf("submit: %s\n",
	       strerror(-ep_submit(&mover->chan, 0, &seg, 1,
				   PCI_EP_DMA_TEST_ISSUE)));
	printf("terminate: %s\n", strerror(-ep_terminate(&mover->chan)));
	tell(mover, "end");
}

int main(int argc, char **argv)
{
	struct mover mover = {};
	sigset_t set;

	read_options(&mover.opt, argc, argv);
	if (mover.opt.hold) {
		sigemptyset(&set);
		sigaddset(&set, SIGTERM);
		sigprocmask(SIG_BLOCK, &set, NULL);
	}

	set_up(&mover);
	if (mover.opt.hold)
		hold(&mover);
	else
		move_all(&mover);

	return 0;
}
