// SPDX-License-Identifier: GPL-2.0
/*
 * The eDMA, register layout v0, unrolled.
 *
 * Offsets and bits: the kernel's drivers/dma/dw-edma/dw-edma-v0-regs.h and
 * dw-edma-v0-core.c. What the registers do: the same driver, and the
 * descriptions in pcie-designware-ep.c of the interrupt emulation.
 *
 * Linked lists. A data element is executed when its cycle bit equals the
 * channel's cycle state; otherwise the channel stops in front of it. A link
 * element is followed whatever its cycle bit says, and toggles the cycle
 * state if it carries TCB. The interrupt of an element is sent after the
 * engine looked at what comes next, so software that refills the list from
 * its interrupt handler never races with the look at the old content: the
 * engine stopped already, or it has more to do.
 */
#include <stdlib.h>

#include "edma_v0.h"

#define CTRL			0x008
#define INT_DONE		GENMASK(7, 0)
#define INT_ABORT		GENMASK(23, 16)
#define INT_BITS		(INT_DONE | INT_ABORT)
#define DOORBELL_CHAN		GENMASK(2, 0)
#define DOORBELL_STOP		BIT(31)

/* A direction's registers are not where the other's are, plus a constant. */
struct dir_map {
	u32 engine_en;
	u32 doorbell;
	u32 int_status;
	u32 int_mask;
	u32 int_clear;
	u32 err_status;		/* read direction: and the dword behind */
	u32 done_imwr;
	u32 abort_imwr;
	u32 imwr_data;		/* 4 dwords, two channels each */
	u32 ll_err_en;
	u32 context;		/* of channel 0, next one 0x200 further */
};

static const struct dir_map map[NUM_DIRS] = {
	[DMA_WRITE] = {
		.engine_en = 0x00c,
		.doorbell = 0x010,
		.int_status = 0x04c,
		.int_mask = 0x054,
		.int_clear = 0x058,
		.err_status = 0x05c,
		.done_imwr = 0x060,
		.abort_imwr = 0x068,
		.imwr_data = 0x070,
		.ll_err_en = 0x090,
		.context = 0x200,
	},
	[DMA_READ] = {
		.engine_en = 0x02c,
		.doorbell = 0x030,
		.int_status = 0x0a0,
		.int_mask = 0x0a8,
		.int_clear = 0x0ac,
		.err_status = 0x0b4,
		.done_imwr = 0x0cc,
		.abort_imwr = 0x0d4,
		.imwr_data = 0x0dc,
		.ll_err_en = 0x0c4,
		.context = 0x300,
	},
};

#define CONTEXT_STRIDE		0x200

/* Channel context. */
#define CH_CONTROL1		0x00
#define CH_CONTROL2		0x04
#define CH_SIZE			0x08
#define CH_SAR			0x0c
#define CH_DAR			0x14
#define CH_LLP			0x1c
#define CH_LEN			0x24

/* ch_control1; the low five are also an element's control word. */
#define CTL_CB			BIT(0)
#define CTL_TCB			BIT(1)
#define CTL_LLP			BIT(2)
#define CTL_LIE			BIT(3)
#define CTL_RIE			BIT(4)
#define CTL_CS			GENMASK(6, 5)
#define CTL_CCS			BIT(8)
#define CTL_LLE			BIT(9)
#define CTL_FUNC(v)		(((v) >> 12) & 0x1fu)

enum chan_state {
	CS_RUNNING = 1,
	CS_HALTED = 2,
	CS_STOPPED = 3,
};

#define ELEMENT_LEN		24

/*
 * Links that lead only to links end somewhere. Real parts would walk them
 * for ever; the model calls it an error of the list.
 */
#define MAX_LINKS		64

struct chan {
	u32 control1;
	u32 control2;
	u32 size;		/* bytes left */
	u64 sar;
	u64 dar;
	u64 llp;
	bool running;
	bool busy;		/* in the middle of an element */
	bool first;		/* nothing of it was moved yet */
	u32 element;		/* its control word */
};

struct dir {
	u32 engine_en;
	u32 int_status;
	u32 int_mask;
	u64 err_status;
	u64 done_imwr;
	u64 abort_imwr;
	u32 imwr_data[MAX_CHANS / 2];
	u32 ll_err_en;
	bool emulated;		/* interrupt asserted without a status bit */
	struct chan ch[MAX_CHANS];
};

struct edma {
	struct engine e;
	struct dir dir[NUM_DIRS];
	u32 plain[0x200 / 4];	/* registers that only remember */
	unsigned int turn;	/* the channel that may go next */
};

static struct edma *to_edma(struct engine *e)
{
	return (struct edma *)e;
}

static unsigned int chans(const struct edma *d, enum dma_dir dir)
{
	const struct board *b = &d->e.ctlr->board;

	return dir == DMA_WRITE ? b->wr_chans : b->rd_chans;
}

static void v0_reset(struct engine *e)
{
	struct edma *d = to_edma(e);

	memset(d->dir, 0, sizeof(d->dir));
	memset(d->plain, 0, sizeof(d->plain));
	d->turn = 0;
}

/* ---- interrupts ---- */

static unsigned int line_of(const struct edma *d, enum dma_dir dir,
			    unsigned int ch)
{
	const struct board *b = &d->e.ctlr->board;

	if (b->dma_irqs == 1)
		return 0;
	return dir == DMA_WRITE ? ch : b->wr_chans + ch;
}

/* Local lines that direction @dir asserts, a bit each. */
static u32 asserted(const struct edma *d, enum dma_dir dir)
{
	const struct dir *r = &d->dir[dir];
	u32 live = r->int_status & ~r->int_mask;
	u32 lines = r->emulated ? BIT(line_of(d, dir, 0)) : 0;
	unsigned int ch;

	live |= live >> 16;
	for (ch = 0; ch < chans(d, dir); ch++)
		if (live & BIT(ch))
			lines |= BIT(line_of(d, dir, ch));
	return lines;
}

static u32 v0_pending(struct engine *e)
{
	struct edma *d = to_edma(e);

	return asserted(d, DMA_WRITE) | asserted(d, DMA_READ);
}

/*
 * The endpoint's interrupts are messages, that is, edges; the engine's lines
 * are levels. So a line that is still (or newly) asserted after software
 * touched mask or status is told again.
 */
static void retell_lines(struct edma *d, enum dma_dir dir)
{
	u32 lines = asserted(d, dir);
	unsigned int line;

	for (line = 0; lines; line++, lines >>= 1)
		if (lines & 1)
			signals_local(&d->e.signals, line);
}

/* Latch a status bit and tell those who are to know. */
static void signal_chan(struct edma *d, enum dma_dir dir, unsigned int ch,
			bool aborted, bool local, bool remote)
{
	struct dir *r = &d->dir[dir];
	u32 bit = aborted ? BIT(16 + ch) : BIT(ch);
	u32 data = r->imwr_data[ch / 2] >> 16 * (ch & 1) & 0xffff;

	r->int_status |= bit;
	if (local && !(r->int_mask & bit))
		signals_local(&d->e.signals, line_of(d, dir, ch));
	if (remote)
		signals_host(&d->e.signals, CTL_FUNC(r->ch[ch].control1),
			     aborted ? r->abort_imwr : r->done_imwr, data);
}

/* ---- channels ---- */

static void set_state(struct chan *ch, enum chan_state cs)
{
	ch->control1 = (ch->control1 & ~CTL_CS) | (u32)cs << 5;
	ch->running = cs == CS_RUNNING;
	if (!ch->running)
		ch->busy = false;
}

/* Where in err_status: 0 for the data side, 16 for the list, 32 for the
 * link (read direction only; a posted write reports nothing there). */
static void abort_chan(struct edma *d, enum dma_dir dir, unsigned int n,
		       unsigned int cause)
{
	struct dir *r = &d->dir[dir];

	ctlr_report(d->e.ctlr, CNT_DMA_ABORT, "%s channel %u aborts",
		    dir == DMA_WRITE ? "write" : "read", n);
	r->err_status |= (u64)1 << (cause + n);
	set_state(&r->ch[n], CS_HALTED);
	signal_chan(d, dir, n, true, true, r->ll_err_en & BIT(n));
}

#define CAUSE_DATA	0u
#define CAUSE_LIST	16u
#define CAUSE_LINK	32u

struct element {
	u32 control;
	u32 size;
	u64 sar;
	u64 dar;
};

/* The control word first: what it vouches for was written before it. */
static bool fetch(struct edma *d, u64 at, struct element *el)
{
	const struct guestmem *mem = &d->e.ctlr->ep.mem;
	u8 rest[ELEMENT_LEN - 4];

	if (at > UINT64_MAX - ELEMENT_LEN ||
	    guestmem_read(mem, at, &el->control, 4) ||
	    guestmem_read(mem, at + 4, rest, sizeof(rest)))
		return false;
	el->size = get32(rest);
	memcpy(&el->sar, rest + 4, 8);
	memcpy(&el->dar, rest + 12, 8);
	return true;
}

enum next {
	NEXT_DATA,
	NEXT_STOP,
	NEXT_ERROR,
};

/*
 * Nobody has use for an element of no bytes, and what a part makes of it, or
 * of a list that is not on dwords, is not written down.
 */
static bool is_bad(struct edma *d, u64 at, const struct element *el)
{
	bool empty = !(el->control & CTL_LLP) && !el->size;

	if (!(at & 3) && !empty)
		return false;
	ctlr_report(d->e.ctlr, CNT_VIOL_LIST, "element at 0x%llx %s",
		    (unsigned long long)at,
		    empty ? "has no bytes" : "is not on a dword");
	return d->e.ctlr->modes.v[MODE_BAD_ELEMENT] == BAD_ELEMENT_ABORTS;
}

/* Follow links up to a data element; say whether it is the engine's turn. */
static enum next look_ahead(struct edma *d, struct chan *ch,
			    struct element *el)
{
	unsigned int links;

	for (links = 0; links < MAX_LINKS; links++) {
		if (!fetch(d, ch->llp, el))
			return NEXT_ERROR;
		if (!(el->control & CTL_LLP) &&
		    !(el->control & CTL_CB) != !(ch->control1 & CTL_CCS))
			return NEXT_STOP;
		if (is_bad(d, ch->llp, el))
			return NEXT_ERROR;
		if (!(el->control & CTL_LLP))
			return NEXT_DATA;
		if (el->control & CTL_TCB)
			ch->control1 ^= CTL_CCS;
		ch->llp = el->sar;	/* a link's pointer is in that place */
	}
	return NEXT_ERROR;
}

/* Find the next thing to do; the channel stops if there is none. */
static void next_element(struct edma *d, enum dma_dir dir, unsigned int n)
{
	struct chan *ch = &d->dir[dir].ch[n];
	struct element el;

	if (!(ch->control1 & CTL_LLE)) {
		set_state(ch, CS_STOPPED);
		return;
	}
	switch (look_ahead(d, ch, &el)) {
	case NEXT_STOP:
		set_state(ch, CS_STOPPED);
		return;
	case NEXT_ERROR:
		abort_chan(d, dir, n, CAUSE_LIST);
		return;
	case NEXT_DATA:
		break;
	}
	ch->llp += ELEMENT_LEN;
	ch->size = el.size;
	ch->sar = el.sar;
	ch->dar = el.dar;
	ch->element = el.control;
	ch->busy = true;
	ch->first = true;
	count_add(&d->e.ctlr->count, CNT_DMA_ELEMENT, 1, el.size, 0);
}

static void finish_element(struct edma *d, enum dma_dir dir, unsigned int n)
{
	struct chan *ch = &d->dir[dir].ch[n];
	u32 done = ch->element;

	ch->busy = false;
	next_element(d, dir, n);
	if (done & (CTL_LIE | CTL_RIE))
		signal_chan(d, dir, n, false, done & CTL_LIE, done & CTL_RIE);
}

static void burst(struct edma *d, enum dma_dir dir, unsigned int n)
{
	struct chan *ch = &d->dir[dir].ch[n];
	u64 local = dir == DMA_WRITE ? ch->sar : ch->dar;
	u64 link = dir == DMA_WRITE ? ch->dar : ch->sar;
	u32 len = engine_burst_len(&d->e, link, ch->size);
	enum move_error err = MOVE_OK;

	if (d->e.fault.abort[dir] & BIT(n)) {
		d->e.fault.abort[dir] &= ~BIT(n);
		err = MOVE_LINK;
	} else if (len) {
		err = engine_move(&d->e, dir, CTL_FUNC(ch->control1), local,
				  link, len, ch->first);
	}
	if (err) {
		abort_chan(d, dir, n, err == MOVE_LINK && dir == DMA_READ ?
			   CAUSE_LINK : CAUSE_DATA);
		return;
	}
	ch->first = false;
	ch->size -= len;
	ch->sar += len;
	ch->dar += len;
	if (!ch->size)
		finish_element(d, dir, n);
}

/* Return: true if the channel did something. */
static bool step_chan(struct edma *d, enum dma_dir dir, unsigned int n)
{
	struct dir *r = &d->dir[dir];
	struct chan *ch = &r->ch[n];

	if (!ch->running || d->e.fault.stuck[dir] & BIT(n))
		return false;
	if (!(r->engine_en & 1))
		set_state(ch, CS_STOPPED);	/* drained */
	else if (ch->busy)
		burst(d, dir, n);
	else
		next_element(d, dir, n);
	return true;
}

static bool v0_step(struct engine *e)
{
	struct edma *d = to_edma(e);
	unsigned int i, at;
	enum dma_dir dir;

	for (i = 0; i < NUM_DIRS * MAX_CHANS; i++) {
		at = (d->turn + i) % (NUM_DIRS * MAX_CHANS);
		dir = at / MAX_CHANS;
		if (step_chan(d, dir, at % MAX_CHANS)) {
			d->turn = at + 1;
			return true;
		}
	}
	return false;
}

/* ---- registers ---- */

/*
 * A host that rings must have the engine speak with its own function
 * number, or the transfer would pass as another function's.
 */
static bool requester_ok(struct edma *d, const struct chan *ch, int from)
{
	if (from == ORIGIN_EP || (int)CTL_FUNC(ch->control1) == from)
		return true;
	ctlr_report(d->e.ctlr, CNT_VIOL_REQUESTER,
		    "function %d starts a transfer of function %u", from,
		    CTL_FUNC(ch->control1));
	return false;
}

static void doorbell(struct edma *d, enum dma_dir dir, u32 v, int from)
{
	unsigned int n = v & DOORBELL_CHAN;
	struct dir *r = &d->dir[dir];
	struct chan *ch = &r->ch[n];

	if (n >= chans(d, dir))
		return;
	if (v & DOORBELL_STOP) {
		if (ch->running)
			set_state(ch, CS_STOPPED);
		return;
	}
	if (!(r->engine_en & 1) || ch->running)
		return;
	count_one(&d->e.ctlr->count, CNT_DMA_START);
	if (!requester_ok(d, ch, from)) {
		abort_chan(d, dir, n, CAUSE_DATA);
		return;
	}
	set_state(ch, CS_RUNNING);
	if (!(ch->control1 & CTL_LLE)) {
		/* no list: the context itself is the element */
		ch->element = ch->control1;
		ch->busy = true;
		ch->first = true;
		count_add(&d->e.ctlr->count, CNT_DMA_ELEMENT, 1, ch->size, 0);
	}
	engine_kick(&d->e);
}

static bool draining(const struct edma *d, enum dma_dir dir)
{
	unsigned int n;

	for (n = 0; n < MAX_CHANS; n++)
		if (d->dir[dir].ch[n].running)
			return true;
	return false;
}

static u32 half_read(u64 v, u32 off)
{
	return off & 4 ? (u32)(v >> 32) : (u32)v;
}

static void half_write(u64 *v, bool high, u32 x)
{
	if (high)
		*v = (*v & UINT32_MAX) | (u64)x << 32;
	else
		*v = (*v & ~(u64)UINT32_MAX) | x;
}

static u32 chan_read(const struct chan *ch, u32 off)
{
	switch (off) {
	case CH_CONTROL1:
		return ch->control1;
	case CH_CONTROL2:
		return ch->control2;
	case CH_SIZE:
		return ch->size;
	case CH_SAR:
	case CH_SAR + 4:
		return half_read(ch->sar, off - CH_SAR);
	case CH_DAR:
	case CH_DAR + 4:
		return half_read(ch->dar, off - CH_DAR);
	default:
		return half_read(ch->llp, off - CH_LLP);
	}
}

static void chan_write(struct chan *ch, u32 off, u32 v)
{
	switch (off) {
	case CH_CONTROL1:
		ch->control1 = (v & ~CTL_CS) | (ch->control1 & CTL_CS);
		break;
	case CH_CONTROL2:
		ch->control2 = v;
		break;
	case CH_SIZE:
		ch->size = v;
		break;
	case CH_SAR:
	case CH_SAR + 4:
		half_write(&ch->sar, off != CH_SAR, v);
		break;
	case CH_DAR:
	case CH_DAR + 4:
		half_write(&ch->dar, off != CH_DAR, v);
		break;
	default:
		half_write(&ch->llp, off != CH_LLP, v);
		break;
	}
}

/* The channel whose context holds @off, and the offset in the context. */
static struct chan *chan_at(struct edma *d, u32 off, u32 *in)
{
	enum dma_dir dir = off & 0x100 ? DMA_READ : DMA_WRITE;
	unsigned int n;

	if (off < map[DMA_WRITE].context)
		return NULL;
	n = (off - map[DMA_WRITE].context) / CONTEXT_STRIDE;
	*in = off & 0xff;
	return n < chans(d, dir) && *in < CH_LEN ? &d->dir[dir].ch[n] : NULL;
}

/* Registers of one direction. Return: false if @off is none of them. */
static bool dir_read(struct edma *d, enum dma_dir dir, u32 off, u32 *v)
{
	const struct dir_map *m = &map[dir];
	const struct dir *r = &d->dir[dir];

	if (off == m->engine_en)
		*v = r->engine_en | draining(d, dir);
	else if (off == m->doorbell || off == m->int_clear)
		*v = 0;
	else if (off == m->int_status)
		*v = r->int_status;
	else if (off == m->int_mask)
		*v = r->int_mask;
	else if (off == m->err_status)
		*v = (u32)r->err_status;
	else if (dir == DMA_READ && off == m->err_status + 4)
		*v = (u32)(r->err_status >> 32);
	else if (off == m->done_imwr || off == m->done_imwr + 4)
		*v = half_read(r->done_imwr, off - m->done_imwr);
	else if (off == m->abort_imwr || off == m->abort_imwr + 4)
		*v = half_read(r->abort_imwr, off - m->abort_imwr);
	else if (off >= m->imwr_data && off < m->imwr_data + 16)
		*v = r->imwr_data[(off - m->imwr_data) / 4];
	else if (off == m->ll_err_en)
		*v = r->ll_err_en;
	else
		return false;
	return true;
}

static void clear_status(struct edma *d, enum dma_dir dir, u32 v)
{
	struct dir *r = &d->dir[dir];
	u32 aborts = v >> 16 & 0xff;

	r->int_status &= ~v;
	r->err_status &= ~((u64)aborts << CAUSE_DATA |
			   (u64)aborts << CAUSE_LIST |
			   (u64)aborts << CAUSE_LINK);
	r->emulated = false;
	retell_lines(d, dir);
}

static bool dir_write(struct edma *d, enum dma_dir dir, u32 off, u32 v,
		      int from)
{
	const struct dir_map *m = &map[dir];
	struct dir *r = &d->dir[dir];

	if (off == m->engine_en) {
		r->engine_en = v & 1;
		engine_kick(&d->e);
	} else if (off == m->doorbell) {
		doorbell(d, dir, v, from);
	} else if (off == m->int_status) {
		/* interrupt emulation: any write asserts */
		r->emulated = true;
		signals_local(&d->e.signals, line_of(d, dir, 0));
	} else if (off == m->int_mask) {
		r->int_mask = v & INT_BITS;
		retell_lines(d, dir);
	} else if (off == m->int_clear) {
		clear_status(d, dir, v & INT_BITS);
	} else if (off == m->done_imwr || off == m->done_imwr + 4) {
		half_write(&r->done_imwr, off != m->done_imwr, v);
	} else if (off == m->abort_imwr || off == m->abort_imwr + 4) {
		half_write(&r->abort_imwr, off != m->abort_imwr, v);
	} else if (off >= m->imwr_data && off < m->imwr_data + 16) {
		r->imwr_data[(off - m->imwr_data) / 4] = v;
	} else if (off == m->ll_err_en) {
		r->ll_err_en = v;
	} else {
		return off == m->err_status ||
		       (dir == DMA_READ && off == m->err_status + 4);
	}
	return true;
}

static u32 v0_read(struct engine *e, u32 off)
{
	struct edma *d = to_edma(e);
	struct chan *ch;
	u32 v, in;

	if (off == CTRL)
		return chans(d, DMA_WRITE) | chans(d, DMA_READ) << 16;
	if (dir_read(d, DMA_WRITE, off, &v) || dir_read(d, DMA_READ, off, &v))
		return v;
	ch = chan_at(d, off, &in);
	if (ch)
		return chan_read(ch, in);
	return off < sizeof(d->plain) ? d->plain[off / 4] : 0;
}

static void v0_write(struct engine *e, u32 off, u32 v, int from)
{
	struct edma *d = to_edma(e);
	struct chan *ch;
	u32 in;

	if (off == CTRL || dir_write(d, DMA_WRITE, off, v, from) ||
	    dir_write(d, DMA_READ, off, v, from))
		return;
	ch = chan_at(d, off, &in);
	if (ch)
		chan_write(ch, in, v);
	else if (off < sizeof(d->plain))
		d->plain[off / 4] = v;
}

static void v0_show(struct engine *e, FILE *out)
{
	static const char * const states[] = {
		"idle", "running", "halted", "stopped",
	};
	struct edma *d = to_edma(e);
	const struct chan *ch;
	enum dma_dir dir;
	unsigned int n;

	for (dir = 0; dir < NUM_DIRS; dir++) {
		for (n = 0; n < chans(d, dir); n++) {
			ch = &d->dir[dir].ch[n];
			fprintf(out, "channel %s %u %s function %u llp 0x%llx%s\n",
				dir == DMA_WRITE ? "wr" : "rd", n,
				states[(ch->control1 & CTL_CS) >> 5],
				CTL_FUNC(ch->control1),
				(unsigned long long)ch->llp,
				e->fault.stuck[dir] & BIT(n) ? " stuck" : "");
		}
	}
}

static const struct engine_ops v0_ops = {
	.reset = v0_reset,
	.read = v0_read,
	.write = v0_write,
	.step = v0_step,
	.pending = v0_pending,
	.show = v0_show,
};

struct engine *edma_v0_alloc(void)
{
	struct edma *d = calloc(1, sizeof(*d));

	if (!d)
		abort();
	d->e.ops = &v0_ops;
	return &d->e;
}
