// SPDX-License-Identifier: GPL-2.0
/*
 * The HDMA in its native register layout: every channel has registers of its
 * own, and nothing is a direction's.
 *
 * Offsets and bits: the kernel's drivers/dma/dw-edma/dw-hdma-v0-regs.h and
 * dw-hdma-v0-core.c. Three events with an address each: STOP, the channel
 * came to rest; WATERMARK, an element that wants to be told was executed;
 * ABORT. An event shows in int_stat only where it is enabled for the local
 * side; the mask is for the line alone.
 */
#include "hdma.h"
#include "regtable.h"

/* A pair of blocks a channel: write, then read. */
#define CHAN_STRIDE		0x200
#define CHAN_READ		0x100

/* Registers that say what to transfer. */
#define CONTEXT			0x08
#define CONTEXT_END		0x80

#define CH_EN			BIT(0)

#define DOORBELL_START		BIT(0)
#define DOORBELL_STOP		BIT(1)

/* cycle_sync */
#define CYCLE_BIT		BIT(0)
#define CYCLE_STATE		BIT(1)

/* watermark_en */
#define WATERMARK_LOCAL		BIT(0)
#define WATERMARK_REMOTE	BIT(1)

#define CONTROL1_LLEN		BIT(0)
#define FUNC_PF			GENMASK(7, 0)

/* int_stat, int_clear; in int_setup the masks of the lines */
#define INT_STOP		BIT(0)
#define INT_WATERMARK		BIT(1)
#define INT_ABORT		BIT(2)
#define INT_BITS		GENMASK(2, 0)

/* int_setup */
#define SETUP_REMOTE_STOP	BIT(3)
#define SETUP_LOCAL_STOP	BIT(4)
#define SETUP_REMOTE_ABORT	BIT(5)
#define SETUP_LOCAL_ABORT	BIT(6)
#define SETUP_BITS		GENMASK(6, 0)

struct chan {
	u32 prefetch;
	u32 handshake;
	u64 llp;		/* as it shows; the walk is ahead of it */
	u32 cycle_bit;
	u32 watermark_en;
	u32 control1;
	u32 func_num;
	u32 qos;
	u32 int_stat;
	u32 int_setup;
	u64 msi_stop;
	u64 msi_watermark;
	u64 msi_abort;
	u32 msi_msgdata;
};

struct hdma {
	struct engine e;
	struct chan ch[NUM_DIRS][MAX_CHANS];
};

static struct hdma *to_hdma(struct engine *e)
{
	return (struct hdma *)e;
}

static struct chan *chan_of(const struct walk *w)
{
	return &to_hdma(w->ctlr->engine)->ch[w->dir][w->n];
}

/* ---- interrupts ---- */

/* The local line that a channel asserts, as a bit. */
static u32 asserted(const struct walk *w)
{
	const struct chan *ch = chan_of(w);

	if (!(ch->int_stat & ~ch->int_setup & INT_BITS))
		return 0;
	return BIT(engine_line(w->ctlr->engine, w));
}

static u32 native_pending(struct engine *e)
{
	enum dma_dir dir;
	unsigned int n;
	u32 lines = 0;

	for (dir = 0; dir < NUM_DIRS; dir++)
		for (n = 0; n < engine_chans(e, dir); n++)
			lines |= asserted(&e->walk[dir][n]);
	return lines;
}

static void event(struct walk *w, u32 bit, bool local, bool remote, u64 addr)
{
	struct engine *e = w->ctlr->engine;
	struct chan *ch = chan_of(w);

	if (local) {
		ch->int_stat |= bit;
		if (!(ch->int_setup & bit))
			signals_local(&e->signals, engine_line(e, w));
	}
	if (remote)
		signals_host(&e->signals, w->func, addr, ch->msi_msgdata);
}

static bool native_done(struct walk *w, u32 control, u64 next)
{
	bool local = control & ELEMENT_LIE, remote = control & ELEMENT_RIE;
	struct chan *ch = chan_of(w);

	ch->cycle_bit = control & ELEMENT_CB ? CYCLE_BIT : 0;
	if (w->ctlr->modes.v[MODE_WATERMARK_EN] == WATERMARK_EN_REQUIRED) {
		local &= !!(ch->watermark_en & WATERMARK_LOCAL);
		remote &= !!(ch->watermark_en & WATERMARK_REMOTE);
	}
	if (!local && !remote)
		return false;
	ch->llp = next;
	event(w, INT_WATERMARK, local, remote, ch->msi_watermark);
	return true;
}

static void come_to_rest(struct walk *w)
{
	if (w->ctlr->modes.v[MODE_HDMA_LLP] == HDMA_LLP_REST)
		chan_of(w)->llp = w->llp;
}

static void native_stopped(struct walk *w)
{
	struct chan *ch = chan_of(w);

	come_to_rest(w);
	event(w, INT_STOP, ch->int_setup & SETUP_LOCAL_STOP,
	      ch->int_setup & SETUP_REMOTE_STOP, ch->msi_stop);
}

static void native_aborted(struct walk *w, enum walk_error error)
{
	struct chan *ch = chan_of(w);

	(void)error;
	engine_report_abort(w);
	come_to_rest(w);
	event(w, INT_ABORT, ch->int_setup & SETUP_LOCAL_ABORT,
	      ch->int_setup & SETUP_REMOTE_ABORT, ch->msi_abort);
}

/* ---- registers ---- */

static u32 ch_en_get(const struct reg_at *at)
{
	return at->w->on ? CH_EN : 0;
}

static void ch_en_set(const struct reg_at *at, u32 v)
{
	walk_switch(at->w, v & CH_EN);
}

static void doorbell_set(const struct reg_at *at, u32 v)
{
	struct walk *w = at->w;

	if (v & DOORBELL_STOP) {
		if (walk_stop(w))
			native_stopped(w);
	} else if (v & DOORBELL_START) {
		engine_ring(at->e, w, at->from);
	}
}

static void native_begin(struct walk *w)
{
	w->func = chan_of(w)->func_num & FUNC_PF;
	w->control = 0;
}

static void llp_set(const struct reg_at *at, u32 v)
{
	struct chan *ch = chan_of(at->w);

	put32((u8 *)&ch->llp + 4 * at->word, v);
	at->w->llp = ch->llp;
}

static u32 cycle_sync_get(const struct reg_at *at)
{
	return chan_of(at->w)->cycle_bit | (at->w->cycle ? CYCLE_STATE : 0);
}

static void cycle_sync_set(const struct reg_at *at, u32 v)
{
	chan_of(at->w)->cycle_bit = v & CYCLE_BIT;
	at->w->cycle = v & CYCLE_STATE;
}

static void control1_set(const struct reg_at *at, u32 v)
{
	chan_of(at->w)->control1 = v;
	at->w->list = v & CONTROL1_LLEN;
}

static u32 ch_stat_get(const struct reg_at *at)
{
	return at->w->state;
}

static void int_setup_set(const struct reg_at *at, u32 v)
{
	u32 before = asserted(at->w);

	chan_of(at->w)->int_setup = v & SETUP_BITS;
	engine_retell(at->e, before | asserted(at->w));
}

static void int_clear_set(const struct reg_at *at, u32 v)
{
	u32 before = asserted(at->w);

	chan_of(at->w)->int_stat &= ~v;
	engine_retell(at->e, before | asserted(at->w));
}

static void *chan_bank(const struct reg_at *at)
{
	return chan_of(at->w);
}

#define BOTH(off)	{ (off), (off) }
#define CHAN_FIELD(f) \
	.bank = chan_bank, .field = offsetof(struct chan, f), .mask = ~0u
#define CHAN_FIELD_MASK(f, m) \
	.bank = chan_bank, .field = offsetof(struct chan, f), .mask = (m)
#define WALK_FIELD(f) \
	.bank = reg_walk, .field = offsetof(struct walk, f), .mask = ~0u

static const struct reg regs[] = {
	{ BOTH(0x00), 1, .get = ch_en_get, .set = ch_en_set },
	{ BOTH(0x04), 1, .set = doorbell_set },
	{ BOTH(0x08), 1, CHAN_FIELD(prefetch) },
	{ BOTH(0x0c), 1, CHAN_FIELD(handshake) },
	{ BOTH(0x10), 2, CHAN_FIELD(llp), .set = llp_set },
	{ BOTH(0x18), 1, .get = cycle_sync_get, .set = cycle_sync_set },
	{ BOTH(0x1c), 1, WALK_FIELD(size) },
	{ BOTH(0x20), 2, WALK_FIELD(sar) },
	{ BOTH(0x28), 2, WALK_FIELD(dar) },
	{ BOTH(0x30), 1, CHAN_FIELD_MASK(watermark_en,
					 WATERMARK_LOCAL | WATERMARK_REMOTE) },
	{ BOTH(0x34), 1, CHAN_FIELD(control1), .set = control1_set },
	{ BOTH(0x38), 1, CHAN_FIELD(func_num) },
	{ BOTH(0x3c), 1, CHAN_FIELD(qos) },
	{ BOTH(0x80), 1, .get = ch_stat_get },
	{ BOTH(0x84), 1, CHAN_FIELD_MASK(int_stat, 0) },
	{ BOTH(0x88), 1, CHAN_FIELD(int_setup), .set = int_setup_set },
	{ BOTH(0x8c), 1, .set = int_clear_set },
	{ BOTH(0x90), 2, CHAN_FIELD(msi_stop) },
	{ BOTH(0x98), 2, CHAN_FIELD(msi_watermark) },
	{ BOTH(0xa0), 2, CHAN_FIELD(msi_abort) },
	{ BOTH(0xa8), 1, CHAN_FIELD(msi_msgdata) },
};

static const struct reg *find(struct engine *e, u32 off, struct reg_at *at)
{
	enum dma_dir dir = off & CHAN_READ ? DMA_READ : DMA_WRITE;
	unsigned int n = off / CHAN_STRIDE;

	if (n >= engine_chans(e, dir))
		return NULL;
	at->w = &e->walk[dir][n];
	return reg_find(regs, ARRAY_SIZE(regs), off % CHAN_READ, at);
}

static u32 native_read(struct engine *e, u32 off)
{
	struct reg_at at = { .e = e, .from = ORIGIN_EP };
	const struct reg *r = find(e, off, &at);

	return r ? reg_get(r, &at) : 0;
}

static void native_write(struct engine *e, u32 off, u32 v, int from)
{
	struct reg_at at = { .e = e, .from = from };
	const struct reg *r = find(e, off, &at);
	u32 in_block = off % CHAN_READ;

	if (r && in_block >= CONTEXT && in_block < CONTEXT_END)
		engine_check_rest(at.w);
	if (r)
		reg_set(r, &at, v);
}

static void native_reset(struct engine *e)
{
	struct hdma *h = to_hdma(e);

	memset(h->ch, 0, sizeof(h->ch));
}

const struct layout hdma_native = {
	.size = sizeof(struct hdma),
	.reset = native_reset,
	.read = native_read,
	.write = native_write,
	.begin = native_begin,
	.pending = native_pending,
	.walk = {
		.done = native_done,
		.stopped = native_stopped,
		.aborted = native_aborted,
	},
};
